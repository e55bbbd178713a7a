#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/permission.h"
#include "base/span.h"
#include "model/row.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"

enum {
	COLUMNS_MAX = 24 /* of a SELECT for sql_rows() */
};

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

/* An I/O error, by what the system said of it, as far as it is still known. */
static int
io_fault(struct store *st, struct fault *f)
{
	int error = sqlite3_system_errno(st->db);

	if (sqlite3_extended_errcode(st->db) == SQLITE_IOERR_NOMEM)
		out_of_memory();
	if (error == ENOSPC || error == EDQUOT)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: the disk is full: free room and run again", st->path);
	return fault(f, FAULT_HOST, EX_IOERR,
	    "%s: cannot be read or written: %s: look at the disk, its free "
	    "room and the limit of file size, and run again",
	    st->path, error != 0 ? strerror(error) : sqlite3_errmsg(st->db));
}

/* What permissions forbid, with the command that allows it. */
static int
permission_fault(struct store *st, const char *what, struct fault *f)
{
	/* SQLite keeps -wal and -shm beside it */
	char *help = access(st->path, R_OK | W_OK) == -1
			 ? permission_to_use(st->path)
			 : permission_for_new_file(st->path);

	fault(f, FAULT_HOST, EX_IOERR, "%s: %s: %s", st->path, what, help);
	free(help);
	return -1;
}

static int
cantopen_fault(struct store *st, struct fault *f)
{
	int error = sqlite3_system_errno(st->db);
	const char *why = error != 0 ? strerror(error) : "not permitted";

	if (error == EACCES &&
	    (st->access == STORE_WRITE || access(st->path, R_OK | W_OK) == -1))
		return permission_fault(
		    st, "cannot be opened: Permission denied", f);
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

/* SQLite says so too where it may not make -wal and -shm. */
static int
readonly_fault(struct store *st, struct fault *f)
{
	char *folder = path_folder(st->path);
	/* not where the disk itself is read-only */
	bool is_forbidden = (access(folder, W_OK) == -1 && errno == EACCES) ||
			    (access(st->path, W_OK) == -1 && errno == EACCES);

	free(folder);
	if (is_forbidden)
		return permission_fault(st, "is read-only", f);
	return fault(f, FAULT_HOST, EX_IOERR,
	    "%s: is read-only: check the permissions of it and its folder, or "
	    "run as its owner",
	    st->path);
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
		if (st->access == STORE_READ)
			return cantopen_fault(st, f);
		return readonly_fault(st, f);
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

static int
bind_all(struct store *st, sqlite3_stmt *stmt, const struct value *v, size_t n,
    struct fault *f)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (bind_one(stmt, (int)i + 1, &v[i]) != SQLITE_OK)
			return sql_fault(st, f);
	return 0;
}

/* A statement that was prepared, in the list of its bucket. */
struct prepared {
	const struct sql *sql;
	sqlite3_stmt *stmt;
	struct prepared *next;
};

/* The statement as it was prepared before, or is now. */
static sqlite3_stmt *
prepared(struct store *st, const struct sql *sql, struct fault *f)
{
	struct prepared **head, *p;

	head = &st->prepared[(uintptr_t)sql / sizeof *sql % PREPARED_BUCKETS];
	for (p = *head; p != NULL; p = p->next)
		if (p->sql == sql)
			return p->stmt;
	p = xcalloc(1, sizeof *p);
	if (sqlite3_prepare_v3(st->db, sql->text, -1, SQLITE_PREPARE_PERSISTENT,
		&p->stmt, NULL) != SQLITE_OK) {
		free(p);
		sql_fault(st, f);
		return NULL;
	}
	p->sql = sql;
	p->next = *head;
	*head = p;
	return p->stmt;
}

int
sql_next(struct store *st, sqlite3_stmt *row, struct fault *f)
{
	int rc = sqlite3_step(row);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		sql_fault(st, f);
	sqlite3_reset(row);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
sql_ask(struct store *st, const struct sql *sql, const struct value *v,
    size_t n, sqlite3_stmt **row, struct fault *f)
{
	sqlite3_stmt *stmt = prepared(st, sql, f);

	if (stmt == NULL || bind_all(st, stmt, v, n, f) == -1)
		return -1;
	*row = stmt;
	return sql_next(st, stmt, f);
}

int
sql_run(struct store *st, const struct sql *sql, const struct value *v,
    size_t n, struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, sql, v, n, &row, f);

	if (rc == 1)
		sqlite3_reset(row);
	return rc == -1 ? -1 : 0;
}

int
sql_number(struct store *st, const struct sql *sql, const struct value *v,
    size_t n, int64_t *number, struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, sql, v, n, &row, f);

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
sql_once(struct store *st, const char *text, int64_t *number, struct fault *f)
{
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
	return rc;
}

int
sql_pragma(struct store *st, const char *name, int64_t *number, struct fault *f)
{
	char *text = xasprintf("PRAGMA %s", name);
	int rc = sql_once(st, text, number, f);

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
sql_copy_column(struct arena *a, sqlite3_stmt *row, int column)
{
	return arena_strdup(a, sql_column(row, column));
}

/*
 * A connection that one thread at a time uses gives values that can be looked
 * at as they are, which spares looking the column up again for every question.
 */
static void
read_cell(sqlite3_value *value, enum column_kind kind, struct cell *cell)
{
	*cell = (struct cell){ 0 };
	if (sqlite3_value_type(value) == SQLITE_NULL) {
		cell->null = true;
		return;
	}
	switch (kind) {
	case COLUMN_NUMBER:
		cell->number = sqlite3_value_int64(value);
		return;
	case COLUMN_RATE:
		cell->rate = sqlite3_value_double(value);
		return;
	case COLUMN_TEXT:
	case COLUMN_DATE:
	case COLUMN_TIME:
		cell->text = (const char *)sqlite3_value_text(value);
		if (cell->text == NULL)
			out_of_memory();
		cell->len = (size_t)sqlite3_value_bytes(value);
	}
}

/* Give the head and all rows of a statement to the sink. */
static int
pour(struct store *st, sqlite3_stmt *stmt, const struct column *columns,
    size_t n, const struct row_sink *sink, struct fault *f)
{
	struct cell cells[COLUMNS_MAX];
	size_t i;
	int rc;

	if (row_sink_head(sink, columns, n, f) == -1)
		return -1;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		for (i = 0; i < n; i++)
			read_cell(sqlite3_column_value(stmt, (int)i),
			    columns[i].kind, &cells[i]);
		if (sink->row(sink->arg, cells, n, f) == -1)
			return -1;
	}
	return rc == SQLITE_DONE ? 0 : sql_fault(st, f);
}

int
sql_open(struct store *st, const char *text, const struct value *v, size_t n,
    sqlite3_stmt **stmt, struct fault *f)
{
	if (sqlite3_prepare_v2(st->db, text, -1, stmt, NULL) != SQLITE_OK)
		return sql_fault(st, f);
	return bind_all(st, *stmt, v, n, f);
}

int
sql_rows(struct store *st, const char *text, const struct value *v, size_t n,
    const struct column *columns, size_t n_columns, const struct row_sink *sink,
    struct fault *f)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sql_open(st, text, v, n, &stmt, f);

	if (rc == 0)
		rc = pour(st, stmt, columns, n_columns, sink, f);
	sqlite3_finalize(stmt);
	return rc;
}

static void
forget(struct kept_statement *kept)
{
	sqlite3_finalize(kept->stmt);
	free(kept->key);
	*kept = (struct kept_statement){ 0 };
}

/* A statement by its key, or a new one in place of the oldest; NULL. */
static sqlite3_stmt *
kept(struct store *st, const struct sql_again *sql, struct fault *f)
{
	struct kept_statement *place;
	struct arena mem = { 0 };
	size_t i;

	for (i = 0; i < KEPT_STATEMENTS && st->kept[i].stmt != NULL; i++)
		if (strcmp(st->kept[i].key, sql->key) == 0)
			return st->kept[i].stmt;
	place = &st->kept[st->next_kept++ % KEPT_STATEMENTS];
	forget(place);
	/* or SQLite would prepare it anew for each value that is bound */
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
	if (sqlite3_prepare_v3(st->db, sql->text(&mem, sql->arg), -1,
		SQLITE_PREPARE_PERSISTENT, &place->stmt, NULL) == SQLITE_OK)
		place->key = xstrdup(sql->key);
	else
		sql_fault(st, f);
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_ENABLE_QPSG, 0, NULL);
	arena_free(&mem);
	return place->stmt;
}

int
sql_ask_again(struct store *st, const struct sql_again *sql,
    const struct value *v, size_t n, sqlite3_stmt **row, struct fault *f)
{
	*row = kept(st, sql, f);
	if (*row == NULL || bind_all(st, *row, v, n, f) == -1)
		return -1;
	return sql_next(st, *row, f);
}

int
sql_rows_again(struct store *st, const struct sql_again *sql,
    const struct value *v, size_t n, const struct column *columns,
    size_t n_columns, const struct row_sink *sink, struct fault *f)
{
	sqlite3_stmt *stmt = kept(st, sql, f);
	int rc = stmt != NULL ? bind_all(st, stmt, v, n, f) : -1;

	if (rc == 0)
		rc = pour(st, stmt, columns, n_columns, sink, f);
	sqlite3_reset(stmt);
	return rc;
}

void
sql_close(struct store *st)
{
	struct prepared *p;
	size_t i;

	for (i = 0; i < KEPT_STATEMENTS; i++)
		forget(&st->kept[i]);
	for (i = 0; i < PREPARED_BUCKETS; i++)
		while ((p = st->prepared[i]) != NULL) {
			st->prepared[i] = p->next;
			sqlite3_finalize(p->stmt);
			free(p);
		}
	sqlite3_close(st->db);
	st->db = NULL;
}
