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
 * A connection to PostgreSQL.  Nothing on it waits longer than its time-out,
 * since libpq never waits by itself: all waiting is done with poll(2).  A round
 * trip sends several statements (libpq's pipeline mode) and then waits for the
 * answers to all of them.
 */
struct pg {
	PGconn *conn;	     /* NULL: not connected */
	const char *service; /* the caller's */
	unsigned timeout;    /* seconds */
	size_t sent;	     /* statements of this round trip */
	bool is_all_sent;    /* pg_finish_sending() was done for them */
	/* what the server said to the last statement that failed; "" when it
	 * said nothing, as when the connection broke */
	char sqlstate[SQLSTATE_TEXT];
	char said[256];
};

/*
 * Connect to a service (postgresql/service.h), and tell the server
 * `application` as the application_name.  Returns 0, or -1 with a fault: exit
 * code 69 when nobody answers, 77 when the login is refused, 78 when there is
 * no such service or it asks for less than verify-full, 64 for a URI that is
 * wrong, else as the SQLSTATE has it (postgresql/sqlstate.h).  pg_close() it in
 * either case.
 */
int pg_open(struct pg *, const char *service, const char *application,
    unsigned timeout, struct fault *);
void pg_close(struct pg *);

/* A parameter of a statement, in binary. */
struct pg_value {
	unsigned type; /* enum pg_type, or array_type() */
	struct span bytes;
};

enum {
	PG_VALUES = 32 /* of one statement, at most */
};

/* Make a parameter of that type; it lies in `room`, or where it came from. */
struct pg_value pg_array(struct binary_array *);
struct pg_value pg_int4(int64_t, char room[static 8]);
struct pg_value pg_int8(int64_t, char room[static 8]);
struct pg_value pg_text(const char *);
struct pg_value pg_uuid(const unsigned char *);

/* Send a statement without waiting for its answer. */
int pg_send(struct pg *, const char *sql, const struct pg_value *, size_t n,
    struct fault *);

/*
 * Pass to the network what pg_send() may still hold back, so that the server
 * begins to work before pg_answers() is called.
 */
int pg_finish_sending(struct pg *, struct fault *);

/*
 * Wait for the answers to all statements that were sent since the last call:
 * `n` of them, in `results`, each to be freed with PQclear(), or all with
 * pg_clear().  Returns 0; or -1 when one failed: there are no results,
 * pg->sqlstate and pg->said are about the first that failed, and a transaction
 * that was begun has still to be rolled back.
 */
int pg_answers(struct pg *, PGresult **results, size_t n, struct fault *);
void pg_clear(PGresult **results, size_t n);

/*
 * Send one statement and wait for its answer, to be freed with PQclear(); NULL
 * with the fault, as pg_answers().
 */
PGresult *pg_ask(struct pg *, const char *sql, const struct pg_value *,
    size_t n, struct fault *);

/* Roll back a transaction that failed; if that is impossible, disconnect. */
void pg_rollback(struct pg *);

/* Run statements without parameters, in one text, and drop their rows. */
int pg_script(struct pg *, const char *sql, struct fault *);

/* A column of a row, where the answer is binary. */
int64_t pg_column_int(const PGresult *, int row, int column);
const char *pg_column_bytes(const PGresult *, int row, int column);

#endif
