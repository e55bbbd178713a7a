#include <libpq-fe.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "codes/result_types.h"
#include "postgresql/connection.h"
#include "postgresql/shared_schema.h"

/* Made by make of the files of those names. */
extern const char shared_schema_sql[], shared_merging_sql[],
    shared_rollups_sql[], shared_views_sql[], shared_problems_sql[],
    shared_rights_sql[], shared_operating_sql[], shared_pollers_sql[];

/* `s` as a literal of SQL; the caller frees it. */
static char *
quoted(const char *s)
{
	char *out = xmalloc(2 * strlen(s) + 3), *p = out;

	*p++ = '\'';
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			*p++ = '\'';
		*p++ = *s;
	}
	*p++ = '\'';
	*p = '\0';
	return out;
}

/* Replace `*text` by what the format makes of it and a row. */
static void
add_result_type(char **text, const struct result_type *t)
{
	char *name = quoted(t->name), *side = quoted(t->side);
	char *remedy = quoted(t->brief); /* as the column of CSV */
	char *longer = xasprintf("%sINSERT INTO result_types (name, side, "
				 "remedy) VALUES (%s, %s,\n    %s);\n",
	    *text, name, side, remedy);

	free(name);
	free(side);
	free(remedy);
	free(*text);
	*text = longer;
}

char *
shared_schema_script(shared_type_fn *type_at)
{
	char *types = xstrdup(""), *all;
	const struct result_type *t;
	size_t i;

	for (i = 0; (t = type_at(i)) != NULL; i++)
		add_result_type(&types, t);
	all = xasprintf("BEGIN;\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%sCOMMIT;\n",
	    shared_schema_sql, shared_merging_sql, shared_rollups_sql,
	    shared_views_sql, shared_problems_sql, shared_rights_sql,
	    shared_operating_sql, shared_pollers_sql, types);
	free(types);
	return all;
}

int
shared_schema_judge(
    const struct pg *p, int version, int oldest, struct fault *f)
{
	if (oldest > SHARED_VERSION)
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "postgresql: service %s: the shared store has schema "
		    "version %d, which takes releases that know version %d; "
		    "this one knows %d: install a newer one",
		    p->service, version, oldest, SHARED_VERSION);
	if (version < SHARED_VERSION)
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "postgresql: service %s: the shared store has schema "
		    "version %d, of an older release; this one needs %d: "
		    "`tlsrua ship --init` brings it there",
		    p->service, version, SHARED_VERSION);
	return 0;
}

/* 1 with the version, 0 when there is no schema of ours. */
static int
find_version(struct pg *p, int *version, int *oldest, struct fault *f)
{
	PGresult *result = pg_ask(
	    p, "SELECT to_regclass('tlsrua.schema') IS NOT NULL", NULL, 0, f);
	int found;

	if (result == NULL)
		return -1;
	found = pg_column_int(result, 0, 0) != 0;
	PQclear(result);
	if (!found)
		return 0;
	result =
	    pg_ask(p, "SELECT version, oldest FROM tlsrua.schema", NULL, 0, f);
	if (result == NULL)
		return -1;
	found = PQntuples(result);
	*version = found ? (int)pg_column_int(result, 0, 0) : 0;
	*oldest = found ? (int)pg_column_int(result, 0, 1) : 0;
	PQclear(result);
	return 1;
}

int
shared_schema_make(struct pg *p, shared_type_fn *type_at, struct fault *f)
{
	int version, oldest, rc = find_version(p, &version, &oldest, f);
	char *script;

	if (rc == -1)
		return -1;
	if (rc == 1)
		return shared_schema_judge(p, version, oldest, f);
	script = shared_schema_script(type_at);
	rc = pg_script(p, script, f);
	free(script);
	return rc == -1 ? -1 : 1;
}
