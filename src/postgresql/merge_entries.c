#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "model/report_identity.h"
#include "model/shipment.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/merge_entries.h"
#include "postgresql/merge_rows.h"
#include "postgresql/shared_key.h"

enum {
	VOUCHED_FOR = 2, /* the least `vouched` that is */
	MOST = 23	 /* arrays of a statement */
};

/* What a statement inserts, and the types of its arrays. */
struct insertion {
	const char *sql;
	size_t n;
	enum pg_type types[MOST];
};

#define ONCE(table)                                              \
	" WHERE NOT EXISTS (SELECT 1 FROM tlsrua." table " AS t" \
	" WHERE t.key = b.key) ORDER BY b.key ON CONFLICT DO NOTHING"

static const struct insertion insert_texts = {
	"INSERT INTO tlsrua.policy_texts (key, policy_strings, mx_hosts)"
	" SELECT b.* FROM (SELECT unnest($1), unnest($2), unnest($3)) AS b"
	" (key, s, m)" ONCE("policy_texts"),
	3, { PG_UUID, PG_TEXT, PG_TEXT }
};

static const struct insertion insert_senders = {
	"INSERT INTO tlsrua.senders (key, domain, organization,"
	" reporter_domain) SELECT b.* FROM unnest($1, $2, $3, $4)"
	" AS b (key, d, o, r)" ONCE("senders"),
	4, { PG_UUID, PG_TEXT, PG_TEXT, PG_TEXT }
};

static const struct insertion insert_problems = {
	"INSERT INTO tlsrua.problems (key, domain, receiving_mx_hostname,"
	" result_type) SELECT b.* FROM unnest($1, $2, $3, $4)"
	" AS b (key, d, m, t)" ONCE("problems"),
	4, { PG_UUID, PG_TEXT, PG_TEXT, PG_TEXT }
};

static const struct insertion insert_policies = {
	"INSERT INTO tlsrua.policies (date, report, n, counted, skipped,"
	" verified, of_series, of_sender, domain, policy_domain, organization,"
	" reporter_domain, policy_type, policy_mode, successful_sessions,"
	" failed_sessions, counted_sessions, counted_failed, text)"
	" SELECT * FROM (SELECT unnest($1), unnest($2), unnest($3),"
	" unnest($4), unnest($5), unnest($6), unnest($7), unnest($8),"
	" unnest($9), unnest($10), unnest($11), unnest($12), unnest($13),"
	" unnest($14), unnest($15), unnest($16), unnest($17), unnest($18),"
	" unnest($19)) AS b",
	19,
	{ PG_DATE, PG_INT8, PG_INT4, PG_BOOL, PG_BOOL, PG_BOOL, PG_BOOL,
	    PG_BOOL, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT,
	    PG_INT8, PG_INT8, PG_INT8, PG_INT8, PG_UUID }
};

static const struct insertion insert_failures = {
	"INSERT INTO tlsrua.failures (date, report, policy, n, counted,"
	" verified, problem, domain, policy_domain, organization,"
	" reporter_domain, policy_type, policy_mode, result_type, side,"
	" receiving_mx_hostname, receiving_mx_helo, receiving_ip,"
	" sending_mta_ip, failure_reason_code, additional_information,"
	" failed_sessions)"
	" SELECT b.date, b.report, b.policy, b.n, b.counted, b.verified,"
	" p.id, b.domain, b.policy_domain, b.organization, b.reporter_domain,"
	" b.policy_type, b.policy_mode, b.result_type, b.side, b.mx, b.helo,"
	" b.ip, b.mta, b.reason, b.information, b.failed"
	" FROM (SELECT unnest($1), unnest($2), unnest($3), unnest($4),"
	" unnest($5), unnest($6), unnest($7), unnest($8), unnest($9),"
	" unnest($10), unnest($11), unnest($12), unnest($13), unnest($14),"
	" unnest($15), unnest($16), unnest($17), unnest($18), unnest($19),"
	" unnest($20), unnest($21), unnest($22)) AS b (date, report,"
	" policy, n, counted, verified, key, domain, policy_domain,"
	" organization, reporter_domain, policy_type, policy_mode,"
	" result_type, side, mx, helo, ip, mta, reason, information, failed)"
	" JOIN tlsrua.problems AS p ON p.key = b.key",
	22,
	{ PG_DATE, PG_INT8, PG_INT4, PG_INT4, PG_BOOL, PG_BOOL, PG_UUID,
	    PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT,
	    PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT,
	    PG_INT8 }
};

static const struct insertion insert_bytes = {
	"INSERT INTO tlsrua.report_bytes (date, report, bytes)"
	" SELECT * FROM (SELECT unnest($1), unnest($2), unnest($3)) AS b",
	3, { PG_DATE, PG_INT8, PG_BYTEA }
};

enum {
	TEXTS,
	SENDERS,
	PROBLEMS, /* before failures, which look them up */
	POLICIES,
	FAILURES,
	BYTES
};

static const struct insertion *const insertions[ENTRY_STATEMENTS] = {
	[TEXTS] = &insert_texts,
	[SENDERS] = &insert_senders,
	[PROBLEMS] = &insert_problems,
	[POLICIES] = &insert_policies,
	[FAILURES] = &insert_failures,
	[BYTES] = &insert_bytes,
};

/* The arrays for all insertions, and the keys of what is in them already. */
struct entries {
	struct binary_array a[ENTRY_STATEMENTS][MOST];
	struct key_set keys[PROBLEMS + 1];
	struct identity_hash hash; /* of these keys */
};

/* Add a row of texts under their common key, once; the key is left in `key`. */
static void
add_once(struct entries *e, int what, const char *const *text, size_t n,
    unsigned char key[SHIPMENT_KEY])
{
	struct binary_array *a = e->a[what];
	size_t i;

	shared_key(&e->hash, text, n, key);
	if (!key_set_add(&e->keys[what], key))
		return;
	array_add_bytes(&a[0], key, SHIPMENT_KEY);
	for (i = 0; i < n; i++)
		array_add_text(&a[1 + i], text[i]);
}

/* The six columns that an entry and its findings share, from `a` on. */
static void
add_names(struct binary_array *a, const struct shipped_report *r,
    const struct shipped_policy *p)
{
	array_add_text(&a[0], p->domain);
	array_add_text(&a[1], p->policy_domain);
	array_add_text(&a[2], r->organization);
	array_add_text(&a[3], r->reporter_domain);
	array_add_text(&a[4], p->type);
	array_add_text(&a[5], p->mode);
}

static void
add_failure(struct entries *e, const struct shipped_report *r,
    const struct shipped_policy *p, const struct shipped_failure *d)
{
	const char *const problem[] = { p->domain, d->receiving_mx_hostname,
		d->result_type };
	struct binary_array *a = e->a[FAILURES];
	unsigned char key[SHIPMENT_KEY];

	add_once(e, PROBLEMS, problem, 3, key);
	array_add_day(&a[0], r->day);
	array_add_int(&a[2], p->n);
	array_add_int(&a[3], d->n);
	array_add_bool(&a[4], !p->skipped);
	array_add_bool(&a[5], r->vouched >= VOUCHED_FOR);
	array_add_bytes(&a[6], key, sizeof key);
	add_names(&a[7], r, p);
	array_add_text(&a[13], d->result_type);
	array_add_text(&a[14], d->side);
	array_add_text(&a[15], d->receiving_mx_hostname);
	array_add_text(&a[16], d->receiving_mx_helo);
	array_add_text(&a[17], d->receiving_ip);
	array_add_text(&a[18], d->sending_mta_ip);
	array_add_text(&a[19], d->failure_reason_code);
	array_add_text(&a[20], d->additional_information);
	array_add_int(&a[21], d->failed_sessions);
}

static void
add_text_of_policy(struct entries *e, const struct shipped_policy *p)
{
	const char *const text[] = { p->strings, p->mx_hosts };
	struct binary_array *a = &e->a[POLICIES][18];
	unsigned char key[SHIPMENT_KEY];

	if (p->strings[0] == '\0' && p->mx_hosts[0] == '\0') {
		array_add_null(a);
		return;
	}
	add_once(e, TEXTS, text, 2, key);
	array_add_bytes(a, key, sizeof key);
}

static void
add_policy(struct entries *e, const struct shipped_report *r,
    const struct shipped_policy *p)
{
	const char *const sender[] = { p->domain, r->organization,
		r->reporter_domain };
	struct binary_array *a = e->a[POLICIES];
	unsigned char key[SHIPMENT_KEY];
	size_t i;

	if (!p->skipped)
		add_once(e, SENDERS, sender, 3, key);
	array_add_day(&a[0], r->day);
	array_add_int(&a[2], p->n);
	array_add_bool(&a[3], !p->skipped);
	array_add_bool(&a[4], p->skipped);
	array_add_bool(&a[5], r->vouched >= VOUCHED_FOR);
	array_add_bool(&a[6], p->of_series);
	array_add_bool(&a[7], p->of_sender);
	add_names(&a[8], r, p);
	array_add_int(&a[14], p->successful_sessions);
	array_add_int(&a[15], p->failed_sessions);
	array_add_int(&a[16], p->counted_sessions);
	array_add_int(&a[17], p->counted_failed);
	add_text_of_policy(e, p);
	for (i = 0; i < p->n_failures; i++)
		add_failure(e, r, p, &p->failures[i]);
}

static void
add_report(struct entries *e, const struct shipped_report *r)
{
	struct binary_array *a = e->a[BYTES];
	size_t i;

	for (i = 0; i < r->n_policies; i++)
		add_policy(e, r, &r->policies[i]);
	if (r->bytes.n == 0)
		return;
	array_add_day(&a[0], r->day);
	array_add_bytes(&a[2], r->bytes.p, r->bytes.n);
}

/* The report's number, beside each thing that it holds. */
static void
add_number(struct entries *e, const struct merge_row *row)
{
	const struct shipped_report *r = row->report;
	size_t i, k;

	for (i = 0; i < r->n_policies; i++) {
		array_add_int(&e->a[POLICIES][1], row->id);
		for (k = 0; k < r->policies[i].n_failures; k++)
			array_add_int(&e->a[FAILURES][1], row->id);
	}
	if (r->bytes.n > 0)
		array_add_int(&e->a[BYTES][1], row->id);
}

static int
send_insertion(struct pg *p, const struct insertion *in, struct binary_array *a,
    struct fault *f)
{
	struct pg_value v[MOST];
	size_t i;

	for (i = 0; i < in->n; i++)
		v[i] = pg_array(&a[i]);
	return pg_send(p, in->sql, v, in->n, f);
}

static struct entries *
prepare(const struct merge_rows *m, bool added_only)
{
	struct entries *e = xcalloc(1, sizeof *e);
	size_t i, k;

	for (i = 0; i < ENTRY_STATEMENTS; i++)
		for (k = 0; k < insertions[i]->n; k++)
			array_begin(&e->a[i][k], insertions[i]->types[k]);
	for (i = 0; i < m->n; i++)
		if (!added_only || m->row[i].id != 0)
			add_report(e, m->row[i].report);
	return e;
}

struct entries *
entries_prepare(const struct merge_rows *m)
{
	return prepare(m, false);
}

static int
send_all(struct pg *p, struct entries *e, const struct merge_rows *m,
    size_t *sent, struct fault *f)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (m->row[i].id != 0)
			add_number(e, &m->row[i]);
	for (i = 0; i < ENTRY_STATEMENTS; i++) {
		if (e->a[i][0].n == 0)
			continue;
		if (send_insertion(p, insertions[i], e->a[i], f) == -1)
			return -1;
		(*sent)++;
	}
	return 0;
}

int
entries_send(struct pg *p, struct entries *e, const struct merge_rows *m,
    size_t *sent, struct fault *f)
{
	struct entries *own = NULL;
	size_t i;
	int rc;

	*sent = 0;
	for (i = 0; i < m->n && m->row[i].id != 0; i++)
		;
	if (e == NULL || i < m->n)
		e = own = prepare(m, true);
	rc = send_all(p, e, m, sent, f);
	entries_free(own);
	return rc;
}

void
entries_free(struct entries *e)
{
	size_t i, k;

	if (e == NULL)
		return;
	for (i = 0; i < ENTRY_STATEMENTS; i++)
		for (k = 0; k < MOST; k++)
			buf_free(&e->a[i][k].bytes);
	for (i = 0; i <= PROBLEMS; i++)
		key_set_free(&e->keys[i]);
	identity_hash_free(&e->hash);
	free(e);
}
