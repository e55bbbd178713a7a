/* Who vouches for a stored report, and what follows from it. */
#include "scenes/stores.h"

#include "base/arena.h"
#include "model/report_copy.h"
#include "store/rejects.h"
#include "store/vouched.h"
#include "upkeep/quarantine.h"

static const struct failure no_tls = {
	.result_type = "starttls-not-supported",
	.side = "ours",
	.sending_mta_ip = "",
	.receiving_ip = "192.0.2.1",
	.receiving_mx_hostname = "mx.example.com",
	.receiving_mx_helo = "",
	.failure_reason_code = "",
	.additional_information = "",
	.failed_sessions = 3,
};

/* A report with a failure, and who vouches for it. */
static struct report
vouched(struct policy *p, struct failure *x, const char *dkim)
{
	struct report r;

	*x = no_tls;
	*p = some_policy;
	p->failed_sessions = p->counted_failed = 3;
	p->counted_sessions = 13;
	p->failures = x;
	p->n_failures = 1;
	r = some_report(p, 1);
	r.dkim = dkim;
	r.dkim_domain = "example.net";
	r.dkim_selector = "s1";
	if (vouched_rank(dkim) == 0)
		r.warnings = "unauthenticated";
	return r;
}

static void
add_vouched(struct scene *s, const char *dkim)
{
	struct policy p;
	struct failure x;
	struct report r = vouched(&p, &x, dkim);

	add(s, &r);
}

/* The same identity, other content. */
static void
add_other(struct scene *s, const char *dkim)
{
	struct policy p;
	struct failure x;
	struct report r = vouched(&p, &x, dkim);

	p.successful_sessions = 1;
	p.counted_sessions = 4;
	r.content[0] = 1;
	add(s, &r);
}

static const char verdict[] = "SELECT dkim, warnings FROM reports ORDER BY id";

static void
a_host_vouches_less_than_a_signature_and_more_than_nobody(void **state)
{
	struct scene *s = *state;

	add_vouched(s, "https");
	assert_rows(s, "SELECT verified_reports FROM rollup_senders", "0\n");
	add_vouched(s, "host");
	assert_rows(s, "SELECT dkim, dkim_domain, warnings FROM reports",
	    "host|example.net|\n");
	assert_rows(s, "SELECT verified_reports FROM rollup_senders", "1\n");
	assert_rollups_are_true(s);
	add_vouched(s, "https");
	assert_rows(s, "SELECT dkim FROM reports", "host\n");
	add_vouched(s, "pass");
	assert_rows(s, "SELECT dkim FROM reports", "pass\n");
	add_vouched(s, "host");
	assert_rows(s, "SELECT dkim FROM reports", "pass\n");
	assert_rollups_are_true(s);
}

static void
what_anybody_posted_gives_way_to_what_its_host_did(void **state)
{
	struct scene *s = *state;

	add_vouched(s, "https");
	add_other(s, "host");
	assert_rows(
	    s, "SELECT dkim FROM reports WHERE status = 'counted'", "host\n");
	assert_rollups_are_true(s);
}

static void
a_better_verdict_of_a_duplicate_stands(void **state)
{
	static const char *const better[] = { "dkim-fail", "waiting",
		"provider", "pass" };
	struct scene *s = *state;
	size_t i;

	open_store(s, STORE_WRITE);
	for (i = 0; i < 4; i++) {
		add_vouched(s, better[i]);
		assert_rollups_are_true(s);
	}
	assert_rows(s, verdict, "pass|\n");
	assert_rows(s,
	    "SELECT reports, verified_reports, verified_sessions,"
	    " verified_failed FROM rollup_senders",
	    "1|1|13|3\n");
	assert_rows(s, "SELECT verified_findings FROM rollup_failures", "1\n");
	assert_number(s, "SELECT count(*) FROM rollup_warnings", 0);
}

static void
a_worse_one_changes_nothing(void **state)
{
	static const char *const worse[] = { "provider", "waiting",
		"dkim-missing" };
	struct scene *s = *state;
	size_t i;

	open_store(s, STORE_WRITE);
	add_vouched(s, "pass");
	for (i = 0; i < 3; i++)
		add_vouched(s, worse[i]);
	assert_rows(s, verdict, "pass|\n");
	assert_rollups_are_true(s);
}

static void
a_vouched_copy_displaces_one_that_is_not(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	add_vouched(s, "dkim-missing");
	add_other(s, "pass");
	assert_rows(s, "SELECT status, dkim FROM reports ORDER BY id",
	    "conflict|dkim-missing\ncounted|pass\n");
	assert_rows(
	    s, "SELECT code, report FROM quarantine", "report-id-conflict|1\n");
	assert_rows(s, "SELECT counted_sessions FROM rollup_senders", "4\n");
	assert_rollups_are_true(s);
}

static void
two_vouched_copies_stay_a_conflict(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	add_vouched(s, "provider");
	add_other(s, "pass");
	add_vouched(s, "pass");
	assert_rows(
	    s, "SELECT status FROM reports ORDER BY id", "counted\nconflict\n");
	assert_rollups_are_true(s);
}

static void
a_copy_in_conflict_counts_once_it_is_vouched_for(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	add_vouched(s, "dkim-fail");
	add_other(s, "dkim-missing");
	assert_rows(
	    s, "SELECT status FROM reports ORDER BY id", "counted\nconflict\n");
	add_other(s, "pass");
	assert_rows(
	    s, "SELECT status FROM reports ORDER BY id", "conflict\ncounted\n");
	assert_rollups_are_true(s);
}

static int64_t
reject_at(struct scene *s, const char *code, const char *bytes)
{
	struct store_reject r = { .code = code,
		.where = "d=example.net s=s1",
		.filename = "",
		.bytes = span_of(bytes),
		.whole_mail = true };
	struct store_rejected done;

	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s,
	    store_add_reject(s->st, add_message(s, 0), &r, 1000, &done, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	return done.id;
}

static void
mails_that_wait_are_found_while_there_is_hope(void **state)
{
	struct scene *s = *state;
	struct store_waiting list;
	struct arena a = { 0 };
	char oldest[24];
	int64_t n, id, arrival = utc_of(2026, 11, 24, 3, 4, 5);

	open_store(s, STORE_WRITE);
	reject_at(s, "dkim-fail", "one");
	id = reject_at(s, "dkim-temperror", "two");
	assert_ok(s, store_find_waiting(s->st, 0, arrival, &a, &list, &s->f));
	assert_int_equal(list.n, 1);
	assert_int_equal(list.id[0], id);
	assert_ok(
	    s, store_find_waiting(s->st, 0, arrival + 1, &a, &list, &s->f));
	assert_int_equal(list.n, 0);
	assert_ok(s, store_find_waiting(s->st, 7, 0, &a, &list, &s->f));
	assert_int_equal(list.n, 0);
	assert_ok(s, store_count_waiting(s->st, &n, oldest, &s->f));
	assert_int_equal(n, 1);
	assert_string_equal(oldest, "2026-11-24");
	arena_free(&a);
}

static void
the_first_day_that_was_judged_stays(void **state)
{
	struct scene *s = *state;
	int64_t day = utc_of(2026, 11, 24, 0, 0, 0), since;
	struct store_mailbox mb;

	open_store(s, STORE_WRITE);
	assert_ok(s, store_mailbox(s->st, "name", "INBOX", &mb, &s->f));
	assert_ok(
	    s, store_judged_since(s->st, mb.id, day + 3600, &since, &s->f));
	assert_int_equal(since, day);
	assert_ok(s,
	    store_judged_since(s->st, mb.id, day + 9 * UTC_DAY, &since, &s->f));
	assert_int_equal(since, day);
	/* the clock was wrong before, and is right now */
	assert_ok(s,
	    store_judged_since(s->st, mb.id, day - 9 * UTC_DAY, &since, &s->f));
	assert_int_equal(since, day - 9 * UTC_DAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_host_vouches_less_than_a_signature_and_more_than_nobody),
		TEST(what_anybody_posted_gives_way_to_what_its_host_did),
		TEST_EMPTY(a_better_verdict_of_a_duplicate_stands),
		TEST_EMPTY(a_worse_one_changes_nothing),
		TEST_EMPTY(a_vouched_copy_displaces_one_that_is_not),
		TEST_EMPTY(two_vouched_copies_stay_a_conflict),
		TEST_EMPTY(a_copy_in_conflict_counts_once_it_is_vouched_for),
		TEST_EMPTY(mails_that_wait_are_found_while_there_is_hope),
		TEST_EMPTY(the_first_day_that_was_judged_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
