#include "scenes/overviews.h"

static void
the_side_is_told_by_type_and_by_who_sees_it(void **state)
{
	static const struct {
		const char *side, *muted;
		unsigned organizations, reporters;
		enum problem_state state;
		enum group group;
	} rows[] = {
		{ "ours", "", 1, 9, PROBLEM_NEW, GROUP_FIX },
		{ "theirs", "", 9, 9, PROBLEM_NEW, GROUP_WATCH },
		{ "unclear", "", 1, 1, PROBLEM_OPEN, GROUP_WATCH },
		{ "unclear", "", 1, 2, PROBLEM_OPEN, GROUP_WATCH },
		{ "unclear", "", 2, 4, PROBLEM_OPEN, GROUP_FIX },
		{ "unclear", "", 2, 5, PROBLEM_OPEN, GROUP_WATCH },
		{ "ours", "2026-12-01", 3, 3, PROBLEM_OPEN, GROUP_MUTED },
		{ "ours", "", 3, 3, PROBLEM_CURED, GROUP_CURED },
		{ "ours", "2026-12-01", 3, 3, PROBLEM_CURED, GROUP_CURED },
		{ "ours", "", 3, 3, PROBLEM_RECURRING, GROUP_FIX },
	};
	struct overview_problem p = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		p.side = rows[i].side;
		p.muted_until = rows[i].muted;
		p.organizations = rows[i].organizations;
		p.reporters = rows[i].reporters;
		p.state = rows[i].state;
		if (judge_problem(&p) != rows[i].group)
			fail_msg("row %zu", i);
	}
}

static void
steps_depend_on_policy_and_clean_days(void **state)
{
	static const struct {
		const char *types, *mode;
		unsigned clean;
		enum step step;
		size_t verified;
	} rows[] = {
		{ "sts", "testing", 14, STEP_ENFORCE, 1 },
		{ "sts", "testing", 13, STEP_NONE, 1 },
		{ "sts", "enforce", 30, STEP_NONE, 1 },
		{ "sts", "none", 30, STEP_MODE, 0 },
		{ "sts tlsa", "none", 30, STEP_NONE, 1 },
		{ "tlsa", "", 30, STEP_NONE, 1 },
		{ "no-policy-found", "", 30, STEP_POLICY, 0 },
		{ "no-policy-found tlsa", "", 30, STEP_NONE, 1 },
		{ "new-type", "", 30, STEP_POLICY, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct made *m = make(30);
		struct overview_domain *d = add_domain(m, "a.example", 5);

		d->policy_types = rows[i].types;
		d->policy_mode = rows[i].mode;
		d->clean_days = rows[i].clean;
		told(m, false);
		if (m->j.step[0] != rows[i].step ||
		    m->j.n_verified != rows[i].verified)
			fail_msg("row %zu", i);
		made_free(m);
	}
}

static void
shares_are_exact_at_both_ends(void **state)
{
	static const struct {
		uint64_t part, whole;
		const char *text;
	} rows[] = { { 0, 0, "" }, { 0, 9, "0 %" }, { 9, 9, "100 %" },
		{ 1, 100000, "<0.01 %" }, { 1, 10000, "0.01 %" },
		{ 99, 10000, "0.99 %" }, { 1, 100, "1.0 %" },
		{ 1204, 9869, "12.2 %" }, { 99999, 100000, "99.9 %" },
		{ 20, 9, "100 %" } };
	struct made *m = *state;
	const struct words *w = told(m, false);
	size_t i;

	for (i = 0; i < ROWS(rows); i++)
		assert_string_equal(
		    words_share(w, rows[i].part, rows[i].whole), rows[i].text);
}

static void
the_alarm_has_an_edge_and_hears_no_muted_problem(void **state)
{
	struct made *m = *state;
	struct overview_domain *d = add_domain(m, "a.example", 0);
	struct overview_problem *p;

	d->sessions = 50;
	d->failed = 1;
	assert_false(judge_over(&m->o, d, 2, 50));
	assert_true(judge_over(&m->o, d, 1.99, 50));
	assert_false(judge_over(&m->o, d, 1.99, 51));
	assert_true(judge_over(&m->o, d, 0, 0));
	p = add_problem(m, d, "certificate-expired", "ours", "");
	p->muted_until = "2026-12-01";
	assert_false(judge_over(&m->o, d, 0, 0));
	d->sessions = d->failed = 0;
	assert_false(judge_over(&m->o, d, 0, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_side_is_told_by_type_and_by_who_sees_it),
		TEST(steps_depend_on_policy_and_clean_days),
		TEST(shares_are_exact_at_both_ends),
		TEST(the_alarm_has_an_edge_and_hears_no_muted_problem),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
