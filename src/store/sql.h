#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "model/row.h"

struct arena;
struct fault;
struct store;

/*
 * Running SQL.  A statement stands beside the function that runs it:
 *
 *	static const struct sql select_mailbox = { "SELECT id FROM ..." };
 *
 * It is prepared when it is run first, and kept until the store is closed.
 */
struct sql {
	const char *text;
};

/* A value for one parameter of a statement. */
struct value {
	enum {
		VALUE_NULL,
		VALUE_TEXT,
		VALUE_NUMBER,
		VALUE_BLOB
	} kind;
	struct span bytes; /* not copied: must live until the statement ran */
	int64_t number;
};

struct value value_null(void);
struct value value_text(const char *);
struct value value_number(int64_t);
struct value value_count(uint64_t); /* INT64_MAX for what is over it */
struct value value_blob(const void *, size_t n);

/*
 * Run a statement whose rows nobody wants; the `n` values `v` are bound to its
 * parameters from the first on.  sql_changes() tells how many rows it changed,
 * sql_last_id() the number of the row that was inserted last.
 */
int sql_run(struct store *, const struct sql *, const struct value *v, size_t n,
    struct fault *);
int sql_changes(const struct store *);
int64_t sql_last_id(const struct store *);

/*
 * Run a statement up to its first row: 1 with `*row` standing on it, 0 when
 * there is none.  The caller ends with sqlite3_reset() of the row, or goes on
 * with sql_next() until that returns 0 or -1.
 */
int sql_ask(struct store *, const struct sql *, const struct value *v, size_t n,
    sqlite3_stmt **row, struct fault *);

/* Step to the next row: 1; or 0 past the last, where it resets, as for -1. */
int sql_next(struct store *, sqlite3_stmt *row, struct fault *);

/* Read one number: 1; or 0 when there is no row, and `*number` stays as is. */
int sql_number(struct store *, const struct sql *, const struct value *v,
    size_t n, int64_t *number, struct fault *);

/*
 * Prepare a SELECT that was put together at run time, to be read by sql_next().
 * The caller ends with sqlite3_finalize(), also after a fault.
 */
int sql_open(struct store *, const char *text, const struct value *v, size_t n,
    sqlite3_stmt **, struct fault *);

/*
 * Give the rows of a SELECT that was put together at run time, with these
 * columns, to the sink.
 */
int sql_rows(struct store *, const char *text, const struct value *v, size_t n,
    const struct column *columns, size_t n_columns, const struct row_sink *,
    struct fault *);

/*
 * A SELECT that is put together at run time and comes again soon with other
 * values, so that it is kept prepared for a while: by `key`, which tells all
 * that its text depends on.  The text is put together when it is not kept.
 */
struct sql_again {
	const char *key;
	const char *(*text)(struct arena *, const void *arg);
	const void *arg;
};

/* sql_ask() and sql_rows() of such a one. */
int sql_ask_again(struct store *, const struct sql_again *,
    const struct value *v, size_t n, sqlite3_stmt **row, struct fault *);
int sql_rows_again(struct store *, const struct sql_again *,
    const struct value *v, size_t n, const struct column *columns,
    size_t n_columns, const struct row_sink *, struct fault *);

/* Run SQL text of any number of statements; their rows are thrown away. */
int sql_exec(struct store *, const char *text, struct fault *);

/*
 * Read the one number that a SELECT gives which is not worth keeping, or that
 * "PRAGMA name" does.
 */
int sql_once(struct store *, const char *text, int64_t *number, struct fault *);
int sql_pragma(
    struct store *, const char *name, int64_t *number, struct fault *);

/* Text of a column of the present row, valid until the next; "" for NULL. */
const char *sql_column(sqlite3_stmt *row, int column);

/* The same, copied into the arena. */
const char *sql_copy_column(struct arena *, sqlite3_stmt *row, int column);

/*
 * Word what SQLite says went wrong (its latest error, or the result code
 * `code`) and what to do about it.  Returns -1.
 */
int sql_fault(struct store *, struct fault *);
int sql_fault_of(struct store *, int code, struct fault *);

/* Finalize all statements and close the database. */
void sql_close(struct store *);

#endif
