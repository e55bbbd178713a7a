#include "scenes/sent.h"
#include "scenes/stores.h"

#include "tables/gather_overview.h"
#include "upkeep/problems.h"

/* What a store says about a range of days, gathered for people. */

static void
get_overview(
    struct scene *s, const char *from, struct arena *a, struct overview *o)
{
	const struct overview_range range = { .from = from,
		.today = "2026-11-30" };

	assert_ok(s, store_overview(s->st, &range, a, o, &s->f));
}

static void
an_overview_of_an_empty_store_is_empty(void **state)
{
	struct scene *s = *state;
	struct arena a = { 0 };
	struct overview o;

	get_overview(s, NULL, &a, &o);
	assert_string_equal(o.from, "");
	assert_int_equal(o.n_days + o.n_domains + o.n_problems + o.n_senders +
			     o.n_results + o.n_warnings,
	    0);
	arena_free(&a);
}

static void
an_overview_tells_what_the_tables_hold(void **state)
{
	struct scene *s = *state;
	struct arena a = { 0 };
	struct overview o;

	send_one(s, "A", 10, 100, 0);
	send_one(s, "A", 20, 7, 3);
	send_one(s, "B", 21, 5, 0);
	assert_ok(s, store_mute(s->st, 1, "2026-11-30", "known", &s->f));
	get_overview(s, "2026-11-19", &a, &o);
	assert_string_equal(o.from, "2026-11-19");
	assert_string_equal(o.to, "2026-11-21");
	assert_int_equal(o.n_days, 3);
	assert_string_equal(o.days[1], "2026-11-20");
	assert_int_equal(o.sessions, 15);
	assert_int_equal(o.failed, 3);
	assert_int_equal(o.reports, 2);
	assert_int_equal(o.organizations, 2);
	assert_int_equal(o.n_domains, 1);
	assert_int_equal(o.domains[0].day[0].sessions, 0);
	assert_int_equal(o.domains[0].day[1].sessions, 10);
	assert_int_equal(o.domains[0].day[1].failed, 3);
	assert_int_equal(o.domains[0].clean_days, 1);
	assert_int_equal(o.n_senders, 2);
	assert_true(o.senders[0].reported[1]);
	assert_false(o.senders[0].reported[2]);
	assert_int_equal(o.senders[1].day[2].sessions, 5);
	assert_int_equal(o.n_problems, 1);
	assert_int_equal(o.problems[0].number, 1);
	assert_int_equal(o.problems[0].state, PROBLEM_NEW);
	assert_int_equal(o.problems[0].reporters, 2);
	assert_int_equal(o.problems[0].domain_sessions, 15);
	assert_string_equal(o.problems[0].organization_names, "A");
	assert_string_equal(
	    o.problems[0].reason, "X509_V_ERR_CERT_HAS_EXPIRED");
	assert_string_equal(o.problems[0].muted_until, "2026-11-30");
	assert_string_equal(o.problems[0].mute_note, "known");
	assert_int_equal(o.n_results, 1);
	assert_int_equal(o.results[0].day[1], 3);
	arena_free(&a);
}

static void
an_overview_compares_with_as_many_days_before(void **state)
{
	struct scene *s = *state;
	struct arena a = { 0 };
	struct overview o;

	send_one(s, "A", 10, 1000, 0); /* four days before the range */
	send_one(s, "A", 12, 100, 1);
	send_one(s, "A", 14, 5, 0);
	send_one(s, "A", 15, 5, 0);
	get_overview(s, "2026-11-14", &a, &o);
	assert_int_equal(o.sessions, 10);
	assert_int_equal(o.sessions_before, 101);
	assert_int_equal(o.domains[0].failed_before, 1);
	arena_free(&a);
}

static void
an_overview_names_who_sees_another_policy(void **state)
{
	struct scene *s = *state;
	struct arena a = { 0 };
	struct overview o;
	struct sent x;

	send_one(s, "A", 10, 1, 0);
	send_one(s, "B", 10, 1, 0);
	make(&x, "C", 10, 1, 0);
	x.policy.mode = "testing";
	add(s, &x.report);
	get_overview(s, NULL, &a, &o);
	assert_string_equal(o.domains[0].policies_differ, "testing: C");
	assert_string_equal(o.domains[0].policy_mode, "enforce");
	/* it has seen the new one since */
	send_one(s, "C", 11, 1, 0);
	get_overview(s, NULL, &a, &o);
	assert_string_equal(o.domains[0].policies_differ, "");
	/* and lost it; who never finds any says nothing by that */
	make(&x, "C", 12, 1, 0);
	x.policy.type = "no-policy-found";
	x.policy.mode = "";
	add(s, &x.report);
	x.report.organization = "D";
	add(s, &x.report);
	get_overview(s, NULL, &a, &o);
	assert_string_equal(o.domains[0].policies_differ, "no policy: C");
	arena_free(&a);
}

static void
an_overview_is_of_the_domains_asked_for(void **state)
{
	const char *names[] = { "other.example" };
	const struct overview_range range = {
		.today = "2026-11-30", .domains = names, .n_domains = 1
	};
	struct scene *s = *state;
	struct arena a = { 0 };
	struct overview o;
	struct sent x;

	send_one(s, "A", 10, 1, 1);
	make(&x, "A", 10, 4, 0);
	x.policy.domain = x.policy.recipient_domain = "other.example";
	x.report.warnings = "date-stale contact-missing";
	add(s, &x.report);
	assert_ok(s, store_overview(s->st, &range, &a, &o, &s->f));
	assert_int_equal(o.n_domains, 1);
	assert_string_equal(o.domains[0].name, "other.example");
	assert_int_equal(o.sessions, 4);
	assert_int_equal(o.reports, 1);
	assert_int_equal(o.n_problems + o.n_results, 0);
	assert_int_equal(o.n_warnings, 2);
	assert_string_equal(o.warnings[0].code, "contact-missing");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_overview_of_an_empty_store_is_empty),
		TEST(an_overview_tells_what_the_tables_hold),
		TEST(an_overview_compares_with_as_many_days_before),
		TEST(an_overview_names_who_sees_another_policy),
		TEST(an_overview_is_of_the_domains_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
