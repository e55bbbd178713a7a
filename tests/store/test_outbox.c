/* What a shared store is to be told of. */
#include "scenes/stores.h"

#include "base/arena.h"
#include "base/span.h"
#include "model/report_identity.h"
#include "upkeep/drop_report.h"
#include "upkeep/quarantine.h"

/* Each event: what, and of which report. */
static const char told[] = "SELECT what, report FROM outbox ORDER BY seq";

/* SHA-256 over 12 "Example Inc." 4 "id-1" 20 start 20 end, as Python has it. */
#define IDENTITY "5fbabe014b35fba112168c7f81768f33"

static void
the_identity_is_that_of_every_store(void **state)
{
	struct scene *s = *state;

	store_one(s);
	assert_rows(s,
	    "SELECT lower(hex(identity)), content = zeroblob(32), date, at"
	    " FROM outbox",
	    IDENTITY "|1||\n");
	assert_rows(s,
	    "SELECT lower(hex(report_identity('Example Inc.', 'id-1',"
	    " '2026-11-23T00:00:00Z', '2026-11-23T23:59:59Z')))",
	    IDENTITY "\n");
}

static void
lengths_keep_the_parts_of_an_identity_apart(void **state)
{
	const struct report_key a = { span_of("ab"), span_of("c"), span_of(""),
		span_of("") };
	const struct report_key b = { span_of("a"), span_of("bc"), span_of(""),
		span_of("") };
	struct identity_hash h = { 0 };
	unsigned char of_a[REPORT_IDENTITY], of_b[REPORT_IDENTITY];

	(void)state;
	report_identity(&h, &a, of_a);
	report_identity(&h, &b, of_b);
	identity_hash_free(&h);
	assert_memory_not_equal(of_a, of_b, REPORT_IDENTITY);
}

/* The report of store_one(), with that content and verdict. */
static void
store_copy_of(struct scene *s, unsigned char content, const char *dkim)
{
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	r.content[0] = content;
	r.dkim = dkim;
	add(s, &r);
}

static void
a_report_is_told_once(void **state)
{
	struct scene *s = *state;

	store_copy_of(s, 0, "dkim-fail");
	assert_rows(s, told, "report|1\n");
	store_copy_of(s, 0, "dkim-fail");
	assert_rows(s, told, "report|1\n");
	store_copy_of(s, 0, "pass");
	store_copy_of(s, 0, "host");
	assert_rows(s, told, "report|1\nreport|1\n");
}

static void
a_copy_in_conflict_is_told_and_one_displaced_is_not(void **state)
{
	struct scene *s = *state;

	store_copy_of(s, 0, "dkim-fail");
	store_copy_of(s, 1, "pass");
	assert_rows(
	    s, "SELECT id FROM reports WHERE status = 'conflict'", "1\n");
	assert_rows(s, told, "report|1\nreport|2\n");
}

static void
what_is_rolled_back_is_not_told(void **state)
{
	struct scene *s = *state;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	assert_ok(s, store_begin(s->st, &s->f));
	add_report_of(s, add_message(s, 0), &r);
	store_rollback(s->st);
	assert_rows(s, told, "");
}

static void
a_decision_is_told_with_its_time(void **state)
{
	struct scene *s = *state;

	store_copy_of(s, 0, "");
	store_copy_of(s, 1, "");
	assert_ok(s, store_quarantine_accept(s->st, 1, &s->f));
	assert_rows(s, told, "report|1\nreport|2\ndecide|2\n");
	assert_number(s,
	    "SELECT abs(unixepoch(o.at) - unixepoch('now')) < 60"
	    " AND o.at = r.decided FROM outbox AS o JOIN reports AS r"
	    " ON r.id = o.report AND r.content = o.content"
	    " WHERE o.what = 'decide'",
	    1);
}

/* Also within a second, or when the clock was put back. */
static void
a_later_decision_has_a_later_time(void **state)
{
	struct scene *s = *state;

	store_copy_of(s, 0, "");
	store_copy_of(s, 1, "");
	assert_ok(s, store_quarantine_accept(s->st, 1, &s->f));
	assert_ok(s, sql_exec(s->st,
			 "UPDATE reports SET decided = '2199-12-31T23:59:59Z'"
			 " WHERE id = 2",
			 &s->f));
	assert_ok(s, store_quarantine_accept(s->st, 1, &s->f));
	assert_rows(s, "SELECT id, decided FROM reports",
	    "1|2200-01-01T00:00:00Z\n2|2199-12-31T23:59:59Z\n");
}

static void
drop(struct scene *s, int64_t report)
{
	struct store_dropped d;
	struct arena a = { 0 };

	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_drop_report(s->st, report, &a, &d, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	arena_free(&a);
}

static const char dropped[] =
    "SELECT lower(hex(identity)), hex(substr(content, 1, 1)), report, date,"
    " abs(unixepoch(at) - unixepoch('now')) < 60 FROM outbox"
    " WHERE what = 'drop' ORDER BY content";

static void
a_drop_is_told_of_every_copy_that_goes(void **state)
{
	struct scene *s = *state;

	store_copy_of(s, 0, "");
	store_copy_of(s, 1, "");
	drop(s, 1);
	assert_number(s, "SELECT count(*) FROM reports", 0);
	assert_rows(s, dropped,
	    IDENTITY "|00||2026-11-23|1\n" IDENTITY "|01||2026-11-23|1\n");
	assert_totals(s);
}

static void
a_conflict_dropped_in_quarantine_is_gone_for_good(void **state)
{
	struct scene *s = *state;

	store_copy_of(s, 0, "");
	store_copy_of(s, 1, "");
	assert_ok(s, store_quarantine_drop(s->st, 1, &s->f));
	assert_rows(s, dropped, IDENTITY "|01||2026-11-23|1\n");
	store_copy_of(s, 1, "pass");
	assert_rows(
	    s, "SELECT id, status, warnings FROM reports", "1|counted|\n");
	assert_rows(s, told, "report|1\nreport|2\ndrop|\n");
	assert_totals(s);
}

static void
a_journal_has_a_number_of_its_own(void **state)
{
	struct scene *s = *state;
	char *first = rows_of(s, "SELECT hex(id) FROM journal"), *second;

	assert_int_equal(strlen(first), 33);
	store_close(s->st);
	assert_int_equal(unlink(s->path), 0);
	open_store(s, STORE_WRITE);
	second = rows_of(s, "SELECT hex(id) FROM journal");
	assert_string_not_equal(first, second);
	free(first);
	free(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_identity_is_that_of_every_store),
		TEST(lengths_keep_the_parts_of_an_identity_apart),
		TEST(a_report_is_told_once),
		TEST(a_copy_in_conflict_is_told_and_one_displaced_is_not),
		TEST(what_is_rolled_back_is_not_told),
		TEST(a_decision_is_told_with_its_time),
		TEST(a_later_decision_has_a_later_time),
		TEST(a_drop_is_told_of_every_copy_that_goes),
		TEST(a_conflict_dropped_in_quarantine_is_gone_for_good),
		TEST(a_journal_has_a_number_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
