#include <openssl/evp.h>

#include "scenes/mails.h"
#include "scenes/stores.h"

#include "base/fault.h"
#include "ingest/ingest.h"
#include "ledger/mailboxes.h"
#include "model/limits.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "model/vouching.h"
#include "unpack/gzip_pack.h"

enum {
	LARGE = 12000 /* failure details: megabytes in memory */
};

static const struct ingest_settings settings = {
	.examine = { .limits = &limits_default },
};

static void
run_sql(struct scene *s, const char *sql)
{
	if (sqlite3_exec(s->st->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(s->st->db));
}

__attribute__((format(printf, 2, 3))) static void
put(struct buf *b, const char *fmt, ...)
{
	char text[1000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	assert_int_equal(buf_append(b, text, strlen(text)), 0);
}

/* A report with that many failure details, at so many hosts. */
static void
add_report(struct buf *b, int id, int details, int hosts)
{
	int i;

	put(b,
	    "{\"organization-name\":\"x\",\"report-id\":\"%d\","
	    "\"contact-info\":\"x@x.example\",\"date-range\":{"
	    "\"start-datetime\":\"2026-03-01T00:00:00Z\","
	    "\"end-datetime\":\"2026-03-01T23:59:59Z\"},\"policies\":[{"
	    "\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":"
	    "\"alder.example\"},\"summary\":{"
	    "\"total-successful-session-count\":1,"
	    "\"total-failure-session-count\":%d},\"failure-details\":[",
	    id, details);
	for (i = 0; i < details; i++)
		put(b,
		    "%s{\"result-type\":\"certificate-expired\","
		    "\"failed-session-count\":1,"
		    "\"receiving-mx-hostname\":\"mx%d.alder.example\"}",
		    i > 0 ? "," : "", i % hosts);
	put(b, "]}]}");
}

/* A mail of the reports from one id to before another, each its own part. */
static struct span
mail_of(int id, int end, int details)
{
	struct buf b = { .max = SIZE_MAX / 2 };

	put(&b, "From: x@x.example\nSubject: reports\n"
		"Content-Type: multipart/mixed; boundary=b\n\n");
	for (; id < end; id++) {
		put(&b, "--b\nContent-Type: application/tlsrpt+json\n\n");
		add_report(&b, id, details, LARGE);
		put(&b, "\n");
	}
	put(&b, "--b--\n");
	return buf_span(&b);
}

static int
give(struct scene *s, struct ingest *in, struct span mail)
{
	struct message m = { .source = "x", .bytes = mail, .size = mail.n };
	struct ingest_verdict verdict;

	return ingest_message(in, &m, &verdict, &s->f);
}

static bool
is_in_transaction(const struct scene *s)
{
	return sqlite3_get_autocommit(s->st->db) == 0;
}

static void
stores_nothing_before_the_commit(void **state)
{
	struct scene *s = *state;
	struct ingest *in = ingest_open(s->st, &settings);
	struct span mail = mail_of(0, 2, 1);

	assert_ok(s, give(s, in, mail));
	assert_false(is_in_transaction(s));
	assert_ok(s, ingest_commit_if_due(in, &s->f)); /* it is not */
	assert_number(s, "SELECT count(*) FROM messages", 0);
	assert_ok(s, ingest_commit(in, &s->f));
	assert_number(s, "SELECT count(*) FROM messages", 1);
	assert_number(s, "SELECT count(*) FROM reports", 2);
	assert_int_equal(ingest_counts(in)->imported, 2);
	ingest_close(in);
	free_span(mail);
}

/* They are stored one after the other, but committed together. */
static void
stores_a_mail_of_many_large_reports(void **state)
{
	struct scene *s = *state;
	struct ingest *in = ingest_open(s->st, &settings);
	struct span first = mail_of(0, 1, 1), mail = mail_of(1, 7, LARGE);

	assert_ok(s, give(s, in, first));
	assert_ok(s, give(s, in, mail));
	assert_true(is_in_transaction(s));
	assert_ok(s, ingest_commit_if_due(in, &s->f));
	assert_false(is_in_transaction(s));
	assert_number(s, "SELECT count(*) FROM messages", 2);
	assert_number(
	    s, "SELECT count(*) FROM messages WHERE verdict = 'imported'", 2);
	assert_number(s, "SELECT count(*) FROM reports", 7);
	assert_number(s, "SELECT count(DISTINCT message) FROM reports", 2);
	assert_int_equal(ingest_counts(in)->messages, 2);
	assert_int_equal(ingest_counts(in)->imported, 7);
	ingest_close(in);
	free_span(first);
	free_span(mail);
}

static void
stores_no_part_of_what_fails_in_the_middle(void **state)
{
	struct scene *s = *state;
	struct ingest *in = ingest_open(s->st, &settings);
	struct span first = mail_of(0, 1, 1), mail = mail_of(1, 7, LARGE);

	run_sql(s, "CREATE TRIGGER full BEFORE INSERT ON reports "
		   "WHEN (SELECT count(*) FROM reports) >= 4 "
		   "BEGIN SELECT RAISE(ABORT, 'no more'); END");
	assert_ok(s, give(s, in, first));
	assert_int_equal(give(s, in, mail), -1);
	assert_int_equal(s->f.scope, FAULT_HOST);
	assert_false(is_in_transaction(s));
	assert_number(s, "SELECT count(*) FROM messages", 0);
	assert_number(s, "SELECT count(*) FROM reports", 0);
	assert_int_equal(ingest_counts(in)->messages, 0);
	assert_int_equal(ingest_counts(in)->reports, 0);
	ingest_close(in);
	free_span(first);
	free_span(mail);
}

static void
drops_what_is_not_committed(void **state)
{
	struct scene *s = *state;
	struct ingest *in = ingest_open(s->st, &settings);
	struct span mail = mail_of(0, 6, LARGE);

	assert_ok(s, give(s, in, mail));
	assert_true(is_in_transaction(s));
	ingest_close(in);
	assert_number(s, "SELECT count(*) FROM messages", 0);
	assert_number(s, "SELECT count(*) FROM reports", 0);
	free_span(mail);
}

/* -- mails that a thread examines */

enum {
	MAILS = 2300, /* more than two batches */
	LARGE_ONE = 700,
	HEAVY_ONE = 1500
};

static struct span
mail_of_text(const char *text)
{
	return (struct span){ xstrdup(text), strlen(text) };
}

/* Small, while its reports take megabytes: the thread has to store some of
 * them before the next. */
static struct span
heavy_mail(void)
{
	struct buf b = { .max = SIZE_MAX / 2 }, packed = b, text = b;
	size_t room;
	char *out;
	int id;

	put(&b, "From: x@x.example\nSubject: reports\n"
		"Content-Type: multipart/mixed; boundary=b\n\n");
	for (id = 20000; id < 20008; id++) {
		buf_reset(&text);
		add_report(&text, id, LARGE, 1);
		buf_reset(&packed);
		assert_int_equal(pack_gzip(buf_span(&text), &packed), 0);
		put(&b, "--b\nContent-Type: application/tlsrpt+gzip\n"
			"Content-Transfer-Encoding: base64\n\n");
		out = buf_room(&b, 2 * packed.len, &room);
		b.len += (size_t)EVP_EncodeBlock((unsigned char *)out,
		    (unsigned char *)packed.data, (int)packed.len);
		put(&b, "\n");
	}
	put(&b, "--b--\n");
	buf_free(&text);
	buf_free(&packed);
	return buf_span(&b);
}

/*
 * Reports; some again, with other content, or broken; mails without one; two
 * with large ones.
 */
static struct span
mail_number(int i)
{
	if (i == LARGE_ONE)
		return mail_of(10000, 10001, LARGE / 3);
	if (i == HEAVY_ONE)
		return heavy_mail();
	if (i % 13 == 4)
		return mail_of(i - 3, i - 2, 1);
	if (i % 501 == 500)
		return mail_of(i - 1, i, 2);
	if (i % 31 == 7)
		return mail_of_text(
		    "From: x@x.example\nSubject: hello\n\nHi.\n");
	if (i % 301 == 9)
		return mail_of_text(
		    "From: x@x.example\n"
		    "Content-Type: application/tlsrpt+json\n\n{");
	return mail_of(i, i + 1, i % 3);
}

/* Give them all to one ingest, which commits as often as it wants to. */
static void
take_all(struct scene *s, bool by_thread, struct ingest_counts *counts)
{
	struct ingest *in = ingest_open(s->st, &settings);
	struct ingest_verdict found = { 0 };
	struct store_mailbox cursor;
	struct message m;
	int i;

	assert_ok(s, store_mailbox(s->st, "box", "INBOX", &cursor, &s->f));
	ingest_set_cursor(in, &cursor);
	for (i = 0; i < MAILS; i++) {
		m = (struct message){ .source = "box: INBOX",
			.mailbox = cursor.id,
			.uid = (uint32_t)i + 1,
			.bytes = mail_number(i) };
		m.size = m.bytes.n;
		if (by_thread)
			assert_ok(s, ingest_queue(in, &m, &s->f));
		else
			assert_ok(s, ingest_message(in, &m, &found, &s->f));
		free_span(m.bytes);
		cursor.uid = m.uid;
		assert_ok(s, ingest_commit_if_due(in, &s->f));
	}
	assert_ok(s, ingest_commit(in, &s->f));
	assert_number(s, "SELECT uid FROM mailboxes", MAILS);
	if (by_thread) {
		assert_ok(s, ingest_settle(in, &found, &s->f));
		assert_int_equal(
		    found.mails + ingest_counts(in)->no_report, MAILS);
		assert_int_equal(found.accepted + found.rejected,
		    ingest_counts(in)->reports);
		assert_ok(s, ingest_settle(in, &found, &s->f));
		assert_int_equal(found.mails, 0);
	}
	*counts = *ingest_counts(in);
	ingest_close(in);
}

static char *
all_rows(const struct scene *s)
{
	return rows_of(s,
	    "SELECT group_concat(id || ' ' || uid || ' ' || verdict, x'0a')"
	    " FROM messages UNION ALL "
	    "SELECT group_concat(id || ' ' || message || ' ' || report_id ||"
	    " ' ' || status || ' ' || hex(content), x'0a') FROM reports"
	    " UNION ALL "
	    "SELECT group_concat(id || ' ' || code || ' ' || message, x'0a')"
	    " FROM quarantine");
}

static void
stores_the_same_with_a_thread_and_without(void **state)
{
	struct scene *s = *state;
	struct ingest_counts alone, beside;
	char *expected, *rows;

	take_all(s, false, &alone);
	expected = all_rows(s);
	store_close(s->st);
	unlink(s->path);
	open_store(s, STORE_WRITE);
	take_all(s, true, &beside);
	assert_rows(s, "SELECT * FROM pragma_integrity_check", "ok\n");
	assert_memory_equal(&alone, &beside, sizeof alone);
	assert_true(alone.conflict > 0 && alone.duplicate > 0 &&
		    alone.rejected > 0 && alone.no_report > 0);
	rows = all_rows(s);
	assert_string_equal(rows, expected);
	free(rows);
	free(expected);
}

/* The store fails in the middle, and some thousand mails are queued at it. */
static void
a_thread_stores_nothing_behind_what_fails(void **state)
{
	struct scene *s = *state;
	struct ingest *in = ingest_open(s->st, &settings);
	struct message m = { .source = "x" };
	int i, rc = 0;

	run_sql(s, "CREATE TRIGGER full BEFORE INSERT ON reports "
		   "WHEN new.report_id = '1100' "
		   "BEGIN SELECT RAISE(ABORT, 'no more'); END");
	for (i = 0; rc == 0 && i < MAILS; i++) {
		m.bytes = mail_of(i, i + 1, 1);
		m.size = m.bytes.n;
		rc = ingest_queue(in, &m, &s->f);
		free_span(m.bytes);
		if (rc == 0)
			rc = ingest_commit_if_due(in, &s->f);
	}
	if (rc == 0)
		rc = ingest_commit(in, &s->f);
	assert_int_equal(rc, -1);
	assert_int_equal(s->f.scope, FAULT_HOST);
	assert_false(is_in_transaction(s));
	assert_number(s, "SELECT max(CAST(report_id AS INTEGER)) FROM reports",
	    ingest_counts(in)->imported - 1);
	assert_true(ingest_counts(in)->imported <= 1100);
	ingest_close(in);
	assert_true(number_of(s, "SELECT count(*) FROM reports") > 0);
}

/* A report as it is POSTed, by a host of those names. */
static void
give_post(struct scene *s, struct ingest *in, int id, const char *hosts,
    struct ingest_verdict *verdict)
{
	struct mail_head head = mail_head_empty;
	struct buf b = { .max = SIZE_MAX / 2 };
	struct message m = { .source = "https:192.0.2.1",
		.posted = true,
		.signed_by = hosts,
		.attachment_of = &head,
		.filename = "" };

	add_report(&b, id, 0, 1);
	head.message_id = "sha256:0";
	m.bytes = buf_span(&b);
	m.size = b.len;
	assert_ok(s, ingest_message(in, &m, verdict, &s->f));
	buf_free(&b);
}

static void
assert_posted(struct scene *s, const char *hosts, enum dkim_mode mode,
    const char *code, const char *stored)
{
	struct vouching how = { .mode = mode };
	struct ingest *in = ingest_open(s->st, &settings);
	struct ingest_verdict verdict;
	int64_t before = number_of(s, "SELECT count(*) FROM reports");

	ingest_set_vouching(in, &how);
	give_post(s, in, (int)before, hosts, &verdict);
	assert_ok(s, ingest_begin(in, &s->f));
	assert_true(is_in_transaction(s));
	assert_ok(s, ingest_commit(in, &s->f));
	assert_false(is_in_transaction(s));
	assert_string_equal(verdict.code != NULL ? verdict.code : "", code);
	assert_rows(s,
	    "SELECT dkim, dkim_domain, warnings FROM reports"
	    " ORDER BY id DESC LIMIT 1",
	    stored);
	ingest_close(in);
}

static void
a_host_of_the_reporter_vouches_for_what_it_posts(void **state)
{
	struct scene *s = *state;

	assert_posted(s, "", DKIM_RECORD, "", "https||unauthenticated\n");
	assert_posted(s, "", DKIM_OFF, "", "https||unauthenticated\n");
	assert_posted(
	    s, "mx.y.example", DKIM_RECORD, "", "https||unauthenticated\n");
	assert_posted(s, "mx.y.example out.x.example", DKIM_RECORD, "",
	    "host|out.x.example|\n");
	assert_posted(
	    s, "out.x.example", DKIM_REQUIRE, "", "host|out.x.example|\n");
	assert_rows(s, "SELECT DISTINCT source, message_id FROM messages",
	    "https:192.0.2.1|sha256:0\n");
}

static void
where_a_voucher_is_required_a_post_of_nobody_is_refused(void **state)
{
	struct scene *s = *state;

	assert_posted(s, "", DKIM_REQUIRE, "dkim-missing", "");
	assert_rows(s, "SELECT code, kept FROM quarantine", "dkim-missing|1\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stores_nothing_before_the_commit),
		TEST(stores_a_mail_of_many_large_reports),
		TEST(stores_no_part_of_what_fails_in_the_middle),
		TEST(drops_what_is_not_committed),
		TEST(stores_the_same_with_a_thread_and_without),
		TEST(a_thread_stores_nothing_behind_what_fails),
		TEST(a_host_of_the_reporter_vouches_for_what_it_posts),
		TEST(where_a_voucher_is_required_a_post_of_nobody_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
