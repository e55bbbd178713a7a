#include "scenes/stores.h"

#include "base/arena.h"
#include "store/rejects.h"
#include "upkeep/quarantine.h"
#include "upkeep/stored_report.h"

enum {
	LIMIT = 1000
};

static struct store_rejected
reject_in(struct scene *s, int64_t message, const struct store_reject *r)
{
	struct store_rejected done = { 0 };

	assert_ok(s, store_add_reject(s->st, message, r, LIMIT, &done, &s->f));
	return done;
}

/* Refuse something that came in a file of its own, in one transaction. */
static struct store_rejected
reject(struct scene *s, struct span bytes, const char *code)
{
	struct store_reject r = { code, "line 3, column 7", "x.json.gz", bytes,
		false };
	struct store_rejected done;
	int64_t message;

	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, 0);
	done = reject_in(s, message, &r);
	assert_ok(s, store_message_verdict(s->st, message, "rejected", &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	return done;
}

static void
keeps_what_was_refused(void **state)
{
	struct scene *s = *state;
	struct store_rejected done =
	    reject(s, span_of("{broken"), "json-syntax");

	assert_true(done.added);
	assert_true(done.kept);
	assert_int_equal(done.id, 1);
	assert_rows(s,
	    "SELECT id, message, code, place, filename, whole_mail,"
	    " lower(hex(sha256)), size, kept, created, report FROM quarantine",
	    "1|1|json-syntax|line 3, column 7|x.json.gz|0|"
	    "be302461cda285db3ed2d45fb767b23e08ca8808b35a638009937df22b332d73"
	    "|7|1|2026-11-24T03:04:05Z|\n");
	assert_rows(
	    s, "SELECT quarantine, bytes FROM quarantine_bytes", "1|{broken\n");
	assert_totals(s);
}

static void
keeps_the_same_bytes_once(void **state)
{
	struct scene *s = *state;
	struct store_rejected first, again;

	first = reject(s, span_of("{broken"), "json-syntax");
	again = reject(s, span_of("{broken"), "json-trailing-data");
	assert_false(again.added);
	assert_true(again.kept);
	assert_int_equal(again.id, first.id);
	/* another release may name another fault */
	assert_rows(s, "SELECT message, code FROM quarantine",
	    "1|json-trailing-data\n");
	assert_true(reject(s, span_of("{Broken"), "json-syntax").added);
	assert_totals(s);
}

static void
without_bytes_it_is_known_by_message_and_code(void **state)
{
	struct scene *s = *state;
	struct store_reject r = { "message-too-large", "", "", { 0 }, true };
	struct store_rejected done;
	int64_t one, two;

	assert_ok(s, store_begin(s->st, &s->f));
	one = add_message(s, 0);
	two = add_message(s, 0);
	done = reject_in(s, one, &r);
	assert_true(done.added);
	assert_true(done.kept); /* there is nothing to keep */
	assert_false(reject_in(s, one, &r).added);
	assert_true(reject_in(s, two, &r).added);
	r.code = "mime-malformed";
	assert_true(reject_in(s, two, &r).added);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_number(s, "SELECT count(*) FROM quarantine_bytes", 0);
	assert_totals(s);
}

static void
past_the_limit_it_keeps_the_facts_alone(void **state)
{
	struct scene *s = *state;
	char bytes[LIMIT + 1];
	struct store_rejected done;

	memset(bytes, 'x', sizeof bytes);
	done = reject(s, (struct span){ bytes, LIMIT + 1 }, "json-syntax");
	assert_true(done.added);
	assert_false(done.kept);
	assert_true(
	    reject(s, (struct span){ bytes, LIMIT - 10 }, "json-syntax").kept);
	assert_false(reject(s, (struct span){ bytes, 11 }, "json-syntax").kept);
	assert_true(reject(s, (struct span){ bytes, 10 }, "json-syntax").kept);
	assert_false(reject(s, (struct span){ bytes, 1 }, "json-syntax").kept);
	assert_rows(s, "SELECT size, kept FROM quarantine",
	    "1001|0\n990|1\n11|0\n10|1\n1|0\n");
	assert_totals(s);
}

static void
the_limit_holds_within_a_batch(void **state)
{
	struct scene *s = *state;
	char bytes[LIMIT];
	struct store_reject r = { "json-syntax", "", "", { bytes, 600 },
		false };
	int64_t message;

	memset(bytes, 'x', sizeof bytes);
	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, 0);
	assert_true(reject_in(s, message, &r).kept);
	bytes[0] = 'y';
	assert_false(reject_in(s, message, &r).kept);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_totals(s);
}

static void
keeps_the_bytes_later_when_there_is_room(void **state)
{
	struct scene *s = *state;
	char bytes[LIMIT];
	struct store_rejected done;

	memset(bytes, 'x', sizeof bytes);
	reject(s, (struct span){ bytes, 600 }, "json-syntax");
	done = reject(s, (struct span){ bytes, 500 }, "json-syntax");
	assert_false(done.kept);
	assert_ok(s, store_quarantine_drop(s->st, 1, &s->f));
	done = reject(s, (struct span){ bytes, 500 }, "json-syntax");
	assert_false(done.added);
	assert_true(done.kept);
	assert_int_equal(done.id, 2);
	assert_rows(s, "SELECT id, size, kept FROM quarantine", "2|500|1\n");
	assert_totals(s);
}

static void
numbers_are_never_used_twice(void **state)
{
	struct scene *s = *state;

	reject(s, span_of("a"), "json-syntax");
	assert_ok(s, store_quarantine_drop(s->st, 1, &s->f));
	assert_int_equal(reject(s, span_of("b"), "json-syntax").id, 2);
	assert_int_equal(store_quarantine_drop(s->st, 1, &s->f), -1);
	assert_int_equal(s->f.status, EX_NOINPUT);
	assert_totals(s);
}

/* Rows of the list as text. */
struct list {
	char text[4096];
};

static int
take_head(void *arg, const struct column *c, size_t n, struct fault *f)
{
	(void)arg;
	(void)f;
	assert_int_equal(n, 11);
	assert_string_equal(c[10].name, "kept");
	return 0;
}

static int
take_row(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct list *l = arg;
	size_t len = strlen(l->text);

	(void)n;
	(void)f;
	snprintf(l->text + len, sizeof l->text - len,
	    "%" PRId64 "|%s|%s|%" PRId64 "|%s|%s|%s|%" PRId64 "|%" PRId64 "\n",
	    c[0].number, c[1].text, c[2].text, c[3].null ? -1 : c[3].number,
	    c[6].text, c[7].text, c[8].text, c[9].number, c[10].number);
	return 0;
}

/* A counted report and a contradiction of it, in mails of a mailbox. */
static void
store_conflict(struct scene *s)
{
	struct failure failure = some_failure;
	struct policy p[2] = { some_policy, some_policy };
	struct report r = some_report(p, 1);
	struct store_mailbox mb;

	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_ok(s, store_begin(s->st, &s->f));
	add_report_of(s, add_message(s, mb.id), &r);
	r.content[0] = 1;
	r.n_policies = 2;
	p[0].counted_sessions = 77;
	p[0].failures = &failure;
	p[0].n_failures = 1;
	p[0].failed_sessions = 5; /* two of them not detailed */
	p[1].recipient_domain = "example.org";
	p[1].skipped = true;
	add_report_of(s, add_message(s, mb.id), &r);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_totals(s);
}

static void
lists_refusals_and_conflicts(void **state)
{
	struct scene *s = *state;
	struct list l = { "" };
	struct row_sink sink = { take_head, take_row, &l };

	reject(s, span_of("a"), "json-syntax");
	store_conflict(s);
	assert_ok(s, store_read_quarantine(s->st, &sink, &s->f));
	assert_string_equal(l.text,
	    "1|2026-11-24T03:04:05Z|dir/report.json|-1|json-syntax|"
	    "line 3, column 7|x.json.gz|1|1\n"
	    "2|2026-11-24T03:04:05Z|example: INBOX|3|report-id-conflict|||9|"
	    "1\n");
}

static void
gives_an_entry_with_its_mail_and_bytes(void **state)
{
	struct scene *s = *state;
	struct arena a = { 0 };
	struct store_quarantined q;

	reject(s, span_of("{broken"), "json-syntax");
	assert_ok(s, store_quarantine_get(s->st, 1, &a, &q, &s->f));
	assert_string_equal(q.code, "json-syntax");
	assert_string_equal(q.where, "line 3, column 7");
	assert_string_equal(q.filename, "x.json.gz");
	assert_string_equal(q.source, "dir/report.json");
	assert_int_equal(q.mailbox, 0);
	assert_int_equal(q.size, 4001);
	assert_string_equal(q.head.from, "tls@example.net");
	assert_string_equal(q.head.report_domain, "example.com");
	assert_true(q.has_arrival);
	assert_int_equal(q.arrival, utc_of(2026, 11, 24, 3, 4, 5));
	assert_int_equal(q.conflict, 0);
	assert_true(span_is(q.bytes, "{broken"));
	assert_false(q.whole_mail);
	assert_int_equal(store_quarantine_get(s->st, 2, &a, &q, &s->f), -1);
	assert_int_equal(s->f.status, EX_NOINPUT);

	store_conflict(s);
	assert_ok(s, store_quarantine_get(s->st, 2, &a, &q, &s->f));
	assert_int_equal(q.conflict, 2);
	assert_int_equal(q.counted, 1);
	assert_int_equal(q.uid, 3);
	assert_int_equal(q.uidvalidity, 7);
	assert_true(span_is(q.bytes, "raw bytes"));
	arena_free(&a);
}

static void
an_accepted_conflict_counts_in_place_of_the_other(void **state)
{
	struct scene *s = *state;

	store_conflict(s);
	assert_ok(s, store_quarantine_accept(s->st, 1, &s->f));
	assert_rows(
	    s, "SELECT id, status FROM reports", "1|conflict\n2|counted\n");
	assert_rows(
	    s, "SELECT report, counted FROM policies", "1|0\n2|1\n2|0\n");
	assert_rows(s, "SELECT domain, counted_sessions FROM csv_daily",
	    "example.com|77\n");
	assert_rows(s,
	    "SELECT result_type, failed_sessions FROM csv_failures"
	    " ORDER BY result_type",
	    "certificate-expired|3\nnot-detailed|2\n");
	assert_rows(s, "SELECT id, message, report FROM quarantine", "1|1|1\n");
	assert_totals(s);

	assert_ok(s, store_quarantine_accept(s->st, 1, &s->f)); /* back */
	assert_rows(
	    s, "SELECT id, status FROM reports", "1|counted\n2|conflict\n");
	assert_rows(
	    s, "SELECT report, counted FROM policies", "1|1\n2|0\n2|0\n");
	assert_totals(s);
}

static void
only_a_conflict_can_be_accepted(void **state)
{
	struct scene *s = *state;

	reject(s, span_of("a"), "json-syntax");
	assert_int_equal(store_quarantine_accept(s->st, 1, &s->f), -1);
	assert_int_equal(s->f.status, EX_DATAERR);
	assert_number(s, "SELECT count(*) FROM quarantine", 1);
	assert_int_equal(store_quarantine_accept(s->st, 5, &s->f), -1);
	assert_int_equal(s->f.status, EX_NOINPUT);
	assert_totals(s);
}

static void
a_dropped_conflict_is_gone_with_all_of_it(void **state)
{
	struct scene *s = *state;

	store_conflict(s);
	assert_ok(s, store_quarantine_drop(s->st, 1, &s->f));
	assert_rows(
	    s, "SELECT id, status, warnings FROM reports", "1|counted|\n");
	assert_rows(s, "SELECT report, n FROM policies", "1|0\n");
	assert_number(s, "SELECT count(*) FROM failures", 0);
	assert_rows(s, "SELECT report FROM report_bytes", "1\n");
	assert_number(s, "SELECT count(*) FROM quarantine", 0);
	assert_totals(s);
	assert_rows(s, "PRAGMA foreign_key_check", "");
}

static void
a_warning_stays_while_another_conflict_does(void **state)
{
	struct scene *s = *state;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	r.warnings = "a b";
	add(s, &r);
	r.content[0] = 1;
	add(s, &r);
	r.content[0] = 2;
	add(s, &r);
	assert_ok(s, store_quarantine_drop(s->st, 1, &s->f));
	assert_rows(s, "SELECT warnings FROM reports WHERE id = 1",
	    "a b report-id-conflict\n");
	assert_ok(s, store_quarantine_drop(s->st, 2, &s->f));
	assert_rows(s, "SELECT warnings FROM reports WHERE id = 1", "a b\n");
	assert_totals(s);
}

static void
gives_back_a_report_as_it_was_stored(void **state)
{
	struct scene *s = *state;
	const char *strings[] = { "version: STSv1", "", "mode: none" };
	const char *hosts[] = { "mx.example.com" };
	struct failure failures[2] = { some_failure, some_failure };
	struct policy p[2] = { some_policy, some_policy }, *q;
	struct report r = some_report(p, 2), back;
	struct arena a = { 0 };

	failures[1].result_type = "not-detailed"; /* a sender's own */
	failures[1].failed_sessions = 1;
	p[0].type = "tlsa";
	p[1].strings = strings;
	p[1].n_strings = 3;
	p[1].mx_hosts = hosts;
	p[1].n_mx_hosts = 1;
	p[1].failures = failures;
	p[1].n_failures = 2;
	p[1].failed_sessions = 9;
	p[1].skipped = true;
	r.content[5] = 0xaa;
	r.warnings = "w";
	add(s, &r);
	assert_number(s, "SELECT count(*) FROM failures", 3);
	assert_ok(s, store_load_report(s->st, 1, &a, &back, &s->f));
	assert_string_equal(back.organization, r.organization);
	assert_string_equal(back.report_id, r.report_id);
	assert_int_equal(back.start, r.start);
	assert_int_equal(back.end, r.end);
	assert_string_equal(back.contact, r.contact);
	assert_string_equal(back.reporter_domain, r.reporter_domain);
	assert_memory_equal(back.content, r.content, REPORT_DIGEST);
	assert_string_equal(back.warnings, "w");
	assert_int_equal(back.n_policies, 2);
	assert_string_equal(back.policies[0].type, "tlsa");
	assert_int_equal(back.policies[0].n_strings, 0);
	assert_int_equal(back.policies[0].n_failures, 0);
	q = &back.policies[1];
	assert_true(q->skipped);
	assert_int_equal(q->n_strings, 3);
	assert_string_equal(q->strings[1], "");
	assert_string_equal(q->strings[2], "mode: none");
	assert_string_equal(q->mx_hosts[0], "mx.example.com");
	assert_int_equal(q->failed_sessions, 9);
	assert_int_equal(q->n_failures, 2);
	assert_string_equal(
	    q->failures[0].receiving_mx_helo, some_failure.receiving_mx_helo);
	assert_string_equal(q->failures[1].result_type, "not-detailed");
	assert_int_equal(q->failures[1].failed_sessions, 1);
	assert_int_equal(store_load_report(s->st, 2, &a, &back, &s->f), -1);
	assert_int_equal(s->f.status, EX_NOINPUT);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_what_was_refused),
		TEST(keeps_the_same_bytes_once),
		TEST(without_bytes_it_is_known_by_message_and_code),
		TEST(past_the_limit_it_keeps_the_facts_alone),
		TEST(the_limit_holds_within_a_batch),
		TEST(keeps_the_bytes_later_when_there_is_room),
		TEST(numbers_are_never_used_twice),
		TEST(lists_refusals_and_conflicts),
		TEST(gives_an_entry_with_its_mail_and_bytes),
		TEST(an_accepted_conflict_counts_in_place_of_the_other),
		TEST(only_a_conflict_can_be_accepted),
		TEST(a_dropped_conflict_is_gone_with_all_of_it),
		TEST(a_warning_stays_while_another_conflict_does),
		TEST(gives_back_a_report_as_it_was_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
