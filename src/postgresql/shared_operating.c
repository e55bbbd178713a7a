#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "model/dropped_report.h"
#include "model/pruning.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/shared_operating.h"

static int
no_report(const struct pg *p, int64_t number, struct fault *f)
{
	return fault(f, FAULT_HOST, EX_NOINPUT,
	    "report %lld: no such number; `tlsrua -d postgresql:%s export -o "
	    "- reports` lists them",
	    (long long)number, p->service);
}

/* The number of rows that a statement wrote, or -1. */
static int
write_rows(struct pg *p, const char *sql, const struct pg_value *v, size_t n,
    struct fault *f)
{
	PGresult *result = pg_ask(p, sql, v, n, f);
	int written;

	if (result == NULL)
		return -1;
	written = strcmp(PQcmdTuples(result), "0") != 0;
	PQclear(result);
	return written;
}

int
shared_mute(struct pg *p, int64_t problem, const char *until, const char *note,
    struct fault *f)
{
	char room[8];
	struct pg_value v[] = { pg_int8(problem, room), pg_text(until),
		pg_text(note) };
	int written = write_rows(p,
	    "INSERT INTO tlsrua.mutes (problem, until, note)"
	    " SELECT b.id, $2::date, $3 FROM tlsrua.problems AS b"
	    " WHERE b.id = $1 ON CONFLICT (problem) DO UPDATE"
	    " SET until = excluded.until, note = excluded.note",
	    v, 3, f);

	if (written == 0)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "problem %lld: no such number; `tlsrua -d postgresql:%s "
		    "export -o - problems` lists them",
		    (long long)problem, p->service);
	return written == -1 ? -1 : 0;
}

int
shared_end_mute(struct pg *p, int64_t problem, struct fault *f)
{
	char room[8];
	struct pg_value v = pg_int8(problem, room);
	int written = write_rows(
	    p, "DELETE FROM tlsrua.mutes WHERE problem = $1", &v, 1, f);

	if (written == 0)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "problem %lld: is not muted; `tlsrua -d postgresql:%s "
		    "mute --list` lists those that are",
		    (long long)problem, p->service);
	return written == -1 ? -1 : 0;
}

static const char *
copied(struct arena *a, const PGresult *r, int column)
{
	return arena_strndup(a, pg_column_bytes(r, 0, column),
	    (size_t)PQgetlength(r, 0, column));
}

/* One of them, in the transaction that is open. */
static int
drop_one(struct pg *p, int64_t number, bool dry_run, struct arena *a,
    struct store_dropped *d, struct fault *f)
{
	char room[8], flag = dry_run;
	struct pg_value v[] = { pg_int8(number, room),
		{ PG_BOOL, { &flag, 1 } } };
	PGresult *r = pg_ask(p,
	    "SELECT organization, report_id, date::text, domain, sessions,"
	    " failed, conflicts, pruned FROM tlsrua.drop_report($1, $2)",
	    v, 2, f);
	int rc = 0;

	if (r == NULL)
		return -1;
	if (PQntuples(r) == 0) {
		PQclear(r);
		return no_report(p, number, f);
	}
	*d = (struct store_dropped){
		.id = number,
		.organization = copied(a, r, 0),
		.report_id = copied(a, r, 1),
		.date = copied(a, r, 2),
		.domain = copied(a, r, 3),
		.sessions = pg_column_int(r, 0, 4),
		.failed = pg_column_int(r, 0, 5),
		.conflicts = pg_column_int(r, 0, 6),
	};
	if (pg_column_int(r, 0, 7) != 0)
		rc = fault(f, FAULT_HOST, EX_DATAERR,
		    "report %lld: the details of %s were pruned, so its "
		    "figures cannot be taken out of that day",
		    (long long)number, d->date);
	PQclear(r);
	return rc;
}

static int
run(struct pg *p, const char *sql, struct fault *f)
{
	PGresult *result = pg_ask(p, sql, NULL, 0, f);

	PQclear(result);
	return result == NULL ? -1 : 0;
}

int
shared_drop(struct pg *p, const int64_t *reports, size_t n, bool dry_run,
    struct arena *a, struct store_dropped *list, struct fault *f)
{
	size_t i;
	int rc = run(p, "BEGIN", f);

	for (i = 0; rc == 0 && i < n; i++)
		rc = drop_one(p, reports[i], dry_run, a, &list[i], f);
	if (rc == 0)
		return run(p, dry_run ? "ROLLBACK" : "COMMIT", f);
	pg_rollback(p);
	return -1;
}

int
shared_accept(struct pg *p, int64_t report, struct fault *f)
{
	char room[8];
	struct pg_value v = pg_int8(report, room);
	PGresult *r = pg_ask(p, "SELECT tlsrua.accept_report($1)", &v, 1, f);
	char why;
	bool is_none;

	if (r == NULL)
		return -1;
	is_none = PQgetisnull(r, 0, 0) == 1;
	why = pg_column_bytes(r, 0, 0)[0];
	PQclear(r);
	if (is_none)
		return no_report(p, report, f);
	if (why == 'c')
		return fault(f, FAULT_HOST, EX_DATAERR,
		    "report %lld: counts already; `tlsrua -d postgresql:%s "
		    "quarantine list` lists the copies in conflict",
		    (long long)report, p->service);
	if (why == 'p')
		return fault(f, FAULT_HOST, EX_DATAERR,
		    "report %lld: the details of its day were pruned, so the "
		    "day cannot be counted with another copy; to drop this "
		    "copy: `tlsrua -d postgresql:%s drop %lld`",
		    (long long)report, p->service, (long long)report);
	return 0;
}

int
shared_prune(struct pg *p, const struct store_prune *what, bool dry_run,
    struct store_pruned *done, int64_t *given_back, int64_t *days_left,
    struct fault *f)
{
	char raw = what->raw, details = what->details, flag = dry_run;
	struct pg_value v[] = { pg_text(what->before), { PG_BOOL, { &raw, 1 } },
		{ PG_BOOL, { &details, 1 } }, { PG_BOOL, { &flag, 1 } } };
	PGresult *r = pg_ask(p,
	    "SELECT reports, failures, files, file_bytes, given_back,"
	    " days_left FROM tlsrua.prune_months($1::date, $2, $3, $4)",
	    v, 4, f);

	if (r == NULL)
		return -1;
	*done = (struct store_pruned){ .reports = pg_column_int(r, 0, 0),
		.failures = pg_column_int(r, 0, 1),
		.raw = pg_column_int(r, 0, 2),
		.raw_bytes = pg_column_int(r, 0, 3) };
	*given_back = pg_column_int(r, 0, 4);
	*days_left = pg_column_int(r, 0, 5);
	PQclear(r);
	return 0;
}
