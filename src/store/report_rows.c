#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "base/span.h"
#include "model/not_detailed.h"
#include "model/tls_report.h"
#include "store/name_list.h"
#include "store/report_rows.h"
#include "store/sql.h"
#include "store/store_private.h"

int64_t
report_body(const struct report *r)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		n = n << 8 | r->body[i];
	return (int64_t)n;
}

static const char *
join_lines(const char *const *text, size_t n, struct arena *a)
{
	size_t i, room = 1, len;
	char *out, *p;

	if (n < 2)
		return n == 0 ? "" : text[0];
	for (i = 0; i < n; i++)
		room += strlen(text[i]) + 1;
	p = out = arena_alloc(a, room);
	for (i = 0; i < n; i++) {
		if (i > 0)
			*p++ = '\n';
		len = strlen(text[i]);
		memcpy(p, text[i], len);
		p += len;
	}
	return out;
}

/* The lists in a row of reports: of the entries that are not skipped. */
struct lists {
	const char *domain, *policy_domains, *policy_types;
};

static void
list_policies(const struct report *r, struct lists *out, struct arena *a)
{
	struct named *domain =
	    arena_alloc(a, 3 * r->n_policies * sizeof *domain);
	struct named *policy_domain = domain + r->n_policies;
	struct named *type = policy_domain + r->n_policies;
	size_t i, n = 0;

	for (i = 0; i < r->n_policies; i++) {
		const struct policy *p = &r->policies[i];
		uint64_t sessions = saturating_count(
		    p->successful_sessions, p->failed_sessions);

		if (p->skipped)
			continue;
		domain[n] = (struct named){ p->recipient_domain, sessions };
		policy_domain[n] = (struct named){ p->domain, sessions };
		type[n++] = (struct named){ p->type, sessions };
	}
	out->domain = name_list(domain, n, a);
	out->policy_domains = name_list(policy_domain, n, a);
	out->policy_types = name_list(type, n, a);
}

static int64_t
clamp(uint64_t n)
{
	return n < INT64_MAX ? (int64_t)n : INT64_MAX;
}

static void
sum_policies(struct report_rows *e)
{
	struct failure rest;
	size_t i;

	for (i = 0; i < e->report->n_policies; i++) {
		const struct policy *p = &e->report->policies[i];

		if (p->skipped)
			continue;
		e->sessions =
		    saturating_add(e->sessions, clamp(p->counted_sessions));
		e->failed = saturating_add(e->failed, clamp(p->counted_failed));
		e->findings +=
		    (int64_t)p->n_failures + (failure_not_detailed(p, &rest));
	}
}

static const struct sql insert_report = {
	"INSERT INTO reports (message, organization, report_id, start,"
	" end, date, status, content, body, reporter_domain, contact,"
	" domain, policy_domains, policy_types, counted_sessions,"
	" counted_failed, warnings, dkim, dkim_domain, dkim_selector)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
};

static int
add_head(struct store *st, struct report_rows *e, struct fault *f)
{
	const struct report *r = e->report;
	struct lists lists;

	list_policies(r, &lists, &st->scratch);
	sum_policies(e);
	const struct value v[] = {
		value_number(e->message),
		value_text(r->organization),
		value_text(r->report_id),
		value_text(e->start),
		value_text(e->end),
		value_text(e->date),
		value_text(e->conflict ? "conflict" : "counted"),
		value_blob(r->content, sizeof r->content),
		value_number(report_body(r)),
		value_text(r->reporter_domain),
		value_text(r->contact),
		value_text(lists.domain),
		value_text(lists.policy_domains),
		value_text(lists.policy_types),
		value_number(e->sessions),
		value_number(e->failed),
		value_text(e->warnings),
		value_text(r->dkim),
		value_text(r->dkim_domain),
		value_text(r->dkim_selector),
	};

	if (sql_run(st, &insert_report, v, sizeof v / sizeof *v, f) == -1)
		return -1;
	e->id = sql_last_id(st);
	return 0;
}

static const struct sql insert_failure = {
	"INSERT INTO failures (report, policy, n, date, result_type, side,"
	" receiving_mx_hostname, receiving_mx_helo, receiving_ip,"
	" sending_mta_ip, failure_reason_code, additional_information,"
	" failed_sessions) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
	" ?10, ?11, ?12, ?13)"
};

static int
add_failure(struct store *st, const struct report_rows *e, size_t policy,
    int64_t n, const struct failure *d, struct fault *f)
{
	const struct value v[] = {
		value_number(e->id),
		value_count(policy),
		value_number(n),
		value_text(e->date),
		value_text(d->result_type),
		value_text(d->side),
		value_text(d->receiving_mx_hostname),
		value_text(d->receiving_mx_helo),
		value_text(d->receiving_ip),
		value_text(d->sending_mta_ip),
		value_text(d->failure_reason_code),
		value_text(d->additional_information),
		value_count(d->failed_sessions),
	};

	return sql_run(st, &insert_failure, v, sizeof v / sizeof *v, f);
}

/* Each detail of an entry, and what its total has beyond them. */
static int
add_failures(struct store *st, const struct report_rows *e, size_t policy,
    struct fault *f)
{
	const struct policy *p = &e->report->policies[policy];
	struct failure rest;
	size_t i;

	for (i = 0; i < p->n_failures; i++)
		if (add_failure(
			st, e, policy, (int64_t)i, &p->failures[i], f) == -1)
			return -1;
	if (!failure_not_detailed(p, &rest))
		return 0;
	return add_failure(st, e, policy, -1, &rest, f);
}

static const struct sql insert_policy = {
	"INSERT INTO policies (report, n, date, counted, skipped, domain,"
	" policy_domain, organization, reporter_domain, policy_type,"
	" policy_mode, successful_sessions, failed_sessions,"
	" counted_sessions, counted_failed, policy_strings, mx_hosts)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15, ?16, ?17)"
};

static int
add_policy(
    struct store *st, const struct report_rows *e, size_t n, struct fault *f)
{
	const struct report *r = e->report;
	const struct policy *p = &r->policies[n];
	struct arena *a = &st->scratch;
	bool counted = !e->conflict && !p->skipped;
	const struct value v[] = {
		value_number(e->id),
		value_count(n),
		value_text(e->date),
		value_number(counted),
		value_number(p->skipped),
		value_text(p->recipient_domain),
		value_text(p->domain),
		value_text(r->organization),
		value_text(r->reporter_domain),
		value_text(p->type),
		value_text(p->mode),
		value_count(p->successful_sessions),
		value_count(p->failed_sessions),
		value_count(p->counted_sessions),
		value_count(p->counted_failed),
		value_text(join_lines(p->strings, p->n_strings, a)),
		value_text(join_lines(p->mx_hosts, p->n_mx_hosts, a)),
	};

	if (sql_run(st, &insert_policy, v, sizeof v / sizeof *v, f) == -1)
		return -1;
	return add_failures(st, e, n, f);
}

static const struct sql insert_report_bytes = {
	"INSERT INTO report_bytes (report, bytes) VALUES (?1, ?2)"
};

int
report_rows_add(struct store *st, struct report_rows *e, struct fault *f)
{
	struct value bytes[2];
	size_t i;

	if (add_head(st, e, f) == -1)
		return -1;
	for (i = 0; i < e->report->n_policies; i++)
		if (add_policy(st, e, i, f) == -1)
			return -1;
	if (e->raw.n == 0)
		return 0;
	bytes[0] = value_number(e->id);
	bytes[1] = value_blob(e->raw.p, e->raw.n);
	return sql_run(st, &insert_report_bytes, bytes, 2, f);
}

static const struct sql select_report_bytes = {
	"SELECT bytes FROM report_bytes WHERE report = ?1"
};

int
report_bytes_read(struct store *st, int64_t report, struct arena *a,
    struct span *bytes, struct fault *f)
{
	struct value id = value_number(report);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_report_bytes, &id, 1, &row, f);

	if (rc != 1)
		return rc;
	bytes->n = (size_t)sqlite3_column_bytes(row, 0);
	bytes->p = arena_strndup(a, sqlite3_column_blob(row, 0), bytes->n);
	sqlite3_reset(row);
	return 0;
}
