#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "store/internal.h"

/* clang-format off */
static const char *const sql[] = {
	/* a transaction that will write takes the lock at once, so that it
	 * waits by the busy timeout and never has to start over */
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_BEGIN_READ] = "BEGIN",
	[SQL_COMMIT] = "COMMIT",

	[SQL_FIND_MAILBOX] =
	    "SELECT id, uidvalidity, uid, last_good FROM mailboxes"
	    " WHERE name = ?1 AND folder = ?2",
	[SQL_ADD_MAILBOX] =
	    "INSERT INTO mailboxes (name, folder) VALUES (?1, ?2)"
	    " ON CONFLICT DO NOTHING",
	[SQL_SET_CURSOR] =
	    "UPDATE mailboxes SET uidvalidity = ?2, uid = ?3 WHERE id = ?1",
	[SQL_POLL_ENDED] =
	    "UPDATE mailboxes SET last_poll = ?2, status = ?3, error = ?4,"
	    " last_good = iif(?3 = 0, ?2, last_good) WHERE id = ?1",
	[SQL_COUNT_MAILBOX] =
	    "UPDATE mailboxes SET messages = messages + ?2,"
	    " reports = reports + ?3 WHERE id = ?1",
	[SQL_READ_MAILBOXES] =
	    "SELECT name, folder, uidvalidity, uid, last_poll, last_good,"
	    " status, error, messages, reports FROM mailboxes"
	    " ORDER BY name, folder",

	[SQL_ADD_MESSAGE] =
	    "INSERT INTO messages (mailbox, uidvalidity, uid, source, size,"
	    " received, sender, subject, message_id, report_domain,"
	    " report_submitter, verdict) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
	    " ?8, ?9, ?10, ?11, 'imported')"
	    " ON CONFLICT DO NOTHING",
	[SQL_FIND_MAIL] =
	    "SELECT id FROM messages"
	    " WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3",
	[SQL_FIND_FILE] =
	    "SELECT id FROM messages WHERE mailbox IS NULL"
	    " AND source = ?1 AND size = ?2 AND message_id = ?3",
	/* what was looked at before and is a duplicate of itself now keeps
	 * its verdict */
	[SQL_SET_VERDICT] =
	    "UPDATE messages SET verdict = ?2 WHERE id = ?1 AND NOT"
	    " (?2 = 'duplicate' AND verdict IN ('imported', 'conflict'))",
	[SQL_MAILBOX_OF] = "SELECT mailbox FROM messages WHERE id = ?1",

	[SQL_FIND_REPORT_ID] =
	    "SELECT 1 FROM reports WHERE status = 'counted'"
	    " AND organization = ?1 AND report_id = ?2 LIMIT 1",
	[SQL_FIND_COUNTED] =
	    "SELECT id, content FROM reports WHERE status = 'counted'"
	    " AND organization = ?1 AND report_id = ?2"
	    " AND start = ?3 AND end = ?4",
	[SQL_FIND_CONFLICT] =
	    "SELECT id FROM reports WHERE status = 'conflict'"
	    " AND organization = ?1 AND report_id = ?2"
	    " AND start = ?3 AND end = ?4 AND content = ?5",
	[SQL_FIND_OTHER_RANGE] =
	    "SELECT 1 FROM reports WHERE status = 'counted'"
	    " AND organization = ?1 AND report_id = ?2"
	    " AND NOT (start = ?3 AND end = ?4) LIMIT 1",
	[SQL_ADD_REPORT] =
	    "INSERT INTO reports (message, organization, report_id, start,"
	    " end, date, status, content, reporter_domain, contact, domain,"
	    " policy_domains, policy_types, counted_sessions, counted_failed,"
	    " warnings) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
	    " ?12, ?13, ?14, ?15, ?16)",
	[SQL_ADD_REPORT_BYTES] =
	    "INSERT INTO report_bytes (report, bytes) VALUES (?1, ?2)",
	[SQL_WARN_REPORT] =
	    "UPDATE reports SET warnings = ltrim(warnings || ' ' || ?2)"
	    " WHERE id = ?1 AND"
	    " instr(' ' || warnings || ' ', ' ' || ?2 || ' ') = 0",
	[SQL_ADD_POLICY] =
	    "INSERT INTO policies (report, n, date, counted, skipped, domain,"
	    " policy_domain, organization, reporter_domain, policy_type,"
	    " policy_mode, successful_sessions, failed_sessions,"
	    " counted_sessions, counted_failed, policy_strings, mx_hosts)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	    " ?14, ?15, ?16, ?17)",
	[SQL_ADD_FAILURE] =
	    "INSERT INTO failures (report, policy, n, date, result_type, side,"
	    " receiving_mx_hostname, receiving_mx_helo, receiving_ip,"
	    " sending_mta_ip, failure_reason_code, additional_information,"
	    " failed_sessions) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
	    " ?10, ?11, ?12, ?13)",

	[SQL_FIND_REJECT] =
	    "SELECT id, kept FROM quarantine WHERE sha256 = ?1",
	[SQL_FIND_EMPTY_REJECT] =
	    "SELECT id, kept FROM quarantine"
	    " WHERE message = ?1 AND code = ?2 AND sha256 IS NULL",
	[SQL_ADD_REJECT] =
	    "INSERT INTO quarantine (message, code, place, filename,"
	    " whole_mail, sha256, size, kept, created)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ifnull((SELECT received"
	    " FROM messages WHERE id = ?1),"
	    " strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))",
	[SQL_ADD_REJECT_BYTES] =
	    "INSERT INTO quarantine_bytes (quarantine, bytes)"
	    " VALUES (?1, ?2)",
	[SQL_KEEP_REJECT] = "UPDATE quarantine SET kept = 1 WHERE id = ?1",
	[SQL_QUARANTINE_SIZE] =
	    "SELECT quarantine_bytes FROM totals WHERE id = 1",

	[SQL_ADD_CONFLICT] =
	    "INSERT INTO quarantine (message, code, place, filename,"
	    " whole_mail, size, kept, created, report)"
	    " VALUES (?1, 'report-id-conflict', '', '', 0, ?3, ?3 > 0,"
	    " ifnull((SELECT received FROM messages WHERE id = ?1),"
	    " strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?2)",
	[SQL_READ_QUARANTINE] =
	    "SELECT q.id, q.created,"
	    " iif(m.mailbox IS NULL, m.source, b.name || ': ' || b.folder),"
	    " iif(m.mailbox IS NULL, NULL, m.uid), m.sender, m.subject,"
	    " q.code, q.place, q.filename, q.size, q.kept"
	    " FROM quarantine AS q JOIN messages AS m ON m.id = q.message"
	    " LEFT JOIN mailboxes AS b ON b.id = m.mailbox ORDER BY q.id",
	[SQL_GET_QUARANTINED] =
	    "SELECT q.code, q.place, q.filename, q.whole_mail,"
	    " iif(m.mailbox IS NULL, m.source, b.name || ': ' || b.folder),"
	    " m.mailbox, m.uidvalidity, m.uid, m.size, m.sender, m.subject,"
	    " m.message_id, m.report_domain, m.report_submitter, m.received,"
	    " q.report, c.id, q.size"
	    " FROM quarantine AS q JOIN messages AS m ON m.id = q.message"
	    " LEFT JOIN mailboxes AS b ON b.id = m.mailbox"
	    " LEFT JOIN reports AS r ON r.id = q.report"
	    " LEFT JOIN reports AS c ON c.status = 'counted'"
	    " AND c.organization = r.organization"
	    " AND c.report_id = r.report_id AND c.start = r.start"
	    " AND c.end = r.end WHERE q.id = ?1",
	[SQL_GET_QUARANTINE_BYTES] =
	    "SELECT bytes FROM quarantine_bytes WHERE quarantine = ?1",
	[SQL_GET_REPORT_BYTES] =
	    "SELECT bytes FROM report_bytes WHERE report = ?1",
	[SQL_DROP_REJECT] = "DELETE FROM quarantine WHERE id = ?1",
	[SQL_DROP_REPORT] = "DELETE FROM reports WHERE id = ?1",
	[SQL_SET_STATUS] = "UPDATE reports SET status = ?2 WHERE id = ?1",
	[SQL_SET_COUNTED] =
	    "UPDATE policies SET counted = ?2 AND skipped = 0"
	    " WHERE report = ?1",
	[SQL_SET_QUARANTINED] =
	    "UPDATE quarantine SET report = ?2,"
	    " message = (SELECT message FROM reports WHERE id = ?2),"
	    " size = ifnull((SELECT length(bytes) FROM report_bytes"
	    " WHERE report = ?2), 0) WHERE id = ?1",
	[SQL_SUM_REPORT] =
	    "SELECT counted_sessions, ifnull((SELECT sum(f.failed_sessions)"
	    " FROM policies AS p JOIN failures AS f ON f.report = p.report"
	    " AND f.policy = p.n WHERE p.report = ?1 AND p.skipped = 0), 0)"
	    " FROM reports WHERE id = ?1",
	[SQL_LOAD_REPORT] =
	    "SELECT organization, report_id, start, end, contact,"
	    " reporter_domain, content, warnings,"
	    " (SELECT count(*) FROM policies WHERE report = ?1)"
	    " FROM reports WHERE id = ?1",
	[SQL_LOAD_POLICIES] =
	    "SELECT n, policy_type, policy_domain, domain, policy_mode,"
	    " policy_strings, mx_hosts, successful_sessions, failed_sessions,"
	    " counted_sessions, counted_failed, skipped,"
	    " (SELECT count(*) FROM failures WHERE report = p.report"
	    " AND policy = p.n AND result_type <> 'not-detailed')"
	    " FROM policies AS p WHERE report = ?1 ORDER BY n",
	[SQL_LOAD_FAILURES] =
	    "SELECT result_type, side, sending_mta_ip, receiving_ip,"
	    " receiving_mx_hostname, receiving_mx_helo, failure_reason_code,"
	    " additional_information, failed_sessions FROM failures"
	    " WHERE report = ?1 AND policy = ?2"
	    " AND result_type <> 'not-detailed' ORDER BY n",

	[SQL_READ_TOTALS] =
	    "SELECT messages, reports, conflicts, sessions, failures,"
	    " quarantined FROM totals WHERE id = 1",
	/* past 2^62 a sum stays there */
	[SQL_ADD_TOTALS] =
	    "UPDATE totals SET messages = messages + ?1,"
	    " reports = reports + ?2, conflicts = conflicts + ?3,"
	    " sessions = min(sessions + ?4, 4611686018427387903),"
	    " failures = min(failures + ?5, 4611686018427387903),"
	    " quarantined = quarantined + ?6,"
	    " quarantine_bytes = quarantine_bytes + ?7 WHERE id = 1",
	/* a conflict belongs to the day of the counted copy beside it */
	[SQL_FIRST_DAY] = "SELECT min(date) FROM reports",
	[SQL_LAST_DAY] = "SELECT max(date) FROM reports",
};
/* clang-format on */

const char *
sql_text(enum sql_id id)
{
	return sql[id];
}

struct value
value_null(void)
{
	return (struct value){ .kind = VALUE_NULL };
}

struct value
value_text(const char *s)
{
	return (struct value){ .kind = VALUE_TEXT, .bytes = span_of(s) };
}

struct value
value_number(int64_t n)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = n };
}

struct value
value_count(uint64_t n)
{
	return value_number(n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

struct value
value_blob(const void *p, size_t n)
{
	return (struct value){ .kind = VALUE_BLOB, .bytes = { p, n } };
}

/* An I/O error, by what the system said of it. */
static int
io_fault(struct store *st, struct fault *f)
{
	int error = sqlite3_system_errno(st->db);

	if (error == ENOSPC || error == EDQUOT)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: the disk is full: free room and run again", st->path);
	if (error == EFBIG)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: may not grow further: raise the limit of file size "
		    "(ulimit -f) and run again",
		    st->path);
	return fault(f, FAULT_HOST, EX_IOERR,
	    "%s: cannot be read or written: %s: look at the disk", st->path,
	    error != 0 ? strerror(error) : sqlite3_errmsg(st->db));
}

static int
cantopen_fault(struct store *st, struct fault *f)
{
	int error = sqlite3_system_errno(st->db);
	const char *why = error != 0 ? strerror(error) : "not permitted";

	if (st->access == STORE_READ)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: cannot be opened: %s: reading needs write permission "
		    "for its folder, where SQLite keeps -wal and -shm beside "
		    "it: run as its owner",
		    st->path, why);
	return fault(f, FAULT_HOST, EX_IOERR,
	    "%s: cannot be opened: %s: check the permissions of it, of its "
	    "-wal and -shm, and of the folder",
	    st->path, why);
}

int
sql_fault_of(struct store *st, int code, struct fault *f)
{
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		out_of_memory();
	case SQLITE_FULL:
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: the disk is full: free room and run again", st->path);
	case SQLITE_IOERR:
		return io_fault(st, f);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return cantopen_fault(st, f);
	case SQLITE_READONLY:
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: is read-only: check the permissions of it and its "
		    "folder, or run as its owner",
		    st->path);
	case SQLITE_CORRUPT:
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: is damaged: restore it from a backup, or save what "
		    "can be read with `sqlite3 FILE .recover`",
		    st->path);
	case SQLITE_NOTADB:
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: is no database of tlsrua: name another path",
		    st->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fault(f, FAULT_HOST, EX_TEMPFAIL,
		    "%s: is busy: another process has been writing to it all "
		    "the time: run again later",
		    st->path);
	default:
		return fault(f, FAULT_HOST, EX_SOFTWARE, "%s: %s (SQLite %d)",
		    st->path, sqlite3_errmsg(st->db),
		    sqlite3_extended_errcode(st->db));
	}
}

int
sql_fault(struct store *st, struct fault *f)
{
	return sql_fault_of(st, sqlite3_errcode(st->db), f);
}

static int
bind_one(sqlite3_stmt *stmt, int i, const struct value *v)
{
	/* a pointer of its own, for an empty blob is no NULL */
	const char *p = v->bytes.p != NULL ? v->bytes.p : "";

	switch (v->kind) {
	case VALUE_TEXT:
		return sqlite3_bind_text64(
		    stmt, i, p, v->bytes.n, SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_NUMBER:
		return sqlite3_bind_int64(stmt, i, v->number);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(
		    stmt, i, p, v->bytes.n, SQLITE_STATIC);
	case VALUE_NULL:
		break;
	}
	return sqlite3_bind_null(stmt, i);
}

int
sql_bind(struct store *st, sqlite3_stmt *stmt, const struct value *v, size_t n,
    struct fault *f)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (bind_one(stmt, (int)i + 1, &v[i]) != SQLITE_OK)
			return sql_fault(st, f);
	return 0;
}

/* The statement, prepared once, with its parameters bound. */
static sqlite3_stmt *
ready(struct store *st, enum sql_id id, const struct value *v, size_t n,
    struct fault *f)
{
	sqlite3_stmt **stmt = &st->stmt[id];

	if (*stmt == NULL &&
	    sqlite3_prepare_v3(st->db, sql[id], -1, SQLITE_PREPARE_PERSISTENT,
		stmt, NULL) != SQLITE_OK) {
		sql_fault(st, f);
		return NULL;
	}
	return sql_bind(st, *stmt, v, n, f) == 0 ? *stmt : NULL;
}

int
sql_ask(struct store *st, enum sql_id id, const struct value *v, size_t n,
    sqlite3_stmt **row, struct fault *f)
{
	sqlite3_stmt *stmt = ready(st, id, v, n, f);
	int rc;

	if (stmt == NULL)
		return -1;
	if ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		*row = stmt;
		return 1;
	}
	if (rc != SQLITE_DONE)
		sql_fault(st, f);
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
sql_next(struct store *st, sqlite3_stmt *row, struct fault *f)
{
	int rc = sqlite3_step(row);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : sql_fault(st, f);
}

int
sql_run(struct store *st, enum sql_id id, const struct value *v, size_t n,
    struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, id, v, n, &row, f);

	if (rc == 1)
		sqlite3_reset(row);
	return rc == -1 ? -1 : 0;
}

int
sql_number(struct store *st, enum sql_id id, const struct value *v, size_t n,
    int64_t *number, struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, id, v, n, &row, f);

	if (rc == 1) {
		*number = sqlite3_column_int64(row, 0);
		sqlite3_reset(row);
	}
	return rc;
}

int
sql_changes(const struct store *st)
{
	return sqlite3_changes(st->db);
}

int64_t
sql_last_id(const struct store *st)
{
	return sqlite3_last_insert_rowid(st->db);
}

int
sql_exec(struct store *st, const char *text, struct fault *f)
{
	if (sqlite3_exec(st->db, text, NULL, NULL, NULL) != SQLITE_OK)
		return sql_fault(st, f);
	return 0;
}

int
sql_pragma(struct store *st, const char *name, int64_t *number, struct fault *f)
{
	char *text = xasprintf("PRAGMA %s", name);
	sqlite3_stmt *stmt = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(st->db, text, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW) {
		sql_fault(st, f);
		goto out;
	}
	*number = sqlite3_column_int64(stmt, 0);
	rc = 0;
out:
	sqlite3_finalize(stmt);
	free(text);
	return rc;
}

const char *
sql_column(sqlite3_stmt *row, int column)
{
	const unsigned char *s = sqlite3_column_text(row, column);

	if (s == NULL && sqlite3_column_type(row, column) != SQLITE_NULL)
		out_of_memory();
	return s != NULL ? (const char *)s : "";
}

const char *
copy_column(struct arena *a, sqlite3_stmt *row, int column)
{
	return arena_strdup(a, sql_column(row, column));
}

void
sql_close(struct store *st)
{
	int i;

	for (i = 0; i < SQL_COUNT; i++) {
		sqlite3_finalize(st->stmt[i]);
		st->stmt[i] = NULL;
	}
	sqlite3_close(st->db);
	st->db = NULL;
}
