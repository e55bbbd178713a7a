#include "scenes/sent.h"
#include "scenes/stores.h"

#include "store/status.h"
#include "tables/periods.h"
#include "tables/tables.h"
#include "upkeep/drop_report.h"
#include "upkeep/prune.h"
#include "upkeep/quarantine.h"

/* A report that is taken out again, with its figures. */

static struct store_dropped
drop(struct scene *s, int64_t id)
{
	struct store_dropped d;
	static struct arena a;

	arena_reset(&a);
	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_drop_report(s->st, id, &a, &d, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	return d;
}

static void
assert_not_dropped(struct scene *s, int64_t id, int status, const char *text)
{
	struct store_dropped d;
	struct arena a = { 0 };

	assert_ok(s, store_begin(s->st, &s->f));
	assert_int_equal(store_drop_report(s->st, id, &a, &d, &s->f), -1);
	store_rollback(s->st);
	assert_int_equal(s->f.status, status);
	assert_non_null(strstr(s->f.text, text));
	arena_free(&a);
}

/* All that a person or a spreadsheet sees. */
static char *
tables_of(const struct scene *s)
{
	char *daily = rows_of(s, "SELECT * FROM csv_daily");
	char *problems = rows_of(s, "SELECT * FROM csv_problems");
	char *senders = rows_of(s, "SELECT * FROM csv_senders");
	char *domains = rows_of(s, "SELECT * FROM csv_domains");
	char *all = xasprintf("%s%s%s%s", daily, problems, senders, domains);

	free(daily);
	free(problems);
	free(senders);
	free(domains);
	return all;
}

static void
the_store_is_as_if_it_had_never_come(void **state)
{
	struct scene *s = *state;
	char *before, *after;
	char day[16];

	send_one(s, "A", 22, 5, 1);
	send_one(s, "B", 23, 7, 0);
	before = tables_of(s);
	send_one(s, "C", 29, 100, 50);
	drop(s, number_of(s, "SELECT max(id) FROM reports"));
	after = tables_of(s);
	assert_string_equal(after, before);
	assert_figures(s);
	assert_ok(s, store_newest_day(s->st, day, &s->f));
	assert_string_equal(day, "2026-11-23");
	assert_number(s, "SELECT count(*) FROM days", 2);
	assert_number(s, "SELECT count(*) FROM failures", 1);
	assert_number(s, "SELECT count(*) FROM report_bytes", 2);
	free(before);
	free(after);
}

static void
it_tells_what_it_took_out(void **state)
{
	struct scene *s = *state;
	struct store_dropped d;

	send_one(s, "Some Inc.", 22, 5, 1);
	d = drop(s, 1);
	assert_string_equal(d.organization, "Some Inc.");
	assert_string_equal(d.date, "2026-11-22");
	assert_string_equal(d.domain, "example.com");
	assert_int_equal(d.sessions, 6);
	assert_int_equal(d.failed, 1);
	assert_int_equal(d.conflicts, 0);
	assert_not_dropped(s, 1, EX_NOINPUT, "no such number");
}

static void
the_same_content_is_a_duplicate_and_other_content_is_not(void **state)
{
	struct scene *s = *state;
	struct sent x;

	make(&x, "A", 22, 5, 1);
	assert_int_equal(add(s, &x.report).outcome, STORE_IMPORTED);
	drop(s, 1);
	assert_int_equal(add(s, &x.report).outcome, STORE_DUPLICATE);
	assert_number(s, "SELECT count(*) FROM reports", 0);
	x.report.content[0] = 1;
	assert_int_equal(add(s, &x.report).outcome, STORE_IMPORTED);
	/* the dropped one does not even contradict it */
	x.report.content[0] = 0;
	assert_int_equal(add(s, &x.report).outcome, STORE_DUPLICATE);
	assert_number(s, "SELECT count(*) FROM quarantine", 0);
	assert_figures(s);
}

static void
its_conflicts_go_with_it(void **state)
{
	struct scene *s = *state;
	struct sent x;

	make(&x, "A", 22, 5, 1);
	add(s, &x.report);
	x.report.content[0] = 1;
	assert_int_equal(add(s, &x.report).outcome, STORE_CONFLICT);
	x.report.content[0] = 2;
	assert_int_equal(add(s, &x.report).outcome, STORE_CONFLICT);
	assert_int_equal(drop(s, 1).conflicts, 2);
	assert_number(s, "SELECT count(*) FROM quarantine", 0);
	assert_number(s, "SELECT count(*) FROM reports", 0);
	assert_int_equal(add(s, &x.report).outcome, STORE_DUPLICATE);
	assert_figures(s);
}

static void
a_copy_in_conflict_goes_alone(void **state)
{
	struct scene *s = *state;
	struct sent x;

	make(&x, "A", 22, 5, 1);
	add(s, &x.report);
	x.report.content[0] = 1;
	add(s, &x.report);
	drop(s, 2);
	assert_rows(
	    s, "SELECT id, status, warnings FROM reports", "1|counted|\n");
	assert_number(s, "SELECT count(*) FROM quarantine", 0);
	assert_figures(s);
}

static void
a_pruned_day_cannot_lose_one(void **state)
{
	struct store_prune p = {
		.before = "2026-11-30", .raw = true, .details = true
	};
	struct store_prune_place place = { 0 };
	struct store_pruned sum = { 0 };
	struct scene *s = *state;

	send_one(s, "A", 22, 5, 1);
	assert_ok(s, store_prune_some(s->st, &p, &place, &sum, &s->f));
	assert_not_dropped(s, 1, EX_DATAERR, "were pruned");
}

/* A file of weeks is written anew from the week on that lost a day. */
static void
the_week_that_loses_a_day_has_changed(void **state)
{
	const struct store_filter all = { 0 };
	struct store_period *p;
	struct scene *s = *state;
	struct arena a = { 0 };
	int64_t before;
	size_t n;

	send_one(s, "A", 23, 5, 1);
	send_one(s, "A", 24, 5, 1);
	assert_ok(s, store_periods(s->st, "weekly", &all, &a, &p, &n, &s->f));
	before = p[0].generation;
	drop(s, 2);
	assert_ok(s, store_periods(s->st, "weekly", &all, &a, &p, &n, &s->f));
	assert_int_equal(n, 1);
	assert_true(p[0].generation > before);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_store_is_as_if_it_had_never_come),
		TEST(it_tells_what_it_took_out),
		TEST(the_same_content_is_a_duplicate_and_other_content_is_not),
		TEST(its_conflicts_go_with_it),
		TEST(a_copy_in_conflict_goes_alone),
		TEST(a_pruned_day_cannot_lose_one),
		TEST(the_week_that_loses_a_day_has_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
