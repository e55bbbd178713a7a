#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/not_detailed.h"
#include "model/tls_report.h"
#include "store/counted_copy.h"
#include "store/messages.h"
#include "store/name_list.h"
#include "store/outbox.h"
#include "store/recount.h"
#include "store/reports.h"
#include "store/rollup.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "store/totals.h"
#include "store/vouched.h"

/* A report that is being stored, and what is found out about it. */
struct entry {
	const struct report *report;
	char start[UTC_TEXT], end[UTC_TEXT], date[UTC_TEXT];
	struct value key[5]; /* identity and content */
	enum store_outcome outcome;
	bool reused;
	bool repeated; /* one that counts has its body */
	int64_t id;
	int64_t counted;     /* the stored one with that identity; 0: none */
	int counted_rank;    /* vouched_rank() of that */
	int64_t quarantined; /* the number of a conflict there */
	int64_t sessions, failed, findings; /* that enter the totals */
};

enum {
	IDENTITY = 4 /* values of the key */
};

static void
set_key(struct entry *e)
{
	const struct report *r = e->report;

	utc_format(r->start, e->start);
	utc_format(r->end, e->end);
	utc_format_date(r->start, e->date);
	e->key[0] = value_text(r->organization);
	e->key[1] = value_text(r->report_id);
	e->key[2] = value_text(e->start);
	e->key[3] = value_text(e->end);
	e->key[4] = value_blob(r->content, sizeof r->content);
}

/* 64 bits of a digest tell enough for what is but a note. */
static int64_t
body_of(const struct report *r)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		n = n << 8 | r->body[i];
	return (int64_t)n;
}

static const struct sql select_alike = {
	"SELECT EXISTS (SELECT 1 FROM reports WHERE status = 'counted'"
	" AND organization = ?1 AND report_id = ?2),"
	" EXISTS (SELECT 1 FROM reports WHERE status = 'counted'"
	" AND body = ?3),"
	" EXISTS (SELECT 1 FROM dropped WHERE organization = ?1"
	" AND report_id = ?2 AND start = ?4 AND end = ?5 AND content = ?6)"
};

/*
 * 1 when a report that counts has its organization and report-id.  Notes, too,
 * whether one has its body, and whether it was taken out before.
 */
static int
find_alike(struct store *st, struct entry *e, struct fault *f)
{
	struct value v[] = { e->key[0], e->key[1],
		value_number(body_of(e->report)), e->key[2], e->key[3],
		e->key[4] };
	sqlite3_stmt *row;
	int known;

	if (sql_ask(st, &select_alike, v, 6, &row, f) == -1)
		return -1;
	known = sqlite3_column_int(row, 0);
	e->repeated = sqlite3_column_int(row, 1) != 0;
	if (sqlite3_column_int(row, 2) != 0)
		e->outcome = STORE_DUPLICATE;
	sqlite3_reset(row);
	return known;
}

static const struct sql select_counted = {
	"SELECT id, content, dkim FROM reports WHERE status = 'counted'"
	" AND organization = ?1 AND report_id = ?2"
	" AND start = ?3 AND end = ?4"
};

/* The counted copy; 1 when its content is the same. */
static int
find_counted(struct store *st, struct entry *e, struct fault *f)
{
	sqlite3_stmt *row;
	int same, rc;

	rc = sql_ask(st, &select_counted, e->key, IDENTITY, &row, f);
	if (rc != 1)
		return rc;
	e->counted = sqlite3_column_int64(row, 0);
	e->counted_rank = vouched_rank(sql_column(row, 2));
	same = sqlite3_column_bytes(row, 1) == REPORT_DIGEST &&
	       memcmp(sqlite3_column_blob(row, 1), e->report->content,
		   REPORT_DIGEST) == 0;
	sqlite3_reset(row);
	return same;
}

static const struct sql select_conflict = {
	"SELECT id FROM reports WHERE status = 'conflict'"
	" AND organization = ?1 AND report_id = ?2"
	" AND start = ?3 AND end = ?4 AND content = ?5"
};

static const struct sql select_other_range = {
	"SELECT 1 FROM reports WHERE status = 'counted'"
	" AND organization = ?1 AND report_id = ?2"
	" AND NOT (start = ?3 AND end = ?4) LIMIT 1"
};

/*
 * What the report is beside those stored.  Most are new by organization and
 * report-id, which one look into the index tells; a conflict never stands
 * without a counted copy.
 */
static int
classify(struct store *st, struct entry *e, struct fault *f)
{
	int64_t one;
	int known, same;

	e->outcome = STORE_IMPORTED;
	if ((known = find_alike(st, e, f)) != 1 ||
	    e->outcome == STORE_DUPLICATE)
		return known == -1 ? -1 : 0;
	if ((same = find_counted(st, e, f)) == -1)
		return -1;
	e->id = e->counted;
	if (e->counted != 0 && same == 0)
		same = sql_number(
		    st, &select_conflict, e->key, IDENTITY + 1, &e->id, f);
	if (same == 1)
		e->outcome = STORE_DUPLICATE;
	else if (e->counted != 0)
		e->outcome = STORE_CONFLICT;
	if (same == -1)
		return -1;
	known = sql_number(st, &select_other_range, e->key, IDENTITY, &one, f);
	e->reused = known == 1;
	return known == -1 ? -1 : 0;
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
sum_policies(struct entry *e)
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

/* The report's own warnings and the store's. */
static const char *
warnings(const struct entry *e, struct arena *a)
{
	const char *own = e->report->warnings;
	const char *first =
	    e->outcome == STORE_CONFLICT ? REPORT_ID_CONFLICT : "";
	const char *second = e->reused ? REPORT_ID_REUSED : "";

	if (first[0] == '\0' && second[0] == '\0')
		return own;
	return arena_printf(a, "%s%s%s%s%s", own,
	    own[0] != '\0' && first[0] != '\0' ? " " : "", first,
	    (own[0] != '\0' || first[0] != '\0') && second[0] != '\0' ? " "
								      : "",
	    second);
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
add_head(struct store *st, int64_t message, struct entry *e, struct fault *f)
{
	const struct report *r = e->report;
	bool conflict = e->outcome == STORE_CONFLICT;
	struct lists lists;

	list_policies(r, &lists, &st->scratch);
	sum_policies(e);
	const struct value v[] = {
		value_number(message),
		e->key[0],
		e->key[1],
		e->key[2],
		e->key[3],
		value_text(e->date),
		value_text(conflict ? "conflict" : "counted"),
		e->key[4],
		value_number(body_of(r)),
		value_text(r->reporter_domain),
		value_text(r->contact),
		value_text(lists.domain),
		value_text(lists.policy_domains),
		value_text(lists.policy_types),
		value_number(e->sessions),
		value_number(e->failed),
		value_text(warnings(e, &st->scratch)),
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
add_failure(struct store *st, const struct entry *e, size_t policy, int64_t n,
    const struct failure *d, struct fault *f)
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
add_failures(
    struct store *st, const struct entry *e, size_t policy, struct fault *f)
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
add_policy(struct store *st, const struct entry *e, size_t n, struct fault *f)
{
	const struct report *r = e->report;
	const struct policy *p = &r->policies[n];
	struct arena *a = &st->scratch;
	bool counted = e->outcome == STORE_IMPORTED && !p->skipped;
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

static int
add_report(struct store *st, int64_t message, struct entry *e, struct span raw,
    struct fault *f)
{
	struct value bytes[2];
	size_t i;

	if (add_head(st, message, e, f) == -1)
		return -1;
	for (i = 0; i < e->report->n_policies; i++)
		if (add_policy(st, e, i, f) == -1)
			return -1;
	if (raw.n == 0)
		return 0;
	bytes[0] = value_number(e->id);
	bytes[1] = value_blob(raw.p, raw.n);
	return sql_run(st, &insert_report_bytes, bytes, 2, f);
}

static int
count_in(struct store *st, int64_t message, struct entry *e, struct fault *f)
{
	int64_t mailbox;

	if (message_mailbox(st, message, &mailbox, f) == -1 ||
	    tally_report(st, mailbox, 1, e->sessions, e->findings, f) == -1)
		return -1;
	st->tally.repeated += e->repeated;
	return rollup_add(st, e->report, warnings(e, &st->scratch), f);
}

static const struct sql update_warnings = {
	"UPDATE reports SET warnings = ltrim(warnings || ' ' || ?2)"
	" WHERE id = ?1 AND"
	" instr(' ' || warnings || ' ', ' ' || ?2 || ' ') = 0"
};

static const struct sql insert_conflict = {
	"INSERT INTO quarantine (message, code, place, filename,"
	" whole_mail, size, kept, created, report)"
	" VALUES (?1, '" REPORT_ID_CONFLICT "', '', '', 0, ?3, ?3 > 0,"
	" ifnull((SELECT received FROM messages WHERE id = ?1),"
	" strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?2)"
};

/*
 * Keep the totals up; of a conflict the counted copy is told, and the other
 * waits in quarantine.
 */
static int
settle(struct store *st, int64_t message, struct entry *e, size_t bytes,
    struct fault *f)
{
	struct value counted[] = { value_number(e->counted),
		value_text(REPORT_ID_CONFLICT) };
	struct value copy[] = { value_number(message), value_number(e->id),
		value_count(bytes) };

	if (e->outcome == STORE_IMPORTED)
		return count_in(st, message, e, f);
	st->tally.conflicts++;
	if (sql_run(st, &update_warnings, counted, 2, f) == -1)
		return -1;
	if (sql_changes(st) > 0 &&
	    rollup_warned(st, e->report->start, REPORT_ID_CONFLICT, f) == -1)
		return -1;
	if (rollup_touch(st, e->report->start, f) == -1 ||
	    sql_run(st, &insert_conflict, copy, 3, f) == -1)
		return -1;
	e->quarantined = sql_last_id(st);
	return 0;
}

static const struct sql select_verdict = {
	"SELECT dkim, message = ?2, (SELECT id FROM quarantine"
	" WHERE report = ?1) FROM reports WHERE id = ?1"
};

/*
 * Of a duplicate the better verdict stands; only where its own mail waited for
 * DNS, whatever comes out.
 */
static int
raise_verdict(
    struct store *st, int64_t message, struct entry *e, struct fault *f)
{
	struct value v[] = { value_number(e->id), value_number(message) };
	int rank, new = vouched_rank(e->report->dkim);
	sqlite3_stmt *row;
	bool own;
	int rc = sql_ask(st, &select_verdict, v, 2, &row, f);

	if (rc != 1)
		return rc;
	rank = vouched_rank(sql_column(row, 0));
	own = strcmp(sql_column(row, 0), "waiting") == 0 &&
	      sqlite3_column_int(row, 1) != 0;
	e->quarantined = sqlite3_column_int64(row, 2);
	sqlite3_reset(row);
	if (new > rank || (own && new < rank))
		return vouched_set(st, e->id, e->report, f) == -1
			   ? -1
			   : outbox_tell(st, OUTBOX_REPORT, e->id, f);
	return 0;
}

/*
 * A copy in conflict that somebody vouches for counts in place of one that
 * nobody does.
 */
static int
displace(struct store *st, struct entry *e, bool *displaced, struct fault *f)
{
	int pruned;

	*displaced = false;
	if (e->counted == 0 || e->id == e->counted || e->counted_rank > 1 ||
	    !report_is_verified(e->report))
		return 0;
	if ((pruned = store_is_pruned(st, e->counted, f)) != 0)
		return pruned == -1 ? -1 : 0;
	*displaced = true;
	return counted_copy_swap(st, e->quarantined, e->counted, e->id, f);
}

int
store_add_report(struct store *st, int64_t message, const struct report *r,
    struct span raw, struct store_added *out, struct fault *f)
{
	struct entry e = { .report = r };
	bool displaced;

	arena_reset(&st->scratch);
	set_key(&e);
	if (classify(st, &e, f) == -1)
		return -1;
	if (e.outcome != STORE_DUPLICATE &&
	    (add_report(st, message, &e, raw, f) == -1 ||
		settle(st, message, &e, raw.n, f) == -1 ||
		outbox_tell(st, OUTBOX_REPORT, e.id, f) == -1))
		return -1;
	if ((e.outcome == STORE_DUPLICATE &&
		raise_verdict(st, message, &e, f) == -1) ||
	    displace(st, &e, &displaced, f) == -1)
		return -1;
	if (displaced)
		e.outcome = STORE_IMPORTED;
	*out = (struct store_added){
		.outcome = e.outcome,
		.report = e.id,
		.reused = e.reused,
		.of_conflict =
		    e.outcome == STORE_DUPLICATE && e.id != e.counted,
		.quarantined = e.outcome == STORE_CONFLICT || displaced
				   ? e.quarantined
				   : 0,
		.displaced = displaced,
	};
	return 0;
}
