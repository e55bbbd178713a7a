#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/tls_report.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "upkeep/stored_report.h"

/* The lines of a text, as a list. */
static const char *const *
split_lines(struct arena *a, const char *text, size_t *n)
{
	const char **list, *p;
	size_t count = 1, i, len;

	*n = 0;
	if (text[0] == '\0')
		return NULL;
	for (p = text; (p = strchr(p, '\n')) != NULL; p++)
		count++;
	list = arena_alloc(a, count * sizeof *list);
	for (i = 0, p = text; i < count; i++, p += len + 1) {
		len = strcspn(p, "\n");
		list[i] = arena_strndup(a, p, len);
	}
	*n = count;
	return list;
}

static void
copy_failure(struct failure *x, sqlite3_stmt *row, struct arena *a)
{
	x->result_type = sql_copy_column(a, row, 0);
	x->side = sql_copy_column(a, row, 1);
	x->sending_mta_ip = sql_copy_column(a, row, 2);
	x->receiving_ip = sql_copy_column(a, row, 3);
	x->receiving_mx_hostname = sql_copy_column(a, row, 4);
	x->receiving_mx_helo = sql_copy_column(a, row, 5);
	x->failure_reason_code = sql_copy_column(a, row, 6);
	x->additional_information = sql_copy_column(a, row, 7);
	x->failed_sessions = (uint64_t)sqlite3_column_int64(row, 8);
}

static void
copy_policy(struct policy *p, sqlite3_stmt *row, struct arena *a)
{
	p->type = sql_copy_column(a, row, 1);
	p->domain = sql_copy_column(a, row, 2);
	p->recipient_domain = sql_copy_column(a, row, 3);
	p->mode = sql_copy_column(a, row, 4);
	p->strings = split_lines(a, sql_column(row, 5), &p->n_strings);
	p->mx_hosts = split_lines(a, sql_column(row, 6), &p->n_mx_hosts);
	p->successful_sessions = (uint64_t)sqlite3_column_int64(row, 7);
	p->failed_sessions = (uint64_t)sqlite3_column_int64(row, 8);
	p->counted_sessions = (uint64_t)sqlite3_column_int64(row, 9);
	p->counted_failed = (uint64_t)sqlite3_column_int64(row, 10);
	p->skipped = sqlite3_column_int(row, 11) != 0;
	p->n_failures = (size_t)sqlite3_column_int64(row, 12);
	p->failures = arena_alloc(a, p->n_failures * sizeof *p->failures);
}

/* The rows of a statement, each given to `copy` with its number. */
struct loading {
	struct report *report;
	struct policy *policy;
	struct arena *arena;
};

static void
on_policy(struct loading *l, size_t i, sqlite3_stmt *row)
{
	if (i < l->report->n_policies)
		copy_policy(&l->report->policies[i], row, l->arena);
}

static void
on_failure(struct loading *l, size_t i, sqlite3_stmt *row)
{
	if (i < l->policy->n_failures)
		copy_failure(&l->policy->failures[i], row, l->arena);
}

static int
each_row(struct store *st, const struct sql *sql, const struct value *v,
    size_t n, void (*on_row)(struct loading *, size_t, sqlite3_stmt *),
    struct loading *l, struct fault *f)
{
	sqlite3_stmt *row;
	size_t i;
	int rc = sql_ask(st, sql, v, n, &row, f);

	if (rc != 1)
		return rc;
	for (i = 0; rc == 1; i++) {
		on_row(l, i, row);
		rc = sql_next(st, row, f);
	}
	sqlite3_reset(row);
	return rc;
}

static const struct sql select_report = {
	"SELECT organization, report_id, start, end, contact,"
	" reporter_domain, content, warnings, dkim, dkim_domain,"
	" dkim_selector,"
	" (SELECT count(*) FROM policies WHERE report = ?1)"
	" FROM reports WHERE id = ?1"
};

static int
load_head(struct store *st, int64_t id, struct report *r, struct arena *a,
    struct fault *f)
{
	struct value v = value_number(id);
	sqlite3_stmt *row;
	unsigned deviation;
	int rc = sql_ask(st, &select_report, &v, 1, &row, f);

	if (rc == -1)
		return -1;
	if (rc == 0)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "report %lld: not in the store", (long long)id);
	*r = (struct report){ 0 };
	r->organization = sql_copy_column(a, row, 0);
	r->report_id = sql_copy_column(a, row, 1);
	utc_parse(span_of(sql_column(row, 2)), &r->start, &deviation);
	utc_parse(span_of(sql_column(row, 3)), &r->end, &deviation);
	r->contact = sql_copy_column(a, row, 4);
	r->reporter_domain = sql_copy_column(a, row, 5);
	if (sqlite3_column_bytes(row, 6) == REPORT_DIGEST)
		memcpy(r->content, sqlite3_column_blob(row, 6), REPORT_DIGEST);
	r->warnings = sql_copy_column(a, row, 7);
	r->dkim = sql_copy_column(a, row, 8);
	r->dkim_domain = sql_copy_column(a, row, 9);
	r->dkim_selector = sql_copy_column(a, row, 10);
	r->n_policies = (size_t)sqlite3_column_int64(row, 11);
	r->policies = arena_alloc(a, r->n_policies * sizeof *r->policies);
	sqlite3_reset(row);
	return 0;
}

static const struct sql select_policies = {
	"SELECT n, policy_type, policy_domain, domain, policy_mode,"
	" policy_strings, mx_hosts, successful_sessions, failed_sessions,"
	" counted_sessions, counted_failed, skipped,"
	" (SELECT count(*) FROM failures WHERE report = p.report"
	" AND policy = p.n AND n >= 0)"
	" FROM policies AS p WHERE report = ?1 ORDER BY n"
};

static const struct sql select_failures = {
	"SELECT result_type, side, sending_mta_ip, receiving_ip,"
	" receiving_mx_hostname, receiving_mx_helo, failure_reason_code,"
	" additional_information, failed_sessions FROM failures"
	" WHERE report = ?1 AND policy = ?2 AND n >= 0 ORDER BY n"
};

int
store_load_report(struct store *st, int64_t id, struct arena *a,
    struct report *r, struct fault *f)
{
	struct loading l = { .report = r, .arena = a };
	struct value v[] = { value_number(id), value_number(0) };
	size_t i;

	if (load_head(st, id, r, a, f) == -1 ||
	    each_row(st, &select_policies, v, 1, on_policy, &l, f) == -1)
		return -1;
	for (i = 0; i < r->n_policies; i++) {
		l.policy = &r->policies[i];
		v[1] = value_count(i);
		if (each_row(st, &select_failures, v, 2, on_failure, &l, f) ==
		    -1)
			return -1;
	}
	return 0;
}
