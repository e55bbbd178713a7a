#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "poll/folder_cost.h"
#include "poll/report_share.h"

static void
where_most_are_reports_only_large_mails_are_looked_at(void **state)
{
	(void)state;
	assert_int_equal(share_bound(-1), LOOK_ALWAYS);
	assert_int_equal(share_bound(SHARE_ALL), LOOK_ALWAYS);
	assert_int_equal(share_bound(9000), LOOK_ALWAYS);
	assert_false(share_is_low(-1) || share_is_low(9000));
	assert_true(share_is_low(0) && share_is_low(8999));
}

static void
the_fewer_reports_the_smaller_a_mail_that_is_looked_at(void **state)
{
	int share;

	(void)state;
	assert_int_equal(share_bound(0), LOOK_COST);
	assert_int_equal(share_bound(5000), 2 * LOOK_COST);
	for (share = 1; share <= SHARE_ALL; share++)
		assert_true(share_bound(share) >= share_bound(share - 1) &&
			    share_bound(share) <= LOOK_ALWAYS);
}

static void
the_last_hundred_mails_count(void **state)
{
	int share = 0, i;

	(void)state;
	assert_int_equal(share_of(1, 2), 5000);
	assert_int_equal(share_after(-1, 0, 1), 9900);
	assert_int_equal(share_after(-1, 0, 100), 0);
	assert_int_equal(share_after(-1, 0, 0), -1);
	assert_int_equal(share_after(4000, 0, 0), 4000);
	assert_int_equal(share_after(10000, 0, 50), 5000);
	assert_int_equal(share_after(10000, 7, 100), 700);
	assert_int_equal(share_after(0, 3, 1000), 30);
	/* one at a time, as runs of every day bring them */
	for (i = 0; i < 1000; i++)
		share = share_after(share, 1, 1);
	assert_true(share > 9900 && share <= SHARE_ALL);
	for (i = 0; i < 1000; i++)
		share = share_after(share, 0, 1);
	assert_true(share >= 0 && share < 100);
}

static void
a_folder_says_what_it_costs(void **state)
{
	struct folder_cost few = { .share = 50 }, all = { .share = 10000 };
	char text[COST_TEXT];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		folder_cost_add(&few, 18000);
		folder_cost_add(&all, 4500);
	}
	assert_string_equal(folder_cost_text(&few, text),
	    "20,000 mails, 360.0 MB; about 25.8 MB of that will be read, since "
	    "less than 1 % of the mails seem to be reports; import_since, or a "
	    "folder of their own, costs less: see \"A folder of their own\" in "
	    "tlsrua.conf(5)");
	few.is_cut = true;
	folder_cost_text(&few, text);
	assert_non_null(strstr(text, "; a folder of their own costs less"));
	assert_string_equal(folder_cost_text(&all, text),
	    "20,000 mails, 90.0 MB; all of that will be read; with "
	    "import_since, which passes over old mails, it is less: see "
	    "tlsrua.conf(5)");
	all.a_day = 90000000;
	assert_null(strstr(folder_cost_text(&all, text), " days"));
	all.a_day--;
	assert_non_null(strstr(folder_cost_text(&all, text),
	    "all of that will be read over 2 days (limits.download); with "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    where_most_are_reports_only_large_mails_are_looked_at),
		cmocka_unit_test(
		    the_fewer_reports_the_smaller_a_mail_that_is_looked_at),
		cmocka_unit_test(the_last_hundred_mails_count),
		cmocka_unit_test(a_folder_says_what_it_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
