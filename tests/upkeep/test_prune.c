/* What a prune leaves alone, since it is not shipped yet. */
#include "scenes/stores.h"

#include "upkeep/prune.h"

/* A report of that day of November. */
static void
add_day(struct scene *s, int day)
{
	struct failure failure = some_failure;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	p.failures = &failure;
	p.n_failures = 1;
	p.failed_sessions = 3;
	r.start = utc_of(2026, 11, day, 0, 0, 0);
	r.end = r.start + UTC_DAY - 1;
	r.content[0] = (unsigned char)day;
	add(s, &r);
}

static const struct store_prune all = { .before = "2026-11-30",
	.raw = true,
	.details = true,
	.keep_unshipped = true };

static void
note_shipped(struct scene *s, const char *journal, int64_t seq)
{
	char *text = xasprintf("INSERT OR REPLACE INTO shipped SELECT %s,"
			       " %" PRId64 ", '2026-11-29T00:00:00Z'"
			       " FROM journal",
	    journal, seq);

	assert_ok(s, sql_exec(s->st, text, &s->f));
	free(text);
}

static struct store_pruned
prune(struct scene *s, const struct store_prune *p)
{
	struct store_prune_place place = { 0 };
	struct store_pruned sum = { 0 };
	int more = 1;

	while (more == 1)
		assert_ok(
		    s, more = store_prune_some(s->st, p, &place, &sum, &s->f));
	return sum;
}

static int64_t
unshipped(struct scene *s, const struct store_prune *p)
{
	int64_t days;

	assert_ok(s, store_prune_unshipped(s->st, p, &days, &s->f));
	return days;
}

/* The days whose details are there, and those whose bytes are. */
static const char left[] =
    "SELECT (SELECT group_concat(substr(date, 9), ' ')"
    " FROM (SELECT DISTINCT date FROM policies ORDER BY date)),"
    " (SELECT group_concat(substr(date, 9), ' ') FROM (SELECT r.date"
    " FROM report_bytes JOIN reports AS r ON r.id = report ORDER BY r.date))";

static void
nothing_goes_before_it_is_shipped(void **state)
{
	struct store_pruned would;
	struct scene *s = *state;

	add_day(s, 20);
	add_day(s, 21);
	assert_int_equal(unshipped(s, &all), 2);
	assert_ok(s, store_prune_count(s->st, &all, &would, &s->f));
	assert_int_equal(would.reports + would.raw, 0);
	assert_int_equal(prune(s, &all).reports, 0);
	assert_rows(s, left, "20 21|20 21\n");
	note_shipped(s, "id", 1);
	assert_int_equal(unshipped(s, &all), 1);
	assert_ok(s, store_prune_count(s->st, &all, &would, &s->f));
	assert_int_equal(would.reports, 1);
	assert_int_equal(prune(s, &all).reports, 1);
	assert_rows(s, left, "21|21\n");
	note_shipped(s, "id", 2);
	assert_int_equal(unshipped(s, &all), 0);
	assert_int_equal(prune(s, &all).reports, 1);
	assert_rows(s, left, "|\n");
}

static void
what_was_shipped_as_another_journal_does_not_count(void **state)
{
	struct scene *s = *state;

	add_day(s, 20);
	note_shipped(s, "zeroblob(16)", 9);
	assert_int_equal(prune(s, &all).reports, 0);
	assert_int_equal(unshipped(s, &all), 1);
}

static void
news_of_a_shipped_report_keep_its_day(void **state)
{
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct scene *s = *state;

	add(s, &r);
	note_shipped(s, "id", 1);
	r.dkim = "pass";
	add(s, &r);
	assert_int_equal(unshipped(s, &all), 1);
	assert_int_equal(prune(s, &all).reports, 0);
}

static void
days_behind_the_range_are_not_spoken_of(void **state)
{
	struct store_prune few = all;
	struct scene *s = *state;

	few.before = "2026-11-21";
	add_day(s, 20);
	add_day(s, 21);
	assert_int_equal(unshipped(s, &few), 1);
}

/* A poll may run while a prune does. */
static void
what_comes_meanwhile_is_kept_too(void **state)
{
	struct store_prune_place place = { 0 };
	struct store_pruned sum = { 0 };
	struct scene *s = *state;

	add_day(s, 20);
	note_shipped(s, "id", 1);
	assert_int_equal(store_prune_some(s->st, &all, &place, &sum, &s->f), 1);
	add_day(s, 22);
	while (store_prune_some(s->st, &all, &place, &sum, &s->f) == 1)
		;
	assert_rows(s, left, "22|22\n");
}

static void
without_a_shared_store_nothing_is_kept(void **state)
{
	struct store_prune any = all;
	struct scene *s = *state;

	any.keep_unshipped = false;
	add_day(s, 20);
	assert_int_equal(unshipped(s, &any), 0);
	assert_int_equal(prune(s, &any).reports, 1);
	assert_rows(s, left, "|\n");
}

static void
a_dry_run_reads_alone(void **state)
{
	struct store_pruned would;
	struct scene *s = *state;

	add_day(s, 20);
	store_close(s->st);
	open_store(s, STORE_READ);
	assert_int_equal(unshipped(s, &all), 1);
	assert_ok(s, store_prune_count(s->st, &all, &would, &s->f));
	assert_int_equal(would.reports, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_goes_before_it_is_shipped),
		TEST(what_was_shipped_as_another_journal_does_not_count),
		TEST(news_of_a_shipped_report_keep_its_day),
		TEST(days_behind_the_range_are_not_spoken_of),
		TEST(what_comes_meanwhile_is_kept_too),
		TEST(without_a_shared_store_nothing_is_kept),
		TEST(a_dry_run_reads_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
