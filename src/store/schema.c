#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "store/schema.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_copy.h"
#include "store/store_private.h"

/* Who vouches for a report, best first, as step 3 orders copies. */
#define RANK_3(r)                                                   \
	"CASE " r ".dkim WHEN 'pass' THEN 0 WHEN 'provider' THEN 1" \
	" WHEN 'host' THEN 2 WHEN 'waiting' THEN 3 ELSE 4 END"

/*
 * The steps from one version to the next, each as the schema was then: they
 * are never changed again.  Views are made anew after them.
 */
static const char *const steps[] = {
	[1] = "CREATE TABLE dropped ("
	      "organization TEXT NOT NULL, report_id TEXT NOT NULL,"
	      " start TEXT NOT NULL, end TEXT NOT NULL,"
	      " content BLOB NOT NULL, dropped TEXT NOT NULL,"
	      " PRIMARY KEY (organization, report_id, start, end, content)"
	      ") STRICT, WITHOUT ROWID;"
	      "CREATE TABLE suspects ("
	      "mailbox INTEGER NOT NULL REFERENCES mailboxes,"
	      " uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL,"
	      " runs INTEGER NOT NULL, error TEXT NOT NULL,"
	      " again INTEGER NOT NULL DEFAULT 0,"
	      " PRIMARY KEY (mailbox, uidvalidity, uid)"
	      ") STRICT, WITHOUT ROWID;"
	      "CREATE TABLE mechanisms ("
	      "name TEXT PRIMARY KEY, mechanism TEXT NOT NULL"
	      ") STRICT, WITHOUT ROWID;"
	      "ALTER TABLE actions ADD COLUMN"
	      " tries INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE actions ADD COLUMN try_at TEXT;"
	      /* version 1 took such a mail for one that is wrong */
	      "UPDATE quarantine SET code = 'not-handed-out'"
	      " WHERE code = 'mime-malformed' AND sha256 IS NULL AND place ="
	      " 'the server has the mail but does not hand it out';"
	      "ALTER TABLE mailboxes"
	      " ADD COLUMN dkim_since TEXT NOT NULL DEFAULT '';"
	      "ALTER TABLE messages"
	      " ADD COLUMN signed_by TEXT NOT NULL DEFAULT '';"
	      "ALTER TABLE reports ADD COLUMN dkim TEXT NOT NULL DEFAULT '';"
	      "ALTER TABLE reports"
	      " ADD COLUMN dkim_domain TEXT NOT NULL DEFAULT '';"
	      "ALTER TABLE reports"
	      " ADD COLUMN dkim_selector TEXT NOT NULL DEFAULT '';"
	      "ALTER TABLE rollup_senders"
	      " ADD COLUMN verified_reports INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE rollup_senders"
	      " ADD COLUMN verified_sessions INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE rollup_senders"
	      " ADD COLUMN verified_failed INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE rollup_failures"
	      " ADD COLUMN verified_findings INTEGER NOT NULL DEFAULT 0;"
	      "CREATE INDEX quarantine_waiting ON quarantine (created)"
	      " WHERE code = 'dkim-temperror';"
	      /* tables got columns, so their files are written anew */
	      "DELETE FROM exports;",
	[2] = "CREATE TABLE posts ("
	      "day TEXT NOT NULL, address TEXT NOT NULL,"
	      " posts INTEGER NOT NULL, PRIMARY KEY (day, address)"
	      ") STRICT, WITHOUT ROWID;"
	      "CREATE TABLE dkim_keys ("
	      "name TEXT NOT NULL, record TEXT NOT NULL,"
	      " first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,"
	      " PRIMARY KEY (name, record)"
	      ") STRICT, WITHOUT ROWID;"
	      "CREATE TABLE reading ("
	      "mailbox INTEGER PRIMARY KEY REFERENCES mailboxes,"
	      " report_share INTEGER, day TEXT NOT NULL, bytes INTEGER NOT NULL"
	      ") STRICT;"
	      "ALTER TABLE totals"
	      " ADD COLUMN refreshed TEXT NOT NULL DEFAULT '';",
	[3] =
	    "ALTER TABLE mailboxes ADD COLUMN duration INTEGER;"
	    "ALTER TABLE reports ADD COLUMN arrived TEXT;"
	    "ALTER TABLE reports ADD COLUMN decided TEXT;"
	    "CREATE TABLE journal ("
	    "id BLOB PRIMARY KEY CHECK (length(id) = 16)"
	    ") STRICT, WITHOUT ROWID;"
	    "INSERT INTO journal (id) VALUES (randomblob(16));"
	    "CREATE TABLE outbox ("
	    "seq INTEGER PRIMARY KEY, what TEXT NOT NULL"
	    " CHECK (what = 'report' OR what = 'decide' OR what = 'drop'),"
	    " report INTEGER, identity BLOB NOT NULL,"
	    " content BLOB NOT NULL, date TEXT, at TEXT"
	    ") STRICT;"
	    "CREATE TABLE shipped ("
	    "journal BLOB PRIMARY KEY, seq INTEGER NOT NULL,"
	    " at TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	    /* what counted counts on, also where somebody decided, which was
	     * not noted before: before all that is decided from now on */
	    "UPDATE reports SET decided = '1970-01-01T00:00:00Z'"
	    " WHERE id IN (SELECT r.id FROM reports AS c"
	    " CROSS JOIN reports AS r CROSS JOIN messages AS n"
	    " CROSS JOIN messages AS m WHERE c.status = 'conflict'"
	    " AND r.status = 'counted' AND r.organization = c.organization"
	    " AND r.report_id = c.report_id AND r.start = c.start"
	    " AND r.end = c.end AND n.id = c.message AND m.id = r.message"
	    " AND (" RANK_3(
		"c") ", ifnull(n.received, '9999'), c.content)"
		     " < (" RANK_3(
			 "r") ", ifnull(m.received, '9999'), r.content));"
			      "INSERT INTO outbox (what, report, identity, "
			      "content)"
			      " SELECT 'report', id, "
			      "report_identity(organization, report_id,"
			      " start, end), content FROM reports ORDER BY id;"
			      "INSERT INTO outbox (what, identity, content, "
			      "date, at)"
			      " SELECT 'drop', report_identity(organization, "
			      "report_id, start,"
			      " end), content, substr(start, 1, 10), dropped "
			      "FROM dropped;",
};

const struct schema schema_current = {
	.version = SCHEMA_VERSION,
	.create = schema_sql,
	.views = views_sql,
	.steps = steps,
};

/* What a database says of itself. */
struct header {
	int64_t application, version;
	int64_t changes; /* 0: nothing was ever created in it */
	/* restored from `sqlite3 FILE .dump`, which keeps neither of the two */
	bool is_dump;
};

enum {
	TABLES_OF_VERSION_1 = 9 /* of those asked for below */
};

/* Know a database without application_id and user_version by its tables. */
static int
read_tables(struct store *st, struct header *h, struct fault *f)
{
	int64_t first, later;

	if (sql_once(st,
		"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND"
		" name IN ('mailboxes', 'messages', 'reports', 'policies',"
		" 'failures', 'quarantine', 'totals', 'days', 'series')",
		&first, f) == -1 ||
	    sql_once(st,
		"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND"
		/* one a later version */
		" name IN ('dropped', 'posts', 'outbox')",
		&later, f) == -1)
		return -1;
	h->is_dump = first == TABLES_OF_VERSION_1;
	if (h->is_dump) {
		h->application = SCHEMA_APPLICATION;
		h->version = 1 + later;
	}
	return 0;
}

/* Inside a transaction, so that all values are of one moment. */
static int
read_header(struct store *st, struct header *h, struct fault *f)
{
	*h = (struct header){ 0 };
	if (sql_pragma(st, "application_id", &h->application, f) == -1 ||
	    sql_pragma(st, "user_version", &h->version, f) == -1 ||
	    sql_pragma(st, "schema_version", &h->changes, f) == -1)
		return -1;
	if (h->application == 0 && h->version == 0 && h->changes != 0)
		return read_tables(st, h, f);
	return 0;
}

static int
refuse_newer(const struct store *st, const struct header *h,
    const struct schema *s, struct fault *f)
{
	char *copy = store_copy_find(st, s->version);

	(void)fault(f, FAULT_HOST, EX_SOFTWARE,
	    "%s: has schema version %" PRId64
	    ", written by a newer release of tlsrua; this one knows "
	    "versions up to %" PRId64 ": install the newer one%s%s%s",
	    st->path, h->version, s->version,
	    copy != NULL ? ", or put the store back as it was before: " : "",
	    copy != NULL ? copy : "",
	    copy != NULL ? "; what came since is read again from the mailbox"
			 : "");
	free(copy);
	return -1;
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
		return refuse_newer(st, h, s, f);
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

/* Drop the views that `text` creates, as far as there are any. */
static int
drop_views(struct store *st, const char *text, struct fault *f)
{
	static const char create[] = "CREATE VIEW ";
	char *drop;
	int rc = 0;

	while (rc == 0 && (text = strstr(text, create)) != NULL) {
		text += sizeof create - 1;
		drop = xasprintf(
		    "DROP VIEW IF EXISTS %.*s", (int)strcspn(text, " "), text);
		rc = sql_exec(st, drop, f);
		free(drop);
	}
	return rc;
}

/* Make what `from` lacks: all of it, or the steps from that version on. */
static int
apply(struct store *st, int64_t from, const struct schema *s, struct fault *f)
{
	int64_t v;

	if (from == 0 && sql_exec(st, s->create, f) == -1)
		return -1;
	for (v = from; from > 0 && v < s->version; v++)
		if (sql_exec(st, s->steps[v], f) == -1)
			return -1;
	if (s->views != NULL && (drop_views(st, s->views, f) == -1 ||
				    sql_exec(st, s->views, f) == -1))
		return -1;
	return set_header(st, s, f);
}

/* The same, with a copy of what an older release made. */
static int
apply_with_copy(struct store *st, const struct header *h,
    const struct schema *s, struct fault *f)
{
	if (h->version > 0 && h->version < s->version &&
	    st->access == STORE_WRITE && store_copy(st, h->version, f) == -1)
		return -1;
	return apply(st, h->version, s, f);
}

/* What cannot be rolled back now is by whoever opens the file next. */
static void
give_up(struct store *st)
{
	if (!sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Whether nothing need be written to it. */
static bool
is_ready(const struct header *h, const struct schema *s)
{
	return h->version == s->version && !h->is_dump;
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
	    (is_ready(&h, s) || apply_with_copy(st, &h, s, f) == 0) &&
	    (st->access == STORE_TRY || sql_exec(st, "COMMIT", f) == 0))
		return 0;
	give_up(st);
	return -1;
}

/*
 * Set once for a new file.  Pages of 8 KB make half as many writes as SQLite's
 * own of 4 KB.  Free pages can be given back to the disk bit by bit (prune)
 * only if that was asked for before the first table was made.  WAL lets people
 * read while a poll writes.
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
	if (is_ready(&h, s) ||
	    (st->access == STORE_READ && h.version == s->version))
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
	if ((h.version == 0 || h.is_dump) && st->access == STORE_WRITE &&
	    sql_exec(st, set_up_file, f) == -1)
		return -1;
	return migrate(st, s, f);
}
