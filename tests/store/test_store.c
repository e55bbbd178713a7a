#include "base/utc.h"
#include "scenes/stores.h"
#include "store/status.h"

static void
stores_a_report_with_all_it_holds(void **state)
{
	struct scene *s = *state;
	const char *strings[] = { "version: STSv1", "mode: testing" };
	const char *hosts[] = { "*.example.com", "mx.example.org" };
	struct failure failure = some_failure;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_added added;

	p.strings = strings;
	p.n_strings = 2;
	p.mx_hosts = hosts;
	p.n_mx_hosts = 2;
	p.failed_sessions = p.counted_failed = 3;
	p.failures = &failure;
	p.n_failures = 1;
	r.warnings = "contact-format";
	added = add(s, &r);
	assert_int_equal(added.outcome, STORE_IMPORTED);
	assert_int_equal(added.report, 1);
	assert_false(added.reused);
	assert_rows(s,
	    "SELECT organization, report_id, start, end, date, status,"
	    " length(content), reporter_domain, contact, domain,"
	    " policy_domains, policy_types, counted_sessions, counted_failed,"
	    " warnings FROM reports",
	    "Example Inc.|id-1|2026-11-23T00:00:00Z|2026-11-23T23:59:59Z|"
	    "2026-11-23|counted|32|example.net|tls@example.net|example.com|"
	    "example.com|sts|10|3|contact-format\n");
	assert_rows(s, "SELECT * FROM policies",
	    "1|0|2026-11-23|1|0|example.com|example.com|Example Inc.|"
	    "example.net|sts|enforce|10|3|10|3|version: STSv1\n"
	    "mode: testing|*.example.com\nmx.example.org\n");
	assert_rows(s, "SELECT * FROM failures",
	    "1|0|0|2026-11-23|certificate-expired|ours|mx1.example.com|mx1|"
	    "198.51.100.7|192.0.2.1|X509_V_ERR_CERT_HAS_EXPIRED|"
	    "https://example.net/1|3\n");
	assert_rows(
	    s, "SELECT report, bytes FROM report_bytes", "1|raw bytes\n");
	assert_rows(s, "SELECT * FROM messages",
	    "1||0|0|dir/report.json|4001|2026-11-24T03:04:05Z|"
	    "tls@example.net|Report Domain: x|<1@example.net>|example.com|"
	    "example.net|imported||0|\n");
	assert_totals(s);
}

static void
the_same_again_is_a_duplicate_and_adds_nothing(void **state)
{
	struct scene *s = *state;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_added first = add(s, &r), again;

	r.contact = "another@example.net"; /* not compared: content is */
	again = add(s, &r);
	assert_int_equal(again.outcome, STORE_DUPLICATE);
	assert_int_equal(again.report, first.report);
	assert_number(s, "SELECT count(*) FROM reports", 1);
	assert_number(s, "SELECT count(*) FROM policies", 1);
	assert_number(s, "SELECT count(*) FROM report_bytes", 1);
	assert_number(s, "SELECT count(*) FROM messages", 2);
	assert_totals(s);
}

static void
other_content_is_a_conflict_that_does_not_count(void **state)
{
	struct scene *s = *state;
	struct failure failure = some_failure;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_added conflict;

	add(s, &r);
	r.content[0] = 1;
	p.successful_sessions = p.counted_sessions = 99;
	p.failed_sessions = 3;
	p.failures = &failure;
	p.n_failures = 1;
	conflict = add(s, &r);
	assert_int_equal(conflict.outcome, STORE_CONFLICT);
	assert_int_equal(conflict.report, 2);
	assert_true(conflict.quarantined > 0);
	assert_rows(s,
	    "SELECT id, status, counted_sessions, warnings FROM reports",
	    "1|counted|10|report-id-conflict\n"
	    "2|conflict|99|report-id-conflict\n");
	assert_rows(s, "SELECT report, counted FROM policies", "1|1\n2|0\n");
	assert_rows(s, "SELECT counted_sessions FROM csv_daily", "10\n");
	assert_rows(s, "SELECT failed_sessions FROM csv_failures", "");
	assert_rows(s,
	    "SELECT status, counted_sessions FROM csv_reports ORDER BY id",
	    "counted|10\nconflict|0\n");
	assert_totals(s);
}

static void
a_copy_of_a_conflict_is_a_duplicate(void **state)
{
	struct scene *s = *state;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	add(s, &r);
	r.content[31] = 1;
	assert_int_equal(add(s, &r).outcome, STORE_CONFLICT);
	assert_int_equal(add(s, &r).outcome, STORE_DUPLICATE);
	assert_int_equal(add(s, &r).report, 2);
	r.content[31] = 2;
	assert_int_equal(add(s, &r).outcome, STORE_CONFLICT);
	r.content[31] = 0;
	assert_int_equal(add(s, &r).outcome, STORE_DUPLICATE);
	assert_int_equal(add(s, &r).report, 1);
	assert_rows(
	    s, "SELECT DISTINCT warnings FROM reports", "report-id-conflict\n");
	assert_number(s, "SELECT count(*) FROM reports", 3);
	assert_totals(s);
}

static void
each_part_of_the_identity_makes_another_report(void **state)
{
	struct scene *s = *state;
	struct policy p = some_policy;
	struct report base = some_report(&p, 1), r;

	add(s, &base);
	r = base;
	r.organization = "example inc."; /* byte for byte */
	assert_int_equal(add(s, &r).outcome, STORE_IMPORTED);
	r = base;
	r.organization = "";
	assert_int_equal(add(s, &r).outcome, STORE_IMPORTED);
	r = base;
	r.report_id = "id-1 ";
	assert_int_equal(add(s, &r).outcome, STORE_IMPORTED);
	r = base;
	r.start += 1;
	assert_int_equal(add(s, &r).outcome, STORE_IMPORTED);
	r = base;
	r.end += 1;
	assert_int_equal(add(s, &r).outcome, STORE_IMPORTED);
	assert_number(s, "SELECT count(*) FROM reports", 6);
	assert_totals(s);
}

static void
tells_that_a_report_id_was_used_for_another_range(void **state)
{
	struct scene *s = *state;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	assert_false(add(s, &r).reused);
	r.start += UTC_DAY;
	r.end += UTC_DAY;
	r.warnings = "org-missing";
	assert_true(add(s, &r).reused);
	r.content[0] = 9;
	assert_true(add(s, &r).reused); /* a conflict */
	r.organization = "Other";
	assert_false(add(s, &r).reused);
	assert_rows(s, "SELECT id, warnings FROM reports",
	    "1|\n2|org-missing report-id-conflict report-id-reused\n"
	    "3|org-missing report-id-conflict report-id-reused\n"
	    "4|org-missing\n");
}

static void
a_rollback_leaves_nothing(void **state)
{
	struct scene *s = *state;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_mailbox mb;
	int64_t message;

	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, mb.id);
	add_report_of(s, message, &r);
	mb.uidvalidity = 7;
	mb.uid = 1;
	assert_ok(s, store_set_cursor(s->st, &mb, &s->f));
	store_rollback(s->st);
	assert_number(s, "SELECT count(*) FROM messages", 0);
	assert_number(s, "SELECT count(*) FROM reports", 0);
	assert_number(s, "SELECT uid FROM mailboxes", 0);
	assert_totals(s);

	/* and the next transaction does not count what was dropped */
	add(s, &r);
	assert_totals(s);
	store_rollback(s->st); /* with nothing open: no harm */
	assert_number(s, "SELECT count(*) FROM reports", 1);
}

static void
a_cursor_commits_with_its_batch_and_survives(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb, found;
	int64_t bytes;

	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_int_equal(mb.uidvalidity, 0);
	assert_int_equal(mb.uid, 0);
	assert_int_equal(mb.last_good, 0);
	assert_int_equal(mb.report_share, -1);
	assert_int_equal(mb.day, 0);
	mb.uidvalidity = UINT32_MAX;
	mb.uid = UINT32_MAX - 1;
	mb.report_share = 9999;
	mb.day = 2 * UTC_DAY;
	mb.bytes = 5000000000;
	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_set_cursor(s->st, &mb, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	reopen(s);
	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &found, &s->f));
	assert_int_equal(found.id, mb.id);
	assert_int_equal(found.uidvalidity, UINT32_MAX);
	assert_int_equal(found.uid, UINT32_MAX - 1);
	assert_int_equal(found.report_share, 9999);
	assert_int_equal(found.day, 2 * UTC_DAY);
	assert_int_equal(found.bytes, 5000000000);
	assert_ok(s, store_mailbox(s->st, "example", "Junk", &found, &s->f));
	assert_int_not_equal(found.id, mb.id);
	/* a day's bytes are those of all folders */
	found.day = 2 * UTC_DAY;
	found.bytes = 7;
	assert_ok(s, store_set_cursor(s->st, &found, &s->f));
	assert_ok(s,
	    store_bytes_of_day(s->st, "example", 2 * UTC_DAY, &bytes, &s->f));
	assert_int_equal(bytes, 5000000007);
	assert_ok(
	    s, store_bytes_of_day(s->st, "example", UTC_DAY, &bytes, &s->f));
	assert_int_equal(bytes, 0);
	assert_ok(s, store_mailbox(s->st, "Example", "INBOX", &found, &s->f));
	assert_number(s, "SELECT count(*) FROM mailboxes", 3);
}

static void
the_same_mail_and_the_same_file_are_one_row(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb;
	int64_t a, b, other, file, again;

	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_ok(s, store_begin(s->st, &s->f));
	a = add_message(s, mb.id);
	s->uid--;
	b = add_message(s, mb.id);
	other = add_message(s, mb.id);
	file = add_message(s, 0);
	s->uid--;
	again = add_message(s, 0);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_int_equal(a, b);
	assert_int_not_equal(a, other);
	assert_int_equal(file, again);
	assert_number(s, "SELECT count(*) FROM messages", 3);
	assert_number(s, "SELECT messages FROM mailboxes", 2);
	assert_rows(s, "SELECT source FROM messages", "\n\ndir/report.json\n");
	assert_totals(s);
}

/* The second look at a mail with the first verdict, and what stays. */
static void
a_second_look_keeps_the_better_verdict(void **state)
{
	static const struct {
		const char *first, *second, *stays;
	} cases[] = {
		{ "duplicate", "duplicate", "duplicate" },
		{ "imported", "duplicate", "imported" },
		{ "conflict", "duplicate", "conflict" },
		{ "rejected", "imported", "imported" },
		{ "rejected", "duplicate", "duplicate" },
		{ "no_report", "imported", "imported" },
		{ "imported", "rejected", "rejected" },
	};
	struct scene *s = *state;
	struct store_mailbox mb;
	char *stored;
	size_t i, look;

	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (look = 0; look < 2; look++) {
			assert_ok(s, store_begin(s->st, &s->f));
			s->uid -= (uint32_t)look;
			assert_ok(s,
			    store_message_verdict(s->st, add_message(s, mb.id),
				look == 0 ? cases[i].first : cases[i].second,
				&s->f));
			assert_ok(s, store_commit(s->st, &s->f));
		}
		stored = rows_of(
		    s, "SELECT verdict FROM messages ORDER BY id DESC LIMIT 1");
		stored[strlen(stored) - 1] = '\0';
		if (strcmp(stored, cases[i].stays) != 0)
			fail_msg("%s, then %s: %s", cases[i].first,
			    cases[i].second, stored);
		free(stored);
	}
}

static void
keeps_text_that_is_no_utf8_out(void **state)
{
	struct scene *s = *state;
	struct message m = { .source = "bad\xff/ok\xc3\xa9", .size = 1 };
	struct mail_head head = { "\xc3", "caf\xc3\xa9", "<\x80>", "", "",
		"a\xed\xa0\x80z" };
	int64_t id;

	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_add_message(s->st, &m, &head, &id, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	assert_rows(s,
	    "SELECT source, sender, subject, message_id, report_submitter"
	    " FROM messages",
	    "bad?/ok\xc3\xa9|?|caf\xc3\xa9|<?>|a???z\n");
}

static void
records_how_polls_ended(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb;
	int64_t t = utc_of(2026, 11, 23, 6, 0, 0);

	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_ok(
	    s, store_poll_ended(s->st, mb.id,
		   &(struct store_poll){ .when = t, .status = 0, .error = "" },
		   &s->f));
	assert_ok(s, store_poll_ended(s->st, mb.id,
			 &(struct store_poll){ .when = t + 60,
			     .status = EX_UNAVAILABLE,
			     .error = "example: refused" },
			 &s->f));
	assert_rows(s,
	    "SELECT last_poll, last_good, status, error FROM mailboxes",
	    "2026-11-23T06:01:00Z|2026-11-23T06:00:00Z|69|"
	    "example: refused\n");
	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_int_equal(mb.last_good, t);
	assert_ok(s, store_poll_ended(s->st, mb.id,
			 &(struct store_poll){
			     .when = t + 120, .status = 0, .error = "" },
			 &s->f));
	assert_rows(s, "SELECT last_good, status, error FROM mailboxes",
	    "2026-11-23T06:02:00Z|0|\n");
}

/* What a sink was given, as text. */
struct given {
	char text[4096];
	const struct column *columns;
	size_t stop_after;
	size_t rows;
};

__attribute__((format(printf, 2, 3))) static void
give(struct given *g, const char *fmt, ...)
{
	size_t n = strlen(g->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(g->text + n, sizeof g->text - n, fmt, ap);
	va_end(ap);
}

static int
take_head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct given *g = arg;
	size_t i;

	(void)f;
	g->columns = columns;
	for (i = 0; i < n; i++)
		give(g, "%s%s", columns[i].name, i + 1 < n ? "," : "\n");
	return 0;
}

static int
take_row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct given *g = arg;
	size_t i;

	if (g->stop_after > 0 && g->rows == g->stop_after)
		return fault(f, FAULT_HOST, EX_CANTCREAT, "sink: enough");
	g->rows++;
	for (i = 0; i < n; i++) {
		if (cells[i].null)
			give(g, "NULL");
		else if (g->columns[i].kind == COLUMN_NUMBER)
			give(g, "%" PRId64, cells[i].number);
		else if (g->columns[i].kind == COLUMN_RATE)
			give(g, "%.6f", cells[i].rate);
		else
			give(g, "'%.*s'", (int)cells[i].len, cells[i].text);
		give(g, i + 1 < n ? "," : "\n");
	}
	return 0;
}

static void
lists_the_mailboxes(void **state)
{
	struct scene *s = *state;
	struct given g = { 0 };
	struct row_sink sink = { take_head, take_row, &g };
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_mailbox mb;
	int64_t message;

	assert_ok(s, store_mailbox(s->st, "b", "INBOX", &mb, &s->f));
	assert_ok(s, store_mailbox(s->st, "a", "INBOX", &mb, &s->f));
	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, mb.id);
	add_report_of(s, message, &r);
	add_report_of(s, message, &r);
	add_message(s, mb.id);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_ok(s, store_read_mailboxes(s->st, &sink, &s->f));
	assert_string_equal(g.text,
	    "mailbox,folder,uidvalidity,uid,last_poll,last_good,status,error,"
	    "messages,reports\n"
	    "'a','INBOX',0,0,NULL,NULL,NULL,'',2,1\n"
	    "'b','INBOX',0,0,NULL,NULL,NULL,'',0,0\n");
}

static void
a_sink_can_stop_the_reading(void **state)
{
	struct scene *s = *state;
	struct given g = { .stop_after = 1 };
	struct row_sink sink = { take_head, take_row, &g };
	struct store_mailbox mb;

	assert_ok(s, store_mailbox(s->st, "a", "INBOX", &mb, &s->f));
	assert_ok(s, store_mailbox(s->st, "b", "INBOX", &mb, &s->f));
	assert_int_equal(store_read_mailboxes(s->st, &sink, &s->f), -1);
	assert_string_equal(s->f.text, "sink: enough");
	assert_int_equal(g.rows, 1);
}

static void
tells_what_is_stored(void **state)
{
	struct scene *s = *state;
	struct failure failure = some_failure;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_status status;
	char day[16];

	assert_ok(s, store_status(s->st, &status, &s->f));
	assert_int_equal(status.reports, 0);
	assert_string_equal(status.first_day, "");
	assert_string_equal(status.last_day, "");
	assert_ok(s, store_newest_day(s->st, day, &s->f));
	assert_string_equal(day, "");

	p.failures = &failure;
	p.n_failures = 1;
	add(s, &r);
	r.start -= 400 * (int64_t)UTC_DAY;
	add(s, &r);
	r.content[0] = 1;
	add(s, &r);
	assert_ok(s, store_status(s->st, &status, &s->f));
	assert_int_equal(status.messages, 3);
	assert_int_equal(status.reports, 2);
	assert_int_equal(status.conflicts, 1);
	assert_int_equal(status.quarantined, 0);
	assert_int_equal(status.sessions, 20);
	assert_int_equal(status.failures, 2);
	assert_true(status.bytes > 4096);
	assert_string_equal(status.first_day, "2025-10-19");
	assert_string_equal(status.last_day, "2026-11-23");
	assert_ok(s, store_newest_day(s->st, day, &s->f));
	assert_string_equal(day, "2026-11-23");
}

/* A list in a field is bounded, whatever a report names. */
static void
a_report_on_many_domains_names_the_largest(void **state)
{
	struct scene *s = *state;
	struct policy p[25];
	char name[25][16];
	struct report r = some_report(p, 25);
	size_t i;

	for (i = 0; i < 25; i++) {
		p[i] = some_policy;
		snprintf(name[i], sizeof name[i], "d%02zu.example", i);
		p[i].domain = p[i].recipient_domain = name[i];
		p[i].successful_sessions = i < 5 ? 1 : 100;
	}
	add(s, &r);
	assert_rows(s, "SELECT domain FROM reports",
	    "d05.example d06.example d07.example d08.example d09.example"
	    " d10.example d11.example d12.example d13.example d14.example"
	    " d15.example d16.example d17.example d18.example d19.example"
	    " d20.example d21.example d22.example d23.example d24.example"
	    " and 5 more\n");
	assert_rows(s, "SELECT policy_types FROM reports", "sts\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_on_many_domains_names_the_largest),
		TEST(stores_a_report_with_all_it_holds),
		TEST(the_same_again_is_a_duplicate_and_adds_nothing),
		TEST(other_content_is_a_conflict_that_does_not_count),
		TEST(a_copy_of_a_conflict_is_a_duplicate),
		TEST(each_part_of_the_identity_makes_another_report),
		TEST(tells_that_a_report_id_was_used_for_another_range),
		TEST(a_rollback_leaves_nothing),
		TEST(a_cursor_commits_with_its_batch_and_survives),
		TEST(the_same_mail_and_the_same_file_are_one_row),
		TEST(a_second_look_keeps_the_better_verdict),
		TEST(keeps_text_that_is_no_utf8_out),
		TEST(records_how_polls_ended),
		TEST(lists_the_mailboxes),
		TEST(a_sink_can_stop_the_reading),
		TEST(tells_what_is_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
