/* Which of several copies of a report counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/report_copy.h"

/* From first to last; each differs from the next by one rule. */
static const struct {
	struct report_copy copy;
	enum report_copy_reason why; /* it comes before the next */
} in_order[] = {
	{ { .is_decided = true, .decided = 7 }, COPY_DECIDED },
	{ { .is_decided = true, .decided = -7, .vouched = 4 }, COPY_VOUCHED },
	{ { .is_decided = true, .decided = -7, .vouched = 3 }, COPY_DECIDED },
	{ { .vouched = 4, .content = { 9 } }, COPY_VOUCHED },
	{ { .vouched = 2, .has_arrival = true, .arrival = INT64_MAX },
	    COPY_ARRIVAL },
	{ { .vouched = 2 }, COPY_VOUCHED },
	{ { .vouched = 1 }, COPY_VOUCHED },
	{ { .has_arrival = true, .arrival = -5, .content = { 9 } },
	    COPY_ARRIVAL },
	{ { .has_arrival = true, .arrival = 5, .content = { 0, 200 } },
	    COPY_CONTENT },
	{ { .has_arrival = true, .arrival = 5, .content = { 1 } },
	    COPY_ARRIVAL },
	{ { .content = { 0, 1 } }, COPY_CONTENT },
	{ { .content = { 0, 128 } }, COPY_CONTENT },
};

enum {
	COPIES = sizeof in_order / sizeof *in_order
};

static void
the_rules_hold_in_their_order(void **state)
{
	enum report_copy_reason why;
	size_t i;

	(void)state;
	for (i = 0; i + 1 < COPIES; i++) {
		assert_true(report_copy_order(&in_order[i].copy,
				&in_order[i + 1].copy, &why) < 0);
		assert_int_equal(why, in_order[i].why);
	}
}

/* It is an order, so that one of any number of copies comes first. */
static void
all_copies_have_one_order(void **state)
{
	enum report_copy_reason why;
	size_t i, j;
	int order;

	(void)state;
	for (i = 0; i < COPIES; i++)
		for (j = 0; j < COPIES; j++) {
			order = report_copy_order(
			    &in_order[i].copy, &in_order[j].copy, &why);
			assert_int_equal(order < 0, i < j);
			assert_int_equal(order > 0, i > j);
			assert_int_equal(why == COPY_SAME, i == j);
		}
}

static void
words_are_ranked(void **state)
{
	static const char *const words[] = { "pass", "provider", "host",
		"waiting", "dkim-fail", "https", "" };
	static const int rank[] = { 4, 3, 2, 1, 0, 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rank / sizeof *rank; i++)
		assert_int_equal(vouched_rank(words[i]), rank[i]);
	assert_int_equal(vouched_rank(NULL), 0);
}

/* Better ones first. */
static void
of_two_words_one_stands(void **state)
{
	static const struct report_word word[] = {
		{ "pass", "a.example", "s1" },
		{ "pass", "a.example", "s2" },
		{ "pass", "b.example", "s1" },
		{ "provider", "a.example", "" },
		{ "host", "mx.example", "" },
		{ "waiting", "", "" },
		{ "dkim-fail", "", "" },
		{ "dkim-missing", "", "" },
		{ "", "", "" },
	};
	size_t i, j, n = sizeof word / sizeof *word;

	(void)state;
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			assert_int_equal(
			    report_word_is_better(&word[i], &word[j]), i < j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_hold_in_their_order),
		cmocka_unit_test(all_copies_have_one_order),
		cmocka_unit_test(words_are_ranked),
		cmocka_unit_test(of_two_words_one_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
