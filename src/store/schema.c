#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "store/schema.h"
#include "store/sql.h"
#include "store/store_private.h"

/*
 * A new database is made from the schema as it is now; an older one goes
 * through the steps from its version on.
 */
const struct schema schema_current = {
	.version = SCHEMA_VERSION,
	.create = schema_sql,
	.steps = NULL, /* there is nothing older than version 1 */
};

/* What a database says of itself. */
struct header {
	int64_t application, version;
	int64_t changes; /* 0: nothing was ever created in it */
};

/* Inside a transaction: three values of one moment. */
static int
read_header(struct store *st, struct header *h, struct fault *f)
{
	if (sql_pragma(st, "application_id", &h->application, f) == -1 ||
	    sql_pragma(st, "user_version", &h->version, f) == -1 ||
	    sql_pragma(st, "schema_version", &h->changes, f) == -1)
		return -1;
	return 0;
}

/* Whether it is an empty file, or ours in a version that can be read. */
static int
judge(struct store *st, const struct header *h, const struct schema *s,
    struct fault *f)
{
	if (h->application == 0 && h->version == 0 && h->changes == 0)
		return 0;
	if (h->application != SCHEMA_APPLICATION || h->version <= 0)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: is no database of tlsrua: name another path",
		    st->path);
	if (h->version > s->version)
		return fault(f, FAULT_HOST, EX_SOFTWARE,
		    "%s: has schema version %" PRId64
		    ", written by a newer release of tlsrua; this one knows "
		    "versions up to %" PRId64 ": install the newer one",
		    st->path, h->version, s->version);
	return 0;
}

static int
set_header(struct store *st, const struct schema *s, struct fault *f)
{
	char *text = xasprintf("PRAGMA application_id = %d;"
			       "PRAGMA user_version = %" PRId64,
	    SCHEMA_APPLICATION, s->version);
	int rc = sql_exec(st, text, f);

	free(text);
	return rc;
}

/* All steps that `from` lacks. */
static int
apply(struct store *st, int64_t from, const struct schema *s, struct fault *f)
{
	int64_t v;

	if (from == 0 && sql_exec(st, s->create, f) == -1)
		return -1;
	for (v = from; from > 0 && v < s->version; v++)
		if (sql_exec(st, s->steps[v], f) == -1)
			return -1;
	return set_header(st, s, f);
}

/* What cannot be rolled back now is by whoever opens the file next. */
static void
give_up(struct store *st)
{
	if (!sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
}

/*
 * In one transaction, which is all there will be of it when it only tries;
 * another process may have done it meanwhile.
 */
static int
migrate(struct store *st, const struct schema *s, struct fault *f)
{
	struct header h;

	if (sql_exec(st, "BEGIN IMMEDIATE", f) == -1)
		return -1;
	if (read_header(st, &h, f) == 0 && judge(st, &h, s, f) == 0 &&
	    (h.version == s->version || apply(st, h.version, s, f) == 0) &&
	    (st->access == STORE_TRY || sql_exec(st, "COMMIT", f) == 0))
		return 0;
	give_up(st);
	return -1;
}

/*
 * What stands in the file's header for good.  Pages of 8 KB make half as many
 * writes as SQLite's own of 4 KB.  Pages that prune frees can be given back to
 * the disk later, bit by bit, only when it was asked for before the first
 * table was made.  WAL lets people read while a poll writes.
 */
static const char set_up_file[] = "PRAGMA page_size = 8192;"
				  "PRAGMA auto_vacuum = INCREMENTAL;"
				  "PRAGMA journal_mode = WAL;";

/* The header as it stands, though another process may be making the file. */
static int
look_at_header(struct store *st, struct header *h, struct fault *f)
{
	if (sql_exec(st, "BEGIN", f) == 0 && read_header(st, h, f) == 0 &&
	    sql_exec(st, "COMMIT", f) == 0)
		return 0;
	give_up(st);
	return -1;
}

int
schema_check(struct store *st, const struct schema *s, struct fault *f)
{
	struct header h;

	if (look_at_header(st, &h, f) == -1 || judge(st, &h, s, f) == -1)
		return -1;
	if (h.version == s->version)
		return 0;
	if (st->access == STORE_READ && h.version == 0)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "%s: is empty: `tlsrua poll` or `tlsrua import` fills it",
		    st->path);
	if (st->access == STORE_READ)
		return fault(f, FAULT_HOST, EX_SOFTWARE,
		    "%s: has schema version %" PRId64
		    ", from an older release: `tlsrua poll` or `tlsrua "
		    "import` brings it to version %" PRId64,
		    st->path, h.version, s->version);
	if (h.version == 0 && st->access == STORE_WRITE &&
	    sql_exec(st, set_up_file, f) == -1)
		return -1;
	return migrate(st, s, f);
}
