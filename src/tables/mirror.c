#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "model/row.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"
#include "tables/mirror.h"

enum {
	MOST_CELLS = 16,
	NO_LIMIT = 1 << 30 /* bytes of names, which the other store bounds */
};

/*
 * How the rows of a part go in.  Some have an owner, which the first cells
 * name and which one statement finds or makes; the other takes its number in
 * place of these names.
 */
struct part {
	size_t n_names,
	    n_owner; /* cells; the owner's statement takes n_owner */
	struct sql owner, row;
};

/*
 * A report that stands for all that entries of a kind belong to.  The kinds are
 * apart by their number: 1 what nobody judged, 2 what reasons are given in, 3
 * and 4 the newest day without and with somebody who vouches.
 */
#define CARRIER                                                            \
	"INSERT OR IGNORE INTO reports (id, message, organization,"        \
	" report_id, start, end, date, status, content, body,"             \
	" reporter_domain, contact, domain, policy_domains, policy_types," \
	" counted_sessions, counted_failed, warnings, dkim)"

/* An entry of such a report, the next one. */
#define ENTRY                                                              \
	"INSERT INTO policies (report, n, date, counted, skipped, domain," \
	" policy_domain, organization, reporter_domain, policy_type,"      \
	" policy_mode, successful_sessions, failed_sessions,"              \
	" counted_sessions, counted_failed, policy_strings, mx_hosts)"
#define NEXT(report)                                                          \
	"(SELECT ifnull(max(n), -1) + 1 FROM policies WHERE report = " report \
	")"

#define FINDING                                                             \
	"INSERT INTO failures (report, policy, n, date, result_type, side," \
	" receiving_mx_hostname, receiving_mx_helo, receiving_ip,"          \
	" sending_mta_ip, failure_reason_code, additional_information,"     \
	" failed_sessions)"

#define DAY(date) "unixepoch(" date ") / 86400"

#define SERIES                                                               \
	"INSERT INTO series (domain, policy_domain, organization,"           \
	" reporter_domain, policy_type, policy_mode, first_day, last_day)"   \
	" VALUES (?1, '', ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO UPDATE SET" \
	" first_day = min(first_day, excluded.first_day),"                   \
	" last_day = max(last_day, excluded.last_day) RETURNING id"

#define CARRIER_OF(dkim) "iif(" dkim " = 'pass', 4, 3)"

static const struct part parts[MIRROR_PARTS] = {
	/* also as reports of those days, for these tell when the store begins
	 * and ends; conflicts, which count nothing */
	[MIRROR_ENDS] = { 1, 1,
	    { "INSERT INTO days (day, date, week, monday, month, generation)"
	      " VALUES (" DAY(
		  "?1") ", ?1, '', '', '', 0) ON CONFLICT DO"
			" UPDATE SET date = excluded.date RETURNING day" },
	    { CARRIER
		" SELECT 10 + d.day, 0, '', d.date, d.date, d.date,"
		" d.date, 'conflict', x'', 0, '', '', '', '', '', 0, 0, '', ''"
		" FROM days AS d WHERE d.day = ?1" } },
	[MIRROR_KNOWN] = { 0, 0, { NULL },
	    { "INSERT INTO senders (domain, organization, reporter_domain)"
	      " VALUES (?1, '', '') ON CONFLICT DO NOTHING" } },
	[MIRROR_DAYS] = { 0, 0, { NULL },
	    { "INSERT INTO days (day, date, week, monday, month, generation)"
	      " VALUES (" DAY("?1") ", ?1, '', '', '', 0)"
				    " ON CONFLICT DO NOTHING" } },
	[MIRROR_JUDGED] = { 0, 0, { NULL },
	    { "INSERT INTO temp.judged VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6,"
	      " ?7, ?8)" } },
	[MIRROR_SENDERS] = { 3, 3,
	    { "INSERT INTO senders (domain, organization, reporter_domain)"
	      " VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET"
	      " domain = excluded.domain RETURNING id" },
	    { "INSERT INTO rollup_senders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
	      " ?8, ?9)" } },
	[MIRROR_SERIES] = { 5, 6, { SERIES },
	    { "INSERT INTO rollup_daily (series, day, reports,"
	      " successful_sessions, failed_sessions, counted_sessions,"
	      " counted_failed) VALUES (?1, ?2, 0, ?3, ?4, 0, 0)" } },
	[MIRROR_PROBLEMS] = { 0, 0, { NULL },
	    { "INSERT INTO problems VALUES (?1, ?2, ?3, ?4)" } },
	[MIRROR_FAILURES] = { 5, 5,
	    { "INSERT INTO series (domain, policy_domain, organization,"
	      " reporter_domain, policy_type, policy_mode)"
	      " VALUES (?1, '', ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
	      " domain = excluded.domain RETURNING id" },
	    { "INSERT INTO rollup_failures (series, receiving_ip, problem, day,"
	      " findings, failed_sessions, verified_findings)"
	      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)" } },
	[MIRROR_MUTES] = { 0, 0, { NULL },
	    { "INSERT INTO mutes VALUES (?1, ?2, ?3)" } },
	[MIRROR_RESULT_TYPES] = { 0, 0, { NULL },
	    { "INSERT INTO result_types VALUES (?1, ?2, ?3)" } },
	[MIRROR_UNJUDGED] = { 1, 1,
	    { CARRIER " VALUES (1, 0, '', '', ?1, ?1, ?1, 'counted', x'', 0,"
		      " '', '', '', '', '', 0, 0, '', '') RETURNING id" },
	    { ENTRY " VALUES (1, " NEXT("1") ", '', 1, 0, ?2, '', ?3, '', '',"
					     " '', 0, 0, ?4, ?5, '', '')" } },
	[MIRROR_REASONS] = { 1, 1,
	    { ENTRY " VALUES (2, " NEXT(
		"2") ", '', 1, 0, ?1, '', '', '', '',"
		     " '', 0, 0, 0, 0, '', '') RETURNING n" },
	    { FINDING " VALUES (2, ?1, (SELECT count(*) FROM failures"
		      " WHERE report = 2 AND policy = ?1), ?5, ?3, '', ?2, '', "
		      "'', '',"
		      " ?4, '', ?6)" } },
	[MIRROR_TOTALS] = { 0, 0, { NULL },
	    { "UPDATE totals SET reports = ?1, conflicts = ?2, sessions = ?3,"
	      " failures = ?4" } },
	[MIRROR_NEWEST] = { 0, 0, { NULL },
	    { CARRIER " VALUES (NULL, 0, '', ?1 || ?2, ?3, ?3, ?1, 'counted',"
		      " x'', 0, '', '', '', '', '', 0, 0, '', ?2)" } },
	[MIRROR_LAST_SESSIONS] = { 2, 2,
	    { CARRIER " VALUES (" CARRIER_OF(
		"?1") ", 0, '', ?1, '', '', ?2,"
		      " 'counted', x'', 0, '', '', '', '', '', 0, 0, '', ?1)"
		      " RETURNING id" },
	    { ENTRY
		" VALUES (?1, " NEXT("?1") ", '', 1, 0, ?2, '', '', '',"
					   " '', '', 0, 0, ?3, ?4, '', '')" } },
	[MIRROR_LAST_FAILURES] = { 2, 2,
	    { ENTRY " VALUES (" CARRIER_OF("?1") ", " NEXT(CARRIER_OF(
		"?1")) ", '', 1, 0, ?2, '', '', '', '', '', 0, 0, 0, 0, '', '')"
		       " RETURNING n" },
	    { FINDING " VALUES (" CARRIER_OF(
		"?2") ", ?1, (SELECT count(*)"
		      " FROM failures WHERE report = " CARRIER_OF(
			  "?2") " AND policy = ?1), '', ?3, '', '', '', '', "
				"'', '', '', ?4)" } },
	[MIRROR_CONFLICTS] = { 3, 3,
	    { "INSERT INTO messages (mailbox, uidvalidity, uid, source, size,"
	      " received, sender, subject, message_id, report_domain,"
	      " report_submitter, verdict) VALUES (NULL, 0, 0, ?1,"
	      " (SELECT count(*) FROM messages), ?3, '', '', ?2, '', '',"
	      " 'conflict') RETURNING id" },
	    { "INSERT INTO quarantine (id, message, code, place, filename,"
	      " whole_mail, size, kept, created, report) VALUES (?2, ?1,"
	      " 'report-id-conflict', '', '', 0, 0, 0,"
	      " (SELECT received FROM messages WHERE id = ?1), ?2)" } },
	[MIRROR_POLLERS] = { 0, 0, { NULL },
	    { "UPDATE totals SET messages = ?1, quarantined = ?2,"
	      " quarantine_bytes = ?3" } },
	[MIRROR_MAILBOXES] = { 0, 0, { NULL },
	    { "INSERT INTO mailboxes (name, folder, uidvalidity, uid,"
	      " last_poll, last_good, status, error, messages, reports,"
	      " duration) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
	      " ?11) ON CONFLICT DO NOTHING" } },
};

/* What the view of that name shows of other stores (gather_overview.c). */
static const char judged[] =
    "CREATE TEMP TABLE judged (id INTEGER, date TEXT NOT NULL,"
    " organization TEXT NOT NULL, reporter_domain TEXT NOT NULL,"
    " domain TEXT NOT NULL, dkim TEXT NOT NULL, dkim_domain TEXT NOT NULL,"
    " warnings TEXT NOT NULL, copies INTEGER NOT NULL) STRICT";

struct store *
mirror_open(const char *name, struct fault *f)
{
	struct store *st = store_open(name, STORE_MIRROR, f);

	if (st != NULL && sql_exec(st, judged, f) == 0)
		return st;
	store_close(st);
	return NULL;
}

static struct value
value_of(const struct cell *c)
{
	if (c->null)
		return value_null();
	if (c->text == NULL)
		return value_number(c->number);
	return (
	    struct value){ .kind = VALUE_TEXT, .bytes = { c->text, c->len } };
}

/* The names, each behind its length. */
static bool
has_same_names(struct mirror_filling *m, const struct cell *c, size_t n)
{
	struct buf *b = &m->names;
	const char *p = b->data;
	size_t left = b->len, i;

	for (i = 0; i < n; i++) {
		if (left < sizeof c[i].len + c[i].len ||
		    memcmp(p, &c[i].len, sizeof c[i].len) != 0 ||
		    memcmp(p + sizeof c[i].len, c[i].text, c[i].len) != 0)
			return false;
		p += sizeof c[i].len + c[i].len;
		left -= sizeof c[i].len + c[i].len;
	}
	return true;
}

static void
note_names(struct mirror_filling *m, const struct cell *c, size_t n)
{
	size_t i;

	buf_reset(&m->names);
	for (i = 0; i < n; i++)
		if (buf_append(&m->names, &c[i].len, sizeof c[i].len) == -1 ||
		    buf_append(&m->names, c[i].text, c[i].len) == -1)
			buf_reset(&m->names);
}

/* What the first cells name. */
static int
find_owner(struct mirror_filling *m, const struct part *p, const struct cell *c,
    const struct value *v, struct fault *f)
{
	if (has_same_names(m, c, p->n_names))
		return 0;
	if (sql_number(m->mirror, &p->owner, v, p->n_owner, &m->owner, f) == -1)
		return -1;
	note_names(m, c, p->n_names);
	return 0;
}

static int
on_row(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct mirror_filling *m = arg;
	const struct part *p = &parts[m->part];
	struct value v[MOST_CELLS];
	size_t i, owned = p->n_names > 0 ? p->n_names - 1 : 0;

	for (i = 0; i < n; i++)
		v[i] = value_of(&c[i]);
	if (p->n_names > 0 && find_owner(m, p, c, v, f) == -1)
		return -1;
	if (p->n_names > 0)
		v[owned] = value_number(m->owner);
	return sql_run(m->mirror, &p->row, v + owned, n - owned, f);
}

struct row_sink
mirror_sink(struct mirror_filling *m, struct store *st, enum mirror_part part)
{
	*m = (struct mirror_filling){
		.mirror = st, .part = part, .names = { .max = NO_LIMIT }
	};
	return (struct row_sink){ NULL, on_row, m };
}

void
mirror_filled(struct mirror_filling *m)
{
	buf_free(&m->names);
}

void
mirror_set_size(struct store *st, int64_t bytes)
{
	st->size = bytes;
}

static const struct part mark_newest = { 0, 0, { NULL },
	{ "INSERT INTO rollup_daily (day, series, reports, successful_sessions,"
	  " failed_sessions, counted_sessions, counted_failed)"
	  " SELECT max(day), 0, 0, 0, 0, 0, 0 FROM days WHERE true"
	  " HAVING max(day) IS NOT NULL" } };

int
mirror_end_ends(struct store *st, struct fault *f)
{
	return sql_run(st, &mark_newest.row, NULL, 0, f);
}

/* Of all days together, on the last. */
static const struct part count_reports = { 0, 0, { NULL },
	{ "UPDATE days SET reports = (SELECT ifnull(sum(copies), 0)"
	  " FROM temp.judged WHERE date BETWEEN ?1 AND ?2) WHERE day ="
	  " (SELECT max(day) FROM days WHERE date BETWEEN ?1 AND ?2)" } };

static const struct part count_warnings = { 0, 0, { NULL },
	{ "INSERT INTO rollup_warnings (day, code, reports)"
	  " WITH RECURSIVE word (code, rest, copies) AS ("
	  " SELECT '', warnings || ' ', copies FROM temp.judged"
	  " WHERE date BETWEEN ?1 AND ?2 AND warnings <> ''"
	  " UNION ALL SELECT substr(rest, 1, instr(rest, ' ') - 1),"
	  " substr(rest, instr(rest, ' ') + 1), copies FROM word"
	  " WHERE rest <> '')"
	  " SELECT (SELECT max(day) FROM days WHERE date BETWEEN ?1 AND ?2),"
	  " code, sum(copies) FROM word WHERE code <> '' GROUP BY code" } };

int
mirror_end_overview(
    struct store *st, const char *from, const char *to, struct fault *f)
{
	struct value range[] = { value_text(from), value_text(to) };

	if (sql_run(st, &count_reports.row, range, 2, f) == -1)
		return -1;
	return sql_run(st, &count_warnings.row, range, 2, f);
}
