#include "scenes/overviews.h"

#include "summary/words_of_findings.h"

/* The rules of the manual, one by one and at their edges. */
static void
a_problem_is_to_fix_when_it_weighs(void **state)
{
	static const struct {
		const char *side;
		unsigned organizations, reporters;
		uint64_t failed, sessions;
		const char *last_day;
		enum group group;
		enum doubt doubt;
	} rows[] = {
		/* whose side */
		{ "ours", 3, 3, 50, 1000, "2026-11-23", GROUP_FIX, 0 },
		{ "theirs", 9, 9, 50, 1000, "2026-11-23", GROUP_WATCH,
		    DOUBT_THEIRS },
		{ "unclear", 1, 1, 50, 1000, "2026-11-23", GROUP_WATCH,
		    DOUBT_UNCLEAR },
		{ "unclear", 1, 2, 50, 1000, "2026-11-23", GROUP_WATCH,
		    DOUBT_UNCLEAR },
		{ "unclear", 2, 4, 50, 1000, "2026-11-23", GROUP_FIX, 0 },
		{ "unclear", 2, 5, 50, 1000, "2026-11-23", GROUP_WATCH,
		    DOUBT_UNCLEAR },
		/* the share of sessions, and how many senders */
		{ "ours", 1, 8, 1, 1250, "2026-11-03", GROUP_WATCH,
		    DOUBT_SLIGHT },
		{ "ours", 1, 8, 9, 1000, "2026-11-23", GROUP_WATCH,
		    DOUBT_SLIGHT },
		{ "ours", 1, 8, 10, 1000, "2026-11-23", GROUP_FIX, 0 },
		{ "ours", 1, 1, 9, 1000, "2026-11-23", GROUP_WATCH,
		    DOUBT_SLIGHT },
		{ "ours", 2, 8, 2, 100000, "2026-11-23", GROUP_FIX, 0 },
		{ "ours", 1, 1, 5, 0, "2026-11-23", GROUP_FIX, 0 },
		/* how recent */
		{ "ours", 8, 8, 99, 1000, "2026-11-17", GROUP_FIX, 0 },
		{ "ours", 8, 8, 99, 1000, "2026-11-16", GROUP_WATCH,
		    DOUBT_OLD },
		{ "ours", 8, 8, 100, 1000, "2026-11-16", GROUP_FIX, 0 },
		{ "ours", 1, 8, 100, 1000, "2026-11-16", GROUP_FIX, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct made *m = make(30);
		struct overview_domain *d = add_domain(m, "a.example", 100);
		struct overview_problem *p =
		    add_problem(m, d, "x", rows[i].side, "");

		p->organizations = rows[i].organizations;
		p->reporters = rows[i].reporters;
		p->failed = rows[i].failed;
		p->domain_sessions = rows[i].sessions;
		p->first_day = "2026-11-01";
		p->last_day = rows[i].last_day;
		told(m, false);
		if (m->j.problem[0].group != rows[i].group ||
		    m->j.problem[0].doubt != rows[i].doubt)
			fail_msg("row %zu: group %d, doubt %d", i,
			    m->j.problem[0].group, m->j.problem[0].doubt);
		made_free(m);
	}
}

static void
muted_and_cured_go_before_all_else(void **state)
{
	static const struct {
		enum problem_state state;
		const char *muted;
		enum group group;
	} rows[] = {
		{ PROBLEM_OPEN, "2026-12-01", GROUP_MUTED },
		{ PROBLEM_CURED, "", GROUP_CURED },
		{ PROBLEM_CURED, "2026-12-01", GROUP_CURED },
		{ PROBLEM_RECURRING, "", GROUP_FIX },
		{ PROBLEM_NEW, "", GROUP_FIX },
	};
	struct made *m = *state;
	struct overview_problem *p;
	size_t i;

	add_trouble(m);
	p = &m->problem[0];
	for (i = 0; i < ROWS(rows); i++) {
		p->state = rows[i].state;
		p->muted_until = rows[i].muted;
		told(m, false);
		assert_int_equal(m->j.problem[0].group, rows[i].group);
	}
}

/* Give a sender its own figures on the last day. */
static void
set_last_day(struct made *m, struct overview_sender *s, uint64_t sessions,
    uint64_t failed)
{
	size_t n = m->o.n_days;
	struct overview_day *day = arena_alloc(&m->mem, n * sizeof *day);

	day[n - 1] = (struct overview_day){ sessions, failed };
	s->day = day;
}

static void
other_senders_tell_against_one(void **state)
{
	static const struct {
		uint64_t first, second; /* sessions of two others that day */
		uint64_t failed;	/* of the second */
		enum doubt doubt;
	} rows[] = {
		{ 5, 5, 0, DOUBT_OTHERS_FINE },
		{ 500, 1, 0, DOUBT_OTHERS_FINE },
		{ 5, 4, 0, DOUBT_NONE },   /* too few sessions */
		{ 500, 0, 0, DOUBT_NONE }, /* one other alone */
		{ 500, 500, 1, DOUBT_NONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct made *m = make(30);
		struct overview_domain *d = add_domain(m, "a.example", 100);
		struct overview_domain *b = add_domain(m, "b.example", 100);
		struct overview_problem *p =
		    add_problem(m, d, "x", "ours", "mx.a.example");

		p->organizations = 1;
		p->organization_names = "Mail.ru";
		p->failed = 50;
		p->domain_sessions = 100;
		p->first_day = p->last_day = "2026-11-23";
		set_last_day(
		    m, add_sender(m, "Google Inc.", d, 0), rows[i].first, 0);
		/* about another domain: that tells nothing */
		set_last_day(m, add_sender(m, "Google Inc.", b, 0), 9999, 9999);
		set_last_day(m, add_sender(m, "Mail.ru", d, 0), 90, 50);
		set_last_day(m, add_sender(m, "Microsoft", d, 0),
		    rows[i].second, rows[i].failed);
		told(m, false);
		if (m->j.problem[0].doubt != rows[i].doubt)
			fail_msg("row %zu: %d", i, m->j.problem[0].doubt);
		if (rows[i].doubt == DOUBT_OTHERS_FINE)
			assert_non_null(strstr(words_facts(&m->w, p),
			    "likely their side: on the same days 2 other "
			    "senders had "));
		made_free(m);
	}
}

/* The headline for each kind of store; none contradicts its figures. */
static void
the_headline_is_fair(void **state)
{
	static const struct {
		size_t domains;	   /* of ten sessions a day, over ten days */
		uint64_t failed;   /* of the first of them, on the last day */
		const char *types; /* of the last of them */
		const char *answer, *tasks;
	} rows[] = {
		{ 0, 0, "sts",
		    "No report is stored for 14 Nov to 23 Nov 2026 (10 days).",
		    "" },
		{ 1, 0, "sts",
		    "All 100 sessions with d0.example used verified TLS.", "" },
		{ 3, 0, "sts",
		    "All 300 sessions with 3 domains used verified TLS.", "" },
		{ 1, 5, "sts",
		    "95.0 % of 100 sessions with d0.example used verified "
		    "TLS.",
		    "1 cause to fix." },
		{ 3, 5, "sts",
		    "98.3 % of 300 sessions with 3 domains used verified TLS; "
		    "worst: d0.example, where 5.0 % failed.",
		    "1 cause to fix." },
		{ 1, 0, "no-policy-found",
		    "None of 100 sessions with d0.example was verified: "
		    "senders find no policy.",
		    "1 step to take." },
		{ 2, 0, "no-policy-found",
		    "50.0 % of 200 sessions with 2 domains used verified TLS; "
		    "50.0 % had no policy to verify by.",
		    "1 step to take." },
		{ 2, 5, "no-policy-found",
		    "47.5 % of 200 sessions with 2 domains used verified TLS; "
		    "50.0 % had no policy to verify by; worst: d0.example, "
		    "where 5.0 % failed.",
		    "1 cause to fix, 1 step to take." },
		{ 1, 100, "sts",
		    "None of 100 sessions with d0.example was verified: all "
		    "failed.",
		    "1 cause to fix." },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct made *m = make(10);
		struct overview_domain *d = NULL;
		const struct words *w;

		for (k = 0; k < rows[i].domains; k++)
			d = add_domain(
			    m, arena_printf(&m->mem, "d%zu.example", k), 10);
		if (d != NULL)
			d->policy_types = rows[i].types;
		if (rows[i].failed > 0) {
			add_failures(m, &m->domain[0], 1, rows[i].failed);
			add_problem(m, &m->domain[0], "x", "ours", "");
		}
		w = told(m, false);
		assert_string_equal(words_answer(w), rows[i].answer);
		assert_string_equal(words_tasks(w), rows[i].tasks);
		made_free(m);
	}
}

static void
the_headline_knows_no_days_and_no_sessions(void **state)
{
	struct made *none = make(0), *m = *state;

	assert_string_equal(
	    words_answer(told(none, false)), "No report is stored yet.");
	assert_string_equal(words_tasks(&none->w), "");
	made_free(none);
	add_domain(m, "a.example", 0);
	assert_string_equal(words_answer(told(m, false)),
	    "No mail session with a.example was reported.");
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
a_sum_that_stays_at_the_largest_says_so(void **state)
{
	struct made *m = *state;
	const struct words *w = told(m, false);

	assert_string_equal(words_number(w, (uint64_t)INT64_MAX - 1),
	    "9,223,372,036,854,775,806");
	assert_string_equal(
	    words_number(w, INT64_MAX), "9,223,372,036,854,775,807 or more");
	assert_string_equal(words_count(w, UINT64_MAX, "session"),
	    "18,446,744,073,709,551,615 or more sessions");
}

static void
the_alarm_has_an_edge_and_hears_no_muted_problem(void **state)
{
	struct made *m = *state;
	struct overview_domain *d = add_domain(m, "a.example", 0);

	d->sessions = 50;
	d->failed = 1;
	assert_false(judge_over(d, 2, 50));
	assert_true(judge_over(d, 1.99, 50));
	assert_false(judge_over(d, 1.99, 51));
	assert_true(judge_over(d, 0, 0));
	d->failed_muted = 1;
	assert_false(judge_over(d, 0, 0));
	d->sessions = d->failed = 0;
	assert_false(judge_over(d, 0, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_problem_is_to_fix_when_it_weighs),
		TEST(muted_and_cured_go_before_all_else),
		TEST(other_senders_tell_against_one),
		TEST(the_headline_is_fair),
		TEST(the_headline_knows_no_days_and_no_sessions),
		TEST(steps_depend_on_policy_and_clean_days),
		TEST(shares_are_exact_at_both_ends),
		TEST(a_sum_that_stays_at_the_largest_says_so),
		TEST(the_alarm_has_an_edge_and_hears_no_muted_problem),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
