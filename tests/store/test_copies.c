/* Copies of one report: which counts, and what is known of each. */
#include "scenes/stores.h"

#include "base/span.h"
#include "model/report_copy.h"
#include "upkeep/prune.h"

/* A message of that hour of 24 November; -1: nobody knows. */
static int64_t
message_at(struct scene *s, int hour)
{
	struct message m = {
		.source = "a.eml",
		.size = ++s->uid,
		.has_arrival = hour >= 0,
		.arrival = utc_of(2026, 11, 24, hour, 0, 0),
	};
	int64_t id = 0;

	assert_ok(
	    s, store_add_message(s->st, &m, &mail_head_empty, &id, &s->f));
	return id;
}

/* In the open transaction; a content counts as many sessions. */
static struct store_added
put(struct scene *s, int hour, unsigned char content, const char *dkim)
{
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	p.successful_sessions = p.counted_sessions = content;
	r.content[0] = content;
	r.dkim = dkim;
	return add_report_of(s, message_at(s, hour), &r);
}

static struct store_added
copy_at(struct scene *s, int hour, unsigned char content, const char *dkim)
{
	struct store_added added;

	assert_ok(s, store_begin(s->st, &s->f));
	added = put(s, hour, content, dkim);
	assert_ok(s, store_commit(s->st, &s->f));
	return added;
}

static const char counted[] = "SELECT counted_sessions FROM csv_daily";

static void
the_first_to_arrive_counts_whenever_it_is_read(void **state)
{
	struct scene *s = *state;
	struct store_added added;

	copy_at(s, -1, 1, "");
	added = copy_at(s, 7, 2, "");
	assert_true(added.displaced);
	assert_int_equal(added.outcome, STORE_IMPORTED);
	assert_int_equal(added.why, COPY_ARRIVAL);
	assert_int_equal(added.quarantined, 1);
	added = copy_at(s, 8, 3, "");
	assert_int_equal(added.outcome, STORE_CONFLICT);
	assert_int_equal(added.why, COPY_ARRIVAL);
	assert_true(copy_at(s, 6, 4, "").displaced);
	assert_rows(s, counted, "4\n");
	/* whose mail delete_after leaves alone: those that were displaced */
	assert_rows(s, "SELECT id FROM messages WHERE settled = 1", "1\n2\n");
	assert_rows(s,
	    "SELECT r.counted_sessions FROM quarantine AS q JOIN reports AS r"
	    " ON r.id = q.report ORDER BY q.id",
	    "1\n3\n2\n");
	assert_figures(s);
}

static void
an_earlier_arrival_is_noted_and_told(void **state)
{
	struct scene *s = *state;

	copy_at(s, -1, 1, "");
	copy_at(s, 8, 1, "");
	copy_at(s, 9, 1, "");
	copy_at(s, -1, 1, "");
	assert_rows(
	    s, "SELECT received FROM csv_reports", "2026-11-24T08:00:00Z\n");
	copy_at(s, 7, 1, "");
	assert_rows(
	    s, "SELECT received FROM csv_reports", "2026-11-24T07:00:00Z\n");
	assert_rows(s, "SELECT what, report FROM outbox ORDER BY seq",
	    "report|1\nreport|1\nreport|1\n");
	assert_figures(s);
}

static void
a_copy_in_conflict_counts_once_an_earlier_mail_has_it(void **state)
{
	struct scene *s = *state;
	struct store_added added;

	copy_at(s, 7, 1, "");
	copy_at(s, 8, 2, "");
	assert_rows(s, counted, "1\n");
	added = copy_at(s, 6, 2, "");
	assert_true(added.displaced);
	assert_rows(s, counted, "2\n");
	/* which is no longer a duplicate of a conflict, and the other is */
	assert_false(copy_at(s, 9, 2, "").of_conflict);
	assert_true(copy_at(s, 9, 1, "").of_conflict);
	assert_figures(s);
}

/* It waited for DNS, which then said that the mail was changed. */
static void
a_copy_that_gets_worse_gives_way(void **state)
{
	struct scene *s = *state;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_added added;
	int64_t waiting;

	r.content[0] = 1;
	r.dkim = "waiting";
	p.counted_sessions = 1;
	assert_ok(s, store_begin(s->st, &s->f));
	waiting = message_at(s, 8);
	add_report_of(s, waiting, &r);
	assert_ok(s, store_commit(s->st, &s->f));
	copy_at(s, 7, 2, "dkim-missing");
	copy_at(s, 6, 3, "dkim-missing");
	assert_rows(s, counted, "1\n");
	r.dkim = "dkim-fail";
	assert_ok(s, store_begin(s->st, &s->f));
	added = add_report_of(s, waiting, &r);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_int_equal(added.outcome, STORE_DUPLICATE);
	assert_true(added.of_conflict);
	assert_rows(s, counted, "3\n");
	assert_figures(s);
}

static void
many_changes_of_one_transaction_come_to_the_last(void **state)
{
	struct scene *s = *state;
	int hour;

	assert_ok(s, store_begin(s->st, &s->f));
	for (hour = 23; hour >= 0; hour--)
		assert_int_equal(
		    put(s, hour, (unsigned char)(hour + 1), "").displaced,
		    hour < 23);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_rows(s, counted, "1\n");
	assert_number(s, "SELECT count(*) FROM quarantine", 23);
	assert_figures(s);
}

static void
prune(struct scene *s)
{
	const struct store_prune what = { .before = "2026-12-01",
		.details = true };
	struct store_prune_place place = { 0 };
	struct store_pruned sum = { 0 };

	while (store_prune_some(s->st, &what, &place, &sum, &s->f) == 1)
		;
	assert_int_equal(sum.reports, 1);
}

/* Else a day that was pruned meanwhile would be counted from nothing. */
static void
what_is_rolled_back_leaves_no_day_to_count(void **state)
{
	struct scene *s = *state;

	copy_at(s, 8, 1, "");
	assert_ok(s, store_begin(s->st, &s->f));
	assert_true(put(s, 7, 2, "pass").displaced);
	store_rollback(s->st);
	prune(s);
	assert_rows(s, counted, "1\n");
}

static void
a_pruned_day_keeps_the_copy_that_counts(void **state)
{
	struct store_added added;
	struct scene *s = *state;

	copy_at(s, 8, 1, "");
	prune(s);
	added = copy_at(s, 7, 2, "pass");
	assert_false(added.displaced);
	assert_true(added.is_pruned);
	assert_int_equal(added.outcome, STORE_CONFLICT);
	assert_rows(s, counted, "1\n");
	assert_rollups_are_true(s);
}

static void
add_range(struct scene *s, int day, unsigned char content)
{
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	r.start = utc_of(2026, 11, day, 0, 0, 0);
	r.end = r.start + UTC_DAY - 1;
	r.content[0] = content;
	add(s, &r);
}

/* Whichever of the ranges comes first. */
static void
all_but_the_earliest_range_reuse_a_report_id(void **state)
{
	struct scene *s = *state;

	add_range(s, 12, 1);
	add_range(s, 12, 2);
	add_range(s, 13, 3);
	add_range(s, 11, 4);
	add_range(s, 12, 5);
	assert_rows(s,
	    "SELECT hex(substr(content, 1, 1)), warnings FROM reports"
	    " ORDER BY 1",
	    "01|report-id-conflict report-id-reused\n"
	    "02|report-id-conflict report-id-reused\n"
	    "03|report-id-reused\n"
	    "04|\n"
	    "05|report-id-conflict report-id-reused\n");
	assert_figures(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_to_arrive_counts_whenever_it_is_read),
		TEST(an_earlier_arrival_is_noted_and_told),
		TEST(a_copy_in_conflict_counts_once_an_earlier_mail_has_it),
		TEST(a_copy_that_gets_worse_gives_way),
		TEST(many_changes_of_one_transaction_come_to_the_last),
		TEST(what_is_rolled_back_leaves_no_day_to_count),
		TEST(a_pruned_day_keeps_the_copy_that_counts),
		TEST(all_but_the_earliest_range_reuse_a_report_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
