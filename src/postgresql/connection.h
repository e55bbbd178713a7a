#ifndef POSTGRESQL_CONNECTION_H
#define POSTGRESQL_CONNECTION_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "postgresql/binary_array.h"
#include "postgresql/sqlstate.h"

struct fault;

/*
 * A connection to PostgreSQL, on which nothing waits longer than its time-out:
 * all waiting is in poll(2), none in libpq.  Statements are sent side by side
 * (pipeline mode), as many as belong together, and then answered.
 */
struct pg {
	PGconn *conn;
	const char *service; /* the caller's */
	unsigned timeout;    /* seconds */
	size_t sent;	     /* statements that are not answered yet */
	bool is_all_sent;    /* of those of this round trip */
	/* of the last fault; "" when the server said nothing */
	char sqlstate[SQLSTATE_TEXT];
	char said[256]; /* in the server's words; "" */
};

/*
 * Connect to a service (postgresql/service.h), under that application_name.
 * Returns 0, or -1 with a fault: exit code 69 when nobody answers, 77 for a
 * login, 78 for a section that is none or asks for less than verify-full, 64
 * for what is no URI, else by its SQLSTATE.  pg_close() it in either case.
 */
int pg_open(struct pg *, const char *service, const char *application,
    unsigned timeout, struct fault *);
void pg_close(struct pg *);

/* A parameter of a statement, in binary. */
struct pg_value {
	unsigned type; /* its number in pg_type */
	struct span bytes;
};

enum {
	PG_VALUES = 32 /* of one statement, at most */
};

/* A parameter of the type that the function says; `room` holds it. */
struct pg_value pg_array(struct binary_array *);
struct pg_value pg_int4(int64_t, char room[static 8]);
struct pg_value pg_int8(int64_t, char room[static 8]);
struct pg_value pg_text(const char *);
struct pg_value pg_uuid(const unsigned char *);

/* Send a statement without waiting for its answer. */
int pg_send(struct pg *, const char *sql, const struct pg_value *, size_t n,
    struct fault *);

/*
 * Have all that was sent on its way, so that the server is at work before
 * pg_answers() waits for it.
 */
int pg_finish_sending(struct pg *, struct fault *);

/*
 * Wait for the answers to all that was sent since the last time, in
 * `results[]`, one a statement, each to be freed by PQclear() (or all by
 * pg_clear()).  -1 for the first that failed, which is in pg->sqlstate and
 * pg->said; there are no results then, and a transaction that was begun has
 * still to be rolled back.
 */
int pg_answers(struct pg *, PGresult **results, size_t n, struct fault *);
void pg_clear(PGresult **results, size_t n);

/* Send one statement and wait for its answer, to be freed by PQclear(); NULL
 * with the fault, as of pg_answers(). */
PGresult *pg_ask(struct pg *, const char *sql, const struct pg_value *,
    size_t n, struct fault *);

/* End a transaction that failed.  The connection may be gone by then. */
void pg_rollback(struct pg *);

/* Run statements that take no parameters and whose rows nobody wants. */
int pg_script(struct pg *, const char *sql, struct fault *);

/* Columns of a row in binary. */
int64_t pg_column_int(const PGresult *, int row, int column);
const char *pg_column_bytes(const PGresult *, int row, int column);

#endif
