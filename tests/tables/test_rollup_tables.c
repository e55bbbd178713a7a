#include "scenes/sent.h"
#include "scenes/stores.h"

#include "ledger/exports.h"
#include "store/recount.h"
#include "tables/periods.h"
#include "tables/tables.h"
#include "upkeep/problems.h"
#include "upkeep/quarantine.h"
#include "upkeep/verify.h"

/*
 * The rollups as they are kept up, and what is read from them: tables over
 * many days, problems, the notes of exports.
 */

enum {
	TEXT = 16 * 1024
};

/* The rows of a table, "|" between fields. */
struct rows {
	const struct column *columns;
	char text[TEXT];
	size_t len;
};

static int
take_head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct rows *r = arg;

	(void)n;
	(void)f;
	r->columns = columns;
	return 0;
}

static int
take_row(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct rows *r = arg;
	char *at;
	size_t i;

	(void)f;
	for (i = 0; i < n; i++) {
		at = r->text + r->len;
		assert_true(r->len + 200 < sizeof r->text);
		if (c[i].null)
			r->len += (size_t)sprintf(at, "-");
		else if (r->columns[i].kind == COLUMN_NUMBER)
			r->len += (size_t)sprintf(at, "%" PRId64, c[i].number);
		else if (r->columns[i].kind == COLUMN_RATE)
			r->len += (size_t)sprintf(at, "%.4f", c[i].rate);
		else
			r->len += (size_t)sprintf(at, "%s", c[i].text);
		r->text[r->len++] = i + 1 < n ? '|' : '\n';
	}
	r->text[r->len] = '\0';
	return 0;
}

static void
assert_table(struct scene *s, const char *name,
    const struct store_filter *filter, const char *expected)
{
	static const struct store_filter all = { 0 };
	struct rows r = { 0 };
	struct row_sink sink = { take_head, take_row, &r };

	assert_ok(s, store_read_table(s->st, name,
			 filter != NULL ? filter : &all, &sink, &s->f));
	assert_string_equal(r.text, expected);
}

static void
count_difference(void *arg, const struct store_difference *d)
{
	size_t *n = arg;

	assert_true(d->what[0] != '\0');
	++*n;
}

static size_t
differences(struct scene *s)
{
	size_t n = 0;

	assert_ok(s, store_verify(s->st, count_difference, &n, &s->f));
	return n;
}

static void
tables_of_an_empty_store_have_no_rows(void **state)
{
	struct scene *s = *state;
	const char *name;
	size_t i;

	for (i = 0; (name = store_table_name(i)) != NULL; i++)
		assert_table(s, name, NULL, "");
	assert_int_equal(differences(s), 0);
}

static void
weeks_and_months_add_up_days(void **state)
{
	const struct store_filter cut = { .from = "2026-11-24",
		.to = "2026-11-24" };
	const struct store_filter next = { .from = "2026-11-30" };
	struct scene *s = *state;

	send_one(s, "Example Inc.", 22, 1, 0); /* a Sunday */
	send_one(s, "Example Inc.", 23, 10, 2);
	send_one(s, "Example Inc.", 29, 100, 0);
	assert_table(s, "weekly", NULL,
	    "2026-11-16|2026-W47|example.com|example.com|Example Inc.|"
	    "example.net|sts|enforce|1|1|0|1|1|0|0.0000\n"
	    "2026-11-23|2026-W48|example.com|example.com|Example Inc.|"
	    "example.net|sts|enforce|2|110|2|112|112|2|0.0179\n");
	assert_table(s, "weekly", &cut,
	    "2026-11-23|2026-W48|example.com|example.com|Example Inc.|"
	    "example.net|sts|enforce|2|110|2|112|112|2|0.0179\n");
	assert_table(s, "weekly", &next, "");
	assert_table(s, "monthly", &cut,
	    "2026-11-01|2026-W44|example.com|example.com|Example Inc.|"
	    "example.net|sts|enforce|3|111|2|113|113|2|0.0177\n");
}

static void
a_report_is_one_of_its_series_however_many_blocks_it_has(void **state)
{
	struct scene *s = *state;
	struct policy p[3] = { some_policy, some_policy, some_policy };
	struct report r = some_report(p, 3);

	p[2].type = "tlsa";
	p[2].mode = "";
	p[2].counted_sessions = 0;
	add(s, &r);
	assert_rows(s,
	    "SELECT policy_type, reports, successful_sessions,"
	    " counted_sessions FROM csv_daily",
	    "sts|1|20|20\ntlsa|1|10|0\n");
	assert_rows(
	    s, "SELECT reports, counted_sessions FROM csv_senders", "1|20\n");
	assert_int_equal(differences(s), 0);
}

static void
a_skipped_entry_is_in_no_rollup(void **state)
{
	struct scene *s = *state;
	struct policy p[2] = { some_policy, some_policy };
	struct report r = some_report(p, 2);

	p[1].skipped = true;
	p[1].domain = p[1].recipient_domain = "other.example";
	add(s, &r);
	assert_number(s, "SELECT count(*) FROM series", 1);
	assert_number(s, "SELECT count(*) FROM csv_domains", 1);
	assert_int_equal(differences(s), 0);
}

static void
gaps_and_silence_are_those_of_the_range(void **state)
{
	const struct store_filter from = { .from = "2026-11-05" };
	struct scene *s = *state;
	static const int days[] = { 1, 2, 4, 5, 8, 9, 10 };
	size_t i;

	for (i = 0; i < sizeof days / sizeof *days; i++)
		send_one(s, "A", days[i], 1, 0);
	send_one(s, "B", 19, 1, 0);
	assert_table(s, "senders", NULL,
	    "A|example.net|example.com|2026-11-01|2026-11-10|7|19|2|9|7|7|0|0\n"
	    "B|example.net|example.com|2026-11-19|2026-11-19|1|19|0|0|1|1|0|"
	    "0\n");
	assert_table(s, "senders", &from,
	    "A|example.net|example.com|2026-11-05|2026-11-10|4|15|2|9|4|4|0|0\n"
	    "B|example.net|example.com|2026-11-19|2026-11-19|1|15|0|0|1|1|0|"
	    "0\n");
	/* nine days are over 3 + 2 * 2, but four are no regular sender */
	assert_number(s, "SELECT silent_organizations FROM csv_domains", 1);
	assert_table(s, "domains", &from,
	    "example.com|2026-11-05|2026-11-19|2|5|0|0.0000|sts|enforce|5||"
	    "0\n");
}

static void
silence_begins_past_three_days_and_twice_the_longest_gap(void **state)
{
	struct scene *s = *state;
	int day;

	for (day = 1; day <= 5; day++)
		send_one(s, "A", day, 1, 0);
	send_one(s, "B", 8, 1, 0);
	assert_number(s, "SELECT silent_organizations FROM csv_domains", 0);
	send_one(s, "B", 9, 1, 0);
	assert_number(s, "SELECT silent_organizations FROM csv_domains", 1);
}

static void
clean_days_are_those_behind_the_last_failure(void **state)
{
	struct scene *s = *state;

	send_one(s, "A", 1, 1, 0);
	send_one(s, "A", 2, 1, 1);
	assert_number(s, "SELECT clean_days FROM csv_domains", 0);
	send_one(s, "A", 4, 1, 0);
	send_one(s, "B", 4, 1, 0);
	send_one(s, "B", 6, 1, 0);
	assert_number(s, "SELECT clean_days FROM csv_domains", 2);
}

static void
what_a_rollback_takes_back_is_not_counted(void **state)
{
	struct scene *s = *state;
	struct store_added added;
	struct sent x;
	int64_t message;

	make(&x, "A", 1, 1, 1);
	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, 0);
	added = add_report_of(s, message, &x.report);
	assert_int_equal(added.outcome, STORE_IMPORTED);
	store_rollback(s->st);
	assert_number(s, "SELECT count(*) FROM series", 0);
	/* numbers that were in memory are not used for others */
	send_one(s, "B", 1, 1, 0);
	send_one(s, "A", 1, 2, 3);
	assert_rows(s,
	    "SELECT organization, counted_sessions FROM csv_daily"
	    " ORDER BY organization",
	    "A|5\nB|1\n");
	assert_int_equal(differences(s), 0);
}

/* Two copies of one report: the second contradicts the first. */
static int64_t
send_conflict(struct scene *s)
{
	struct sent x;
	struct store_added added;

	make(&x, "A", 1, 10, 2);
	add(s, &x.report);
	x.report.content[0] = 1;
	x.policy.counted_failed = x.policy.failed_sessions = 5;
	x.failure.result_type = "tlsa-invalid";
	x.failure.failed_sessions = 5;
	x.policy.counted_sessions = 15;
	added = add(s, &x.report);
	assert_int_equal(added.outcome, STORE_CONFLICT);
	return added.quarantined;
}

static void
accepting_a_copy_counts_its_day_again(void **state)
{
	struct scene *s = *state;
	int64_t number = send_conflict(s), generation, later;

	assert_rows(s,
	    "SELECT counted_sessions, counted_failed FROM csv_domains",
	    "12|2\n");
	assert_rows(s, "SELECT code, reports FROM rollup_warnings",
	    "report-id-conflict|1\n");
	assert_ok(s, store_generation(s->st, &generation, &s->f));
	assert_ok(s, store_quarantine_accept(s->st, number, &s->f));
	assert_ok(s, store_generation(s->st, &later, &s->f));
	assert_true(later > generation);
	assert_rows(s,
	    "SELECT counted_sessions, counted_failed FROM csv_domains",
	    "15|5\n");
	assert_rows(s, "SELECT problem, result_type FROM csv_problems",
	    "2|tlsa-invalid\n");
	assert_int_equal(differences(s), 0);
	assert_ok(s, store_quarantine_accept(s->st, number, &s->f));
	assert_rows(s, "SELECT problem, result_type FROM csv_problems",
	    "1|certificate-expired\n");
	assert_ok(s, store_quarantine_drop(s->st, number, &s->f));
	assert_number(s, "SELECT count(*) FROM rollup_warnings", 0);
	assert_int_equal(differences(s), 0);
}

static void
many_reports_of_one_transaction_are_counted_exactly(void **state)
{
	enum {
		MANY = 6000 /* more than wait for a flush */
	};
	struct scene *s = *state;
	struct sent x;
	int64_t message;
	int i;

	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, 0);
	for (i = 0; i < MANY; i++) {
		make(&x, i % 2 == 0 ? "A" : "B", 1 + i % 28, 1, 1);
		add_report_of(s, message, &x.report);
	}
	assert_ok(s, store_commit(s->st, &s->f));
	assert_number(s, "SELECT sum(reports) FROM csv_daily", MANY);
	assert_number(
	    s, "SELECT sum(counted_sessions) FROM csv_senders", 2 * MANY);
	assert_int_equal(differences(s), 0);
}

static void
a_difference_is_told_for_each_row(void **state)
{
	struct scene *s = *state;

	send_one(s, "A", 1, 1, 1);
	send_one(s, "A", 2, 1, 0);
	assert_int_equal(sqlite3_exec(s->st->db,
			     "UPDATE rollup_daily SET reports = reports + 1",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(differences(s), 2);
}

static void
a_series_knows_between_which_days_it_is(void **state)
{
	struct scene *s = *state;

	send_one(s, "A", 9, 1, 1);
	send_one(s, "A", 12, 1, 0);
	send_one(s, "A", 3, 1, 0);
	assert_rows(s,
	    "SELECT date(first_day * 86400, 'unixepoch'),"
	    " date(last_day * 86400, 'unixepoch') FROM series",
	    "2026-11-03|2026-11-12\n");
	assert_int_equal(differences(s), 0);
	assert_int_equal(
	    sqlite3_exec(s->st->db, "UPDATE series SET last_day = last_day - 1",
		NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(differences(s), 1);
}

static void
problems_have_a_number_for_good(void **state)
{
	struct scene *s = *state;
	struct arena a = { 0 };
	struct store_problem p;

	send_one(s, "A", 1, 1, 1);
	assert_ok(s, store_get_problem(s->st, 1, &a, &p, &s->f));
	assert_string_equal(p.domain, "example.com");
	assert_string_equal(p.mx, "mx1.example.com");
	assert_string_equal(p.result_type, "certificate-expired");
	assert_string_equal(p.muted_until, "");
	assert_int_equal(store_get_problem(s->st, 2, &a, &p, &s->f), -1);
	assert_int_equal(s->f.status, EX_NOINPUT);
	assert_int_equal(store_mute(s->st, 2, "2026-12-01", "x", &s->f), -1);
	assert_int_equal(s->f.status, EX_NOINPUT);
	assert_ok(s, store_mute(s->st, 1, "2026-12-01", "known", &s->f));
	assert_ok(s, store_get_problem(s->st, 1, &a, &p, &s->f));
	assert_string_equal(p.muted_until, "2026-12-01");
	assert_string_equal(p.mute_note, "known");
	arena_free(&a);
}

static void
result_types_are_written_when_they_changed(void **state)
{
	const struct store_result_type types[] = {
		{ "certificate-expired", "ours", "renew on MX, for DOMAIN" },
		{ "validation-failure", "unclear", "look" },
	};
	struct scene *s = *state;
	int64_t before, after;

	send_one(s, "A", 1, 1, 1);
	assert_ok(s, store_set_result_types(s->st, types, 2, &s->f));
	assert_rows(s, "SELECT side, remedy FROM csv_problems",
	    "ours|renew on mx1.example.com, for example.com\n");
	assert_ok(s, store_generation(s->st, &before, &s->f));
	assert_ok(s, store_set_result_types(s->st, types, 2, &s->f));
	assert_ok(s, store_generation(s->st, &after, &s->f));
	assert_int_equal(before, after);
}

static void
an_export_is_found_as_it_was_noted(void **state)
{
	struct scene *s = *state;
	struct arena a = { 0 };
	struct store_export e = { "dir", "daily", 7, "style", "mark", "parts" };
	struct store_export found;

	assert_int_equal(
	    store_find_export(s->st, "dir", "daily", &a, &found, &s->f), 0);
	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_note_export(s->st, &e, &s->f));
	e.generation = 8;
	assert_ok(s, store_note_export(s->st, &e, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	assert_int_equal(
	    store_find_export(s->st, "dir", "daily", &a, &found, &s->f), 1);
	assert_int_equal(found.generation, 8);
	assert_string_equal(found.options, "style");
	assert_string_equal(found.file, "mark");
	assert_string_equal(found.parts, "parts");
	assert_int_equal(
	    store_find_export(s->st, "other", "daily", &a, &found, &s->f), 0);
	arena_free(&a);
}

static void
periods_tell_in_which_generation_they_changed(void **state)
{
	const struct store_filter all = { 0 };
	struct scene *s = *state;
	struct arena a = { 0 };
	struct store_period *p;
	int64_t generation;
	size_t n;

	send_one(s, "A", 22, 1, 0);
	send_one(s, "A", 23, 1, 0);
	assert_ok(s, store_generation(s->st, &generation, &s->f));
	send_one(s, "A", 22, 1, 0);
	assert_true(store_has_periods("weekly"));
	assert_false(store_has_periods("problems"));
	assert_ok(s, store_periods(s->st, "weekly", &all, &a, &p, &n, &s->f));
	assert_int_equal(n, 2);
	assert_string_equal(p[0].first, "2026-11-16");
	assert_true(p[0].generation > generation);
	assert_string_equal(p[1].first, "2026-11-23");
	assert_int_equal(p[1].generation, generation);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tables_of_an_empty_store_have_no_rows),
		TEST(weeks_and_months_add_up_days),
		TEST(a_report_is_one_of_its_series_however_many_blocks_it_has),
		TEST(a_skipped_entry_is_in_no_rollup),
		TEST(gaps_and_silence_are_those_of_the_range),
		TEST(silence_begins_past_three_days_and_twice_the_longest_gap),
		TEST(clean_days_are_those_behind_the_last_failure),
		TEST(what_a_rollback_takes_back_is_not_counted),
		TEST(accepting_a_copy_counts_its_day_again),
		TEST(many_reports_of_one_transaction_are_counted_exactly),
		TEST(a_difference_is_told_for_each_row),
		TEST(a_series_knows_between_which_days_it_is),
		TEST(problems_have_a_number_for_good),
		TEST(result_types_are_written_when_they_changed),
		TEST(an_export_is_found_as_it_was_noted),
		TEST(periods_tell_in_which_generation_they_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
