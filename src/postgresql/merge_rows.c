#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/shipment.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/merge_rows.h"
#include "postgresql/shared_journal.h"

/* The columns of the arrays, in this order. */
enum column_of_report {
	DATE,
	IDENTITY,
	CONTENT,
	VOUCHED,
	DKIM,
	DKIM_DOMAIN,
	DKIM_SELECTOR,
	RECEIVED,
	DECIDED, /* up to here: what improve_copies() wants */
	ORGANIZATION,
	REPORT_ID,
	START,
	END,
	REPORTER_DOMAIN,
	CONTACT,
	DOMAIN,
	POLICY_DOMAINS,
	POLICY_TYPES,
	COUNTED_SESSIONS,
	COUNTED_FAILED,
	SOURCE,
	MESSAGE_ID,
	WARNINGS
};

enum {
	TO_IMPROVE = DECIDED + 1
};

#define KNOWN                                                  \
	"date, identity, content, vouched, dkim, dkim_domain," \
	" dkim_selector, received, decided"
#define COLUMNS                                                       \
	KNOWN                                                         \
	", organization, report_id, start, \"end\", reporter_domain," \
	" contact, domain, policy_domains, policy_types,"             \
	" counted_sessions, counted_failed, source, message_id, warnings"
#define ARRAYS                                                    \
	"(SELECT unnest($2), unnest($3), unnest($4), unnest($5)," \
	" unnest($6), unnest($7), unnest($8), unnest($9),"        \
	" unnest($10), unnest($11), unnest($12), unnest($13),"    \
	" unnest($14), unnest($15), unnest($16), unnest($17),"    \
	" unnest($18), unnest($19), unnest($20), unnest($21),"    \
	" unnest($22), unnest($23), unnest($24)) AS b (" COLUMNS ")"
/* Not of a dropped copy.  Mostly there is none, which is quickly seen. */
#define NOT_DROPPED                                          \
	"(NOT EXISTS (SELECT 1 FROM tlsrua.dropped)"         \
	" OR NOT EXISTS (SELECT 1 FROM tlsrua.dropped AS d"  \
	" WHERE d.date = b.date AND d.identity = b.identity" \
	" AND d.content = b.content))"

/* Days as the server tells them count from 2000. */
enum {
	SINCE_2000 = 10957
};

static int
compare_key(int64_t day, const void *identity, const void *content,
    const struct shipped_report *r)
{
	int c;

	if (day != r->day)
		return day < r->day ? -1 : 1;
	if ((c = memcmp(identity, r->identity, SHIPMENT_KEY)) != 0)
		return c;
	return memcmp(content, r->content, SHIPMENT_DIGEST);
}

struct merge_row *
merge_rows_find(const struct merge_rows *m, int64_t day, const char *identity,
    const char *content)
{
	size_t low = 0, high = m->n, middle;
	int c;

	while (low < high) {
		middle = low + (high - low) / 2;
		c = compare_key(
		    day + SINCE_2000, identity, content, m->row[middle].report);
		if (c == 0)
			return &m->row[middle];
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static void
add_moment(struct binary_array *a, int known, int64_t time)
{
	if (known)
		array_add_time(a, time);
	else
		array_add_null(a);
}

static void
add_report(struct binary_array *a, const struct shipped_report *r)
{
	array_add_day(&a[DATE], r->day);
	array_add_bytes(&a[IDENTITY], r->identity, sizeof r->identity);
	array_add_bytes(&a[CONTENT], r->content, sizeof r->content);
	array_add_int(&a[VOUCHED], r->vouched);
	array_add_text(&a[DKIM], r->dkim);
	array_add_text(&a[DKIM_DOMAIN], r->dkim_domain);
	array_add_text(&a[DKIM_SELECTOR], r->dkim_selector);
	add_moment(&a[RECEIVED], r->has_arrived, r->arrived);
	add_moment(&a[DECIDED], r->is_decided, r->decided);
	array_add_text(&a[ORGANIZATION], r->organization);
	array_add_text(&a[REPORT_ID], r->report_id);
	array_add_time(&a[START], r->start);
	array_add_time(&a[END], r->end);
	array_add_text(&a[REPORTER_DOMAIN], r->reporter_domain);
	array_add_text(&a[CONTACT], r->contact);
	array_add_text(&a[DOMAIN], r->domain);
	array_add_text(&a[POLICY_DOMAINS], r->policy_domains);
	array_add_text(&a[POLICY_TYPES], r->policy_types);
	array_add_int(&a[COUNTED_SESSIONS], r->counted_sessions);
	array_add_int(&a[COUNTED_FAILED], r->counted_failed);
	array_add_text(&a[SOURCE], r->source);
	array_add_text(&a[MESSAGE_ID], r->message_id);
	array_add_text(&a[WARNINGS], r->warnings);
}

void
report_arrays_fill(
    struct report_arrays *a, const struct merge_rows *m, int news_only)
{
	static const enum pg_type types[REPORT_ARRAYS] = {
		[DATE] = PG_DATE,
		[IDENTITY] = PG_UUID,
		[CONTENT] = PG_BYTEA,
		[VOUCHED] = PG_INT4,
		[RECEIVED] = PG_TIME,
		[DECIDED] = PG_TIME,
		[START] = PG_TIME,
		[END] = PG_TIME,
		[COUNTED_SESSIONS] = PG_INT8,
		[COUNTED_FAILED] = PG_INT8,
	};
	size_t i;

	for (i = 0; i < REPORT_ARRAYS; i++)
		array_begin(&a->column[i], types[i] != 0 ? types[i] : PG_TEXT);
	for (i = 0; i < m->n; i++)
		if (!news_only || m->row[i].is_news)
			add_report(a->column, m->row[i].report);
}

void
report_arrays_free(struct report_arrays *a)
{
	size_t i;

	for (i = 0; i < REPORT_ARRAYS; i++)
		buf_free(&a->column[i].bytes);
}

/* Send it with the journal as $1 and the arrays as $2 and so on. */
static int
send_reports(struct pg *p, const char *sql, const struct shared_journal *j,
    struct report_arrays *a, struct fault *f)
{
	struct pg_value v[1 + REPORT_ARRAYS];
	char room[8];
	size_t i;

	v[0] = pg_int4(j->id, room);
	for (i = 0; i < REPORT_ARRAYS; i++)
		v[1 + i] = pg_array(&a->column[i]);
	return pg_send(p, sql, v, 1 + REPORT_ARRAYS, f);
}

/* The same with the first `n` arrays alone, from $1 on. */
static int
send_some(struct pg *p, const char *sql, struct report_arrays *a, size_t n,
    struct fault *f)
{
	struct pg_value v[REPORT_ARRAYS];
	size_t i;

	for (i = 0; i < n; i++)
		v[i] = pg_array(&a->column[i]);
	return pg_send(p, sql, v, n, f);
}

/*
 * The rows are added in the order of the arrays, which is that of the key, so
 * the server need not sort them.  The statement leaves the number of reports
 * that it added to send_find_news(), in a setting of the transaction: if all
 * were added, that has nothing to do.
 */
int
send_add(struct pg *p, const struct shared_journal *j, struct report_arrays *a,
    struct fault *f)
{
	return send_reports(p,
	    "WITH added AS (INSERT INTO tlsrua.reports (status, "
	    "journal, " COLUMNS ") SELECT 'counted', $1, b.* FROM " ARRAYS
	    " WHERE " NOT_DROPPED
	    " ON CONFLICT (date, identity) WHERE status = 'counted' DO NOTHING"
	    " RETURNING date, id, identity, content)"
	    " SELECT a.* FROM added AS a WHERE (SELECT set_config("
	    "'tlsrua.added', count(*)::text, true) FROM added) <> ''",
	    j, a, f);
}

int
send_find_news(struct pg *p, struct report_arrays *a, struct fault *f)
{
	return send_some(p,
	    "SELECT b.date, b.identity, b.content"
	    " FROM (SELECT unnest($1), unnest($2), unnest($3), unnest($4),"
	    " unnest($5), unnest($6), unnest($7), unnest($8), unnest($9))"
	    " AS b (" KNOWN ") WHERE coalesce(nullif(current_setting("
	    "'tlsrua.added', true), ''), '0')::int < cardinality($1)"
	    " AND " NOT_DROPPED " AND NOT EXISTS (SELECT 1"
	    " FROM tlsrua.copies(b.date, b.identity) AS r"
	    " WHERE r.content = b.content AND"
	    " (-r.vouched, r.dkim = '', r.dkim, r.dkim_domain, r.dkim_selector)"
	    " <= (-b.vouched, b.dkim = '', b.dkim, b.dkim_domain,"
	    " b.dkim_selector)"
	    " AND coalesce(r.received, 'infinity')"
	    " <= coalesce(b.received, 'infinity')"
	    " AND coalesce(r.decided, '-infinity')"
	    " >= coalesce(b.decided, '-infinity'))",
	    a, TO_IMPROVE, f);
}

int
send_improve(struct pg *p, struct report_arrays *a, struct fault *f)
{
	return send_some(p,
	    "SELECT tlsrua.improve_copies($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	    a, TO_IMPROVE, f);
}

int
send_add_conflicts(struct pg *p, const struct shared_journal *j,
    struct report_arrays *a, struct fault *f)
{
	return send_reports(p,
	    "INSERT INTO tlsrua.reports (status, journal, " COLUMNS ")"
	    " SELECT 'conflict', $1, b.* FROM " ARRAYS " WHERE " NOT_DROPPED
	    " AND NOT EXISTS (SELECT 1"
	    " FROM tlsrua.copies(b.date, b.identity) AS r"
	    " WHERE r.content = b.content)"
	    " ORDER BY b.date, b.identity, b.content"
	    " RETURNING date, id, identity, content",
	    j, a, f);
}

int
send_choose(struct pg *p, struct report_arrays *a, struct fault *f)
{
	return send_some(p, "SELECT tlsrua.choose_copies($1, $2)", a, 2, f);
}
