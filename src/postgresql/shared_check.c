#include <libpq-fe.h>
#include <stddef.h>
#include <sysexits.h>

#include "base/fault.h"
#include "postgresql/connection.h"
#include "postgresql/shared_check.h"
#include "postgresql/shared_schema.h"
#include "postgresql/sqlstate.h"

static const char select_state[] =
    "SELECT s.version, s.oldest, (SELECT count(*) FROM tlsrua.journals),"
    " (SELECT count(*) FROM tlsrua.unshipped),"
    " (SELECT count(DISTINCT d.date) FROM tlsrua.dirty AS d),"
    " has_function_privilege('tlsrua.lock_journal(int, bigint)', 'EXECUTE')"
    " AND has_table_privilege('tlsrua.reports', 'INSERT')"
    " FROM tlsrua.schema AS s";

int
shared_check(struct pg *p, struct shared_state *s, struct fault *f)
{
	PGresult *r = pg_ask(p, select_state, NULL, 0, f);
	const char *protocol = PQsslAttribute(p->conn, "protocol");
	int rc;

	if (r == NULL)
		return -1;
	*s = (struct shared_state){
		.version = (int)pg_column_int(r, 0, 0),
		.encryption = protocol != NULL ? protocol : "without TLS",
		.journals = pg_column_int(r, 0, 2),
		.unshipped = pg_column_int(r, 0, 3),
		.dirty_days = pg_column_int(r, 0, 4),
	};
	rc = shared_schema_judge(p, s->version, (int)pg_column_int(r, 0, 1), f);
	if (rc == 0 && pg_column_int(r, 0, 5) == 0)
		rc = fault(f, FAULT_SESSION, EX_NOPERM,
		    "postgresql: service %s: the role may read, but not ship%s",
		    p->service, sqlstate_advice("42501"));
	PQclear(r);
	return rc;
}
