#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "base/utf8.h"
#include "ledger/journal_events.h"
#include "model/report_copy.h"
#include "model/shipment.h"
#include "store/report_rows.h"
#include "store/reports.h"
#include "store/sql.h"

enum {
	MOST_BYTES = 8 * 1024 * 1024,
	REPLACEMENT = 3 /* bytes of U+FFFD */
};

/* A shipment that is being read. */
struct reading {
	struct store *store;
	struct shipment *s;
	bool raw;
	size_t most;
	size_t report_room, drop_room;
	struct shipped_policy *policy; /* those of the report being read */
	size_t policy_room;
};

/*
 * A copy of a text that PostgreSQL takes: each byte that is not UTF-8 becomes
 * U+FFFD.  (It cannot hold NUL.)
 */
static const char *
clean(struct arena *a, const char *text)
{
	size_t n = strlen(text), len, at = 0;
	unsigned cp;
	char *out, *p;

	while (at < n && (len = text_utf8(text + at, n - at, &cp)) > 0)
		at += len;
	if (at == n)
		return arena_strndup(a, text, n);
	p = out = arena_alloc(a, REPLACEMENT * n + 1);
	for (at = 0; at < n; at += len) {
		if ((len = text_utf8(text + at, n - at, &cp)) > 0) {
			memcpy(p, text + at, len);
			p += len;
		} else {
			memcpy(p, "\xef\xbf\xbd", REPLACEMENT);
			p += REPLACEMENT;
			len = 1;
		}
	}
	return out;
}

static const char *
text(struct reading *r, sqlite3_stmt *row, int column)
{
	return clean(&r->s->memory, sql_column(row, column));
}

static int64_t
time_of(const char *s)
{
	unsigned deviation;
	int64_t t = 0;

	(void)utc_parse(span_of(s), &t, &deviation);
	return t;
}

/* Whether a time is known, and which. */
static bool
moment(sqlite3_stmt *row, int column, int64_t *t)
{
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		return false;
	*t = time_of(sql_column(row, column));
	return true;
}

/* The report's warnings, without the two that depend on other reports. */
static const char *
own_warnings(struct arena *a, const char *all)
{
	struct span rest = span_of(all), word;
	char *out = arena_alloc(a, strlen(all) + 1), *p = out;

	while (span_next_word(&rest, &word)) {
		if (span_is(word, REPORT_ID_CONFLICT) ||
		    span_is(word, "unauthenticated"))
			continue;
		if (p > out)
			*p++ = ' ';
		memcpy(p, word.p, word.n);
		p += word.n;
	}
	*p = '\0';
	return out;
}

static const struct sql select_failures = {
	"SELECT policy, n, result_type, side, receiving_mx_hostname,"
	" receiving_mx_helo, receiving_ip, sending_mta_ip,"
	" failure_reason_code, additional_information, failed_sessions"
	" FROM failures WHERE report = ?1 ORDER BY policy, n"
};

/* The policy of that number; they are in the order of their numbers. */
static struct shipped_policy *
find_policy(struct shipped_report *to, int64_t n, size_t from)
{
	while (from < to->n_policies && to->policies[from].n < n)
		from++;
	return from < to->n_policies && to->policies[from].n == n
		   ? &to->policies[from]
		   : NULL;
}

static int
read_failures(struct reading *r, int64_t report, struct shipped_report *to,
    struct fault *f)
{
	struct value id = value_number(report);
	struct shipped_policy *p = NULL;
	struct shipped_failure *d;
	size_t room = 0;
	sqlite3_stmt *row;
	int rc = sql_ask(r->store, &select_failures, &id, 1, &row, f);

	for (; rc == 1; rc = sql_next(r->store, row, f)) {
		if (p == NULL || p->n != sqlite3_column_int64(row, 0)) {
			room = 0;
			p = find_policy(to, sqlite3_column_int64(row, 0),
			    p == NULL ? 0 : (size_t)(p - to->policies));
		}
		if (p == NULL)
			continue;
		p->failures = arena_grow(&r->s->memory, p->failures,
		    p->n_failures, &room, sizeof *d);
		d = &p->failures[p->n_failures++];
		d->n = sqlite3_column_int64(row, 1);
		d->result_type = text(r, row, 2);
		d->side = text(r, row, 3);
		d->receiving_mx_hostname = text(r, row, 4);
		d->receiving_mx_helo = text(r, row, 5);
		d->receiving_ip = text(r, row, 6);
		d->sending_mta_ip = text(r, row, 7);
		d->failure_reason_code = text(r, row, 8);
		d->additional_information = text(r, row, 9);
		d->failed_sessions = sqlite3_column_int64(row, 10);
	}
	return rc;
}

static const struct sql select_policies = {
	"SELECT n, skipped, domain, policy_domain, policy_type, policy_mode,"
	" successful_sessions, failed_sessions, counted_sessions,"
	" counted_failed, policy_strings, mx_hosts"
	" FROM policies WHERE report = ?1 ORDER BY n"
};

static int
compare_numbers(const struct shipped_policy *a, const struct shipped_policy *b)
{
	return a->n < b->n ? -1 : a->n > b->n;
}

/* By domain; of one domain by number. */
static int
compare_senders(const void *x, const void *y)
{
	const struct shipped_policy *a = *(struct shipped_policy *const *)x;
	const struct shipped_policy *b = *(struct shipped_policy *const *)y;
	int c = strcmp(a->domain, b->domain);

	return c != 0 ? c : compare_numbers(a, b);
}

static int
compare_series(const struct shipped_policy *a, const struct shipped_policy *b)
{
	int c = strcmp(a->domain, b->domain);

	if (c == 0)
		c = strcmp(a->policy_domain, b->policy_domain);
	if (c == 0)
		c = strcmp(a->type, b->type);
	return c != 0 ? c : strcmp(a->mode, b->mode);
}

/* By what tells series apart; of one series by number. */
static int
compare_in_series(const void *x, const void *y)
{
	const struct shipped_policy *a = *(struct shipped_policy *const *)x;
	const struct shipped_policy *b = *(struct shipped_policy *const *)y;
	int c = compare_series(a, b);

	return c != 0 ? c : compare_numbers(a, b);
}

/* Mark the first entry of each domain and of each series. */
static void
mark_firsts(struct shipped_report *to)
{
	struct shipped_policy **p = xcalloc(to->n_policies + 1, sizeof(void *));
	size_t i, n = 0;

	for (i = 0; i < to->n_policies; i++)
		if (!to->policies[i].skipped)
			p[n++] = &to->policies[i];
	qsort(p, n, sizeof *p, compare_senders);
	for (i = 0; i < n; i++)
		p[i]->of_sender =
		    i == 0 || strcmp(p[i - 1]->domain, p[i]->domain) != 0;
	qsort(p, n, sizeof *p, compare_in_series);
	for (i = 0; i < n; i++)
		p[i]->of_series = i == 0 || compare_series(p[i - 1], p[i]) != 0;
	free(p);
}

/* Room for one more of the report that is being read. */
static struct shipped_policy *
next_policy(struct reading *r, size_t n)
{
	r->policy = xgrow(r->policy, n, &r->policy_room, sizeof *r->policy);
	return &r->policy[n];
}

static int
read_policies(struct reading *r, int64_t report, struct shipped_report *to,
    struct fault *f)
{
	struct value id = value_number(report);
	sqlite3_stmt *row;
	int rc = sql_ask(r->store, &select_policies, &id, 1, &row, f);

	for (; rc == 1; rc = sql_next(r->store, row, f))
		*next_policy(r, to->n_policies++) = (struct shipped_policy){
			.n = sqlite3_column_int64(row, 0),
			.skipped = sqlite3_column_int(row, 1) != 0,
			.domain = text(r, row, 2),
			.policy_domain = text(r, row, 3),
			.type = text(r, row, 4),
			.mode = text(r, row, 5),
			.successful_sessions = sqlite3_column_int64(row, 6),
			.failed_sessions = sqlite3_column_int64(row, 7),
			.counted_sessions = sqlite3_column_int64(row, 8),
			.counted_failed = sqlite3_column_int64(row, 9),
			.strings = text(r, row, 10),
			.mx_hosts = text(r, row, 11),
		};
	if (rc == -1)
		return -1;
	to->policies =
	    arena_alloc(&r->s->memory, to->n_policies * sizeof *to->policies);
	if (to->n_policies > 0)
		memcpy(to->policies, r->policy,
		    to->n_policies * sizeof *to->policies);
	mark_firsts(to);
	return read_failures(r, report, to, f);
}

/*
 * The events, each with the report that it is about, unless that is gone: the
 * row must have the content that the event names.  A report arrived when its
 * first copy did.
 */
static const struct sql select_events = {
	"SELECT o.seq, o.what, o.identity, o.content, o.date, r.id,"
	" r.organization, r.report_id, r.start, r.end, r.reporter_domain,"
	" r.contact, r.domain, r.policy_domains, r.policy_types,"
	" r.counted_sessions, r.counted_failed,"
	" iif(m.mailbox IS NULL, m.source, b.name || ': ' || b.folder),"
	" m.message_id, iif(r.arrived < m.received, r.arrived,"
	" ifnull(m.received, r.arrived)), r.decided, r.dkim, r.dkim_domain,"
	" r.dkim_selector, r.warnings"
	" FROM outbox AS o LEFT JOIN reports AS r ON r.id = o.report"
	" AND r.content = o.content AND o.what <> 'drop'"
	" LEFT JOIN messages AS m ON m.id = r.message"
	" LEFT JOIN mailboxes AS b ON b.id = m.mailbox"
	" WHERE o.seq > ?1 ORDER BY o.seq LIMIT ?2"
};

static int
take_report(struct reading *r, sqlite3_stmt *row, struct fault *f)
{
	struct shipment *s = r->s;
	int64_t id = sqlite3_column_int64(row, 5);
	struct shipped_report *to;

	s->reports = arena_grow(
	    &s->memory, s->reports, s->n_reports, &r->report_room, sizeof *to);
	to = &s->reports[s->n_reports++];
	*to = (struct shipped_report){
		.seq = sqlite3_column_int64(row, 0),
		.organization = text(r, row, 6),
		.report_id = text(r, row, 7),
		.start = time_of(sql_column(row, 8)),
		.end = time_of(sql_column(row, 9)),
		.reporter_domain = text(r, row, 10),
		.contact = text(r, row, 11),
		.domain = text(r, row, 12),
		.policy_domains = text(r, row, 13),
		.policy_types = text(r, row, 14),
		.counted_sessions = sqlite3_column_int64(row, 15),
		.counted_failed = sqlite3_column_int64(row, 16),
		.source = text(r, row, 17),
		.message_id = text(r, row, 18),
		.vouched = vouched_rank(sql_column(row, 21)),
		.dkim = text(r, row, 21),
		.dkim_domain = text(r, row, 22),
		.dkim_selector = text(r, row, 23),
		.warnings = own_warnings(&s->memory, text(r, row, 24)),
	};
	to->has_arrived = moment(row, 19, &to->arrived);
	to->is_decided = moment(row, 20, &to->decided);
	to->day = utc_day(to->start);
	memcpy(to->identity, sqlite3_column_blob(row, 2), SHIPMENT_KEY);
	memcpy(to->content, sqlite3_column_blob(row, 3), SHIPMENT_DIGEST);
	if (read_policies(r, id, to, f) == -1)
		return -1;
	return r->raw
		   ? report_bytes_read(r->store, id, &s->memory, &to->bytes, f)
		   : 0;
}

static void
take_drop(struct reading *r, sqlite3_stmt *row)
{
	struct shipment *s = r->s;
	struct shipped_drop *d;
	int64_t t = 0;

	s->drops = arena_grow(
	    &s->memory, s->drops, s->n_drops, &r->drop_room, sizeof *d);
	d = &s->drops[s->n_drops++];
	(void)utc_parse_date(span_of(sql_column(row, 4)), &t);
	d->day = utc_day(t);
	memcpy(d->identity, sqlite3_column_blob(row, 2), SHIPMENT_KEY);
	memcpy(d->content, sqlite3_column_blob(row, 3), SHIPMENT_DIGEST);
}

/* Take an event: 1; or 0 when it is the first of the next shipment. */
static int
take_event(struct reading *r, sqlite3_stmt *row, struct fault *f)
{
	struct shipment *s = r->s;
	bool is_drop = strcmp(sql_column(row, 1), "drop") == 0;

	if (is_drop ? s->n_reports > 0
		    : s->n_drops > 0 || s->n_reports >= r->most ||
			  s->memory.total >= MOST_BYTES)
		return 0;
	s->to = sqlite3_column_int64(row, 0);
	if (is_drop)
		take_drop(r, row);
	else if (sqlite3_column_type(row, 5) != SQLITE_NULL)
		return take_report(r, row, f) == -1 ? -1 : 1;
	return 1;
}

int
journal_read_some(struct store *st, size_t most, bool raw, struct shipment *s,
    struct fault *f)
{
	struct reading r = { .store = st, .s = s, .raw = raw, .most = most };
	struct value v[] = { value_number(s->from), value_count(most) };
	sqlite3_stmt *row = NULL;
	int rc;

	s->to = s->from;
	rc = sql_ask(st, &select_events, v, 2, &row, f);
	while (rc == 1 && (rc = take_event(&r, row, f)) == 1)
		rc = sql_next(st, row, f);
	sqlite3_reset(row);
	free(r.policy);
	if (rc == -1 || s->to == s->from)
		return rc;
	return journal_mark(st, s->to, s->mark, f) == -1 ? -1 : 0;
}
