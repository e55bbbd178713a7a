/* What senders report beside what was found now. */
#include "scenes/setups.h"

static const char *const same_policy[] = { "version: STSv1", "mode: enforce",
	"mx: *.ALDER.example", "max_age: 604800" };
static const char *const other_policy[] = { "version: STSv1", "mode: testing",
	"mx: *.alder.example", "max_age: 86400" };
static const char *const same_record[] = { "3 1 1 0123456789ABCDEF0123456789"
					   "ABCDEF 0123456789ABCDEF"
					   "0123456789ABCDEF" };

static void
report(struct setup *d, size_t i, const char *organization, const char *type,
    const char *const *strings, size_t n)
{
	d->sender[i] = (struct sender_policy){ .organization = organization,
		.type = type,
		.strings = strings,
		.n_strings = n,
		.policy_domain = "alder.example",
		.day = "2026-11-26" };
	d->s.reports.looked = true;
	d->s.reports.newest = "2026-11-26";
	d->s.reports.sender = d->sender;
	d->s.reports.n_senders = i + 1;
}

static void
what_senders_hold_is_compared_by_its_meaning(void **state)
{
	struct setup *d = *state;

	report(d, 0, "A", "sts", same_policy, 4);
	report(d, 1, "A", "tlsa", same_record, 1);
	report(d, 2, "B", "tlsa", same_record, 1);
	assert_points(d, "");
	assert_string_equal(detail_of(d, POINT_REPORTS_AGREE),
	    "2 senders hold the policy published now, the last on "
	    "2026-11-26");
	report(d, 1, "B", "sts", other_policy, 4);
	report(d, 2, "C", "no-policy-found", NULL, 0);
	assert_points(d, "reports-differ:n reports-no-policy:w");
	assert_string_equal(detail_of(d, POINT_REPORTS_AGREE),
	    "1 sender holds the policy published now, the last on "
	    "2026-11-26");
	assert_string_equal(detail_of(d, POINT_REPORTS_DIFFER),
	    "B held another policy on 2026-11-26: testing, max_age 1 day, "
	    "*.alder.example");
	report(d, 2, "C", "tlsa", other_policy, 1);
	assert_points(d, "reports-differ:n reports-differ:n");
}

static void
reports_that_do_not_come_are_missed(void **state)
{
	struct setup *d = *state;

	d->s.reports.looked = true;
	d->s.reports.newest = "";
	assert_points(d, "reports-none:n");
	d->s.reports.newest = "2026-09-01";
	assert_points(d, "reports-stale:w");
}

static void
hosts_and_problems_of_reports_stand_where_they_belong(void **state)
{
	struct setup *d = *state;

	report(d, 0, "A", "sts", same_policy, 4);
	d->met[0] = "MX1.alder.example";
	d->met[1] = "old.alder.example";
	d->s.reports.mx = d->met;
	d->s.reports.n_mx = 2;
	d->problem[0] = (struct open_problem){ 12, "mx2.alder.example",
		"certificate expired" };
	d->problem[1] = (struct open_problem){ 13, "", "no policy" };
	d->s.reports.problem = d->problem;
	d->s.reports.n_problems = 2;
	assert_points(d, "reports-problem:n reports-mx:n reports-problem:n");
	assert_int_equal(d->v.point[d->v.n - 1].host, 0);
	assert_string_equal(detail_of(d, POINT_REPORTS_PROBLEM),
	    "open problem 12: certificate expired");
}

/* Anybody may report, under as many names as he likes. */
static void
many_senders_are_counted(void **state)
{
	struct setup *d = *state;
	struct sender_policy *many = arena_alloc(&d->mem, 1000 * sizeof *many);
	size_t i;

	report(d, 0, "A", "sts", other_policy, 4);
	for (i = 0; i < 1000; i++)
		many[i] = d->sender[0];
	d->s.reports.sender = many;
	d->s.reports.n_senders = 1000;
	points_of(d);
	for (i = 0; d->v.point[i].code != POINT_REPORTS_DIFFER; i++)
		continue;
	assert_int_equal(d->v.n - i, 21);
	assert_string_equal(d->v.point[d->v.n - 1].detail,
	    "980 more held another policy on the days stored: ...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SETUP_TEST(what_senders_hold_is_compared_by_its_meaning),
		SETUP_TEST(reports_that_do_not_come_are_missed),
		SETUP_TEST(
		    hosts_and_problems_of_reports_stand_where_they_belong),
		SETUP_TEST(many_senders_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
