#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <postgres_ext.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/stop_signal.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/service.h"
#include "postgresql/sqlstate.h"

enum {
	MS = 1000,
	BINARY = 1
};

/*
 * Keep the first line of what libpq or the server says, without its "ERROR:  ".
 */
static void
keep_words(struct pg *p, const char *text)
{
	static const char *const openings[] = {
		"FATAL:  ", "ERROR:  ", "PANIC:  "
	};
	const char *at, *line = text;
	size_t i;

	for (i = 0; i < sizeof openings / sizeof *openings; i++)
		if ((at = strstr(text, openings[i])) != NULL)
			line = at + strlen(openings[i]);
	/* of a failed login the SQLSTATE stands only here, in the text */
	if (line != text &&
	    strspn(line, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
		SQLSTATE_TEXT - 1 &&
	    line[SQLSTATE_TEXT - 1] == ':') {
		snprintf(p->sqlstate, sizeof p->sqlstate, "%.5s", line);
		line += SQLSTATE_TEXT + 1;
	}
	snprintf(
	    p->said, sizeof p->said, "%.*s", (int)strcspn(line, "\n"), line);
}

static int
pg_fault(struct pg *p, struct fault *f)
{
	return fault(f, FAULT_SESSION, sqlstate_exit_code(p->sqlstate),
	    "postgresql: service %s: %s%s", p->service,
	    p->said[0] != '\0' ? p->said : "the connection was cut",
	    sqlstate_advice(p->sqlstate));
}

/* The connection itself failed: no statement did. */
static int
connection_fault(struct pg *p, struct fault *f)
{
	p->sqlstate[0] = '\0';
	keep_words(p, PQerrorMessage(p->conn));
	return pg_fault(p, f);
}

/* Wait until the socket is ready for poll(2)'s `events`, or a signal stops. */
static int
wait_for(struct pg *p, short events, struct fault *f)
{
	struct pollfd fd = { .fd = PQsocket(p->conn), .events = events };
	int rc;

	do {
		rc = poll(&fd, 1, (int)p->timeout * MS);
	} while (rc == -1 && errno == EINTR && !stop_requested());
	if (rc > 0)
		return 0;
	p->sqlstate[0] = p->said[0] = '\0';
	if (rc == -1)
		return fault(f, FAULT_HOST, EX_TEMPFAIL,
		    "postgresql: service %s: stopped: the next run goes on "
		    "from here",
		    p->service);
	return fault(f, FAULT_SESSION, EX_UNAVAILABLE,
	    "postgresql: service %s: no answer within %u seconds; to wait "
	    "longer, set timeout in [postgresql]",
	    p->service, p->timeout);
}

static int
connect_in_time(struct pg *p, struct fault *f)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	PQsetErrorVerbosity(p->conn, PQERRORS_VERBOSE);
	while (PQstatus(p->conn) != CONNECTION_BAD &&
	       state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
		if (wait_for(p,
			state == PGRES_POLLING_READING ? POLLIN : POLLOUT,
			f) == -1)
			return -1;
		state = PQconnectPoll(p->conn);
	}
	if (PQstatus(p->conn) != CONNECTION_OK)
		return connection_fault(p, f);
	PQsetErrorVerbosity(p->conn, PQERRORS_DEFAULT);
	if (PQsetnonblocking(p->conn, 1) == -1 ||
	    PQenterPipelineMode(p->conn) != 1)
		return connection_fault(p, f);
	return 0;
}

/* The server's notices are not shown. */
static void
ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

int
pg_open(struct pg *p, const char *service, const char *application,
    unsigned timeout, struct fault *f)
{
	const char *mode = service_sslmode(service, f);
	char *uri = service_uri(service);
	const char *const names[] = { uri != NULL ? "dbname" : "service",
		"application_name", "client_encoding",
		mode == NULL || mode[0] == '\0' ? NULL : "sslmode", NULL };
	const char *const values[] = { uri != NULL ? uri : service, application,
		"UTF8", mode, NULL };

	*p = (struct pg){ .service = service, .timeout = timeout };
	if (mode != NULL)
		p->conn = PQconnectStartParams(names, values, uri != NULL);
	free(uri);
	if (mode == NULL)
		return -1;
	if (p->conn == NULL)
		out_of_memory();
	if (PQsocket(p->conn) == -1) {
		(void)connection_fault(p, f);
		/* no such section, or one that cannot be read */
		if (strstr(p->said, "service") != NULL)
			f->status = EX_CONFIG;
		return -1;
	}
	PQsetNoticeReceiver(p->conn, ignore_notice, NULL);
	return connect_in_time(p, f);
}

void
pg_close(struct pg *p)
{
	if (p->conn != NULL)
		PQfinish(p->conn);
	p->conn = NULL;
}

struct pg_value
pg_array(struct binary_array *a)
{
	return (struct pg_value){ array_type(a->type), array_value(a) };
}

struct pg_value
pg_int4(int64_t n, char room[static 8])
{
	pg_put32(room, (int32_t)n);
	return (struct pg_value){ PG_INT4, { room, 4 } };
}

struct pg_value
pg_int8(int64_t n, char room[static 8])
{
	pg_put64(room, n);
	return (struct pg_value){ PG_INT8, { room, 8 } };
}

struct pg_value
pg_text(const char *s)
{
	return (struct pg_value){ PG_TEXT, span_of(s) };
}

struct pg_value
pg_uuid(const unsigned char *bytes)
{
	return (struct pg_value){ PG_UUID, { (const char *)bytes, 16 } };
}

/* Have libpq send what it holds; answers that come meanwhile are read. */
static int
flush(struct pg *p, struct fault *f)
{
	int rc;

	while ((rc = PQflush(p->conn)) == 1)
		if (wait_for(p, POLLIN | POLLOUT, f) == -1)
			return -1;
		else if (PQconsumeInput(p->conn) == 0)
			return connection_fault(p, f);
	return rc == 0 ? 0 : connection_fault(p, f);
}

int
pg_send(struct pg *p, const char *sql, const struct pg_value *v, size_t n,
    struct fault *f)
{
	Oid types[PG_VALUES];
	const char *values[PG_VALUES];
	int lengths[PG_VALUES], formats[PG_VALUES];
	size_t i;

	for (i = 0; i < n; i++) {
		types[i] = v[i].type;
		values[i] = v[i].bytes.p;
		lengths[i] = (int)v[i].bytes.n;
		formats[i] = BINARY;
	}
	if (PQsendQueryParams(p->conn, sql, (int)n, types, values, lengths,
		formats, BINARY) != 1)
		return connection_fault(p, f);
	p->sent++;
	return flush(p, f);
}

/* Wait for libpq's next result; a NULL stands after those of a statement. */
static int
next_result(struct pg *p, PGresult **result, struct fault *f)
{
	*result = NULL;
	while (PQisBusy(p->conn) == 1)
		if (wait_for(p, POLLIN, f) == -1)
			return -1;
		else if (PQconsumeInput(p->conn) == 0)
			return connection_fault(p, f);
	*result = PQgetResult(p->conn);
	return 0;
}

/* Wait for the answer to one statement: 0, or 1 when the server refused it. */
static int
next_answer(struct pg *p, PGresult **answer, struct fault *f)
{
	PGresult *end;
	const char *state;

	if (next_result(p, answer, f) == -1)
		return -1;
	if (*answer == NULL)
		return connection_fault(p, f);
	if (next_result(p, &end, f) == -1)
		return -1;
	PQclear(end); /* NULL */
	switch (PQresultStatus(*answer)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		return 0;
	case PGRES_FATAL_ERROR:
		state = PQresultErrorField(*answer, PG_DIAG_SQLSTATE);
		snprintf(p->sqlstate, sizeof p->sqlstate, "%s",
		    state != NULL ? state : "");
		keep_words(p, PQresultErrorMessage(*answer));
		return 1;
	default:
		return connection_fault(p, f);
	}
}

static bool
is_up(const struct pg *p)
{
	return p->conn != NULL && PQstatus(p->conn) == CONNECTION_OK;
}

/* The sign that all was answered. */
static int
end_pipeline(struct pg *p, struct fault *f)
{
	PGresult *end;
	int rc = next_result(p, &end, f);

	if (rc == 0 && PQresultStatus(end) != PGRES_PIPELINE_SYNC)
		rc = connection_fault(p, f);
	if (rc == 0)
		PQclear(end);
	return rc;
}

/* Pass over all up to that sign. */
static int
skip_answers(struct pg *p)
{
	struct fault ignored = { 0 };
	struct pg before = *p;
	PGresult *result;
	ExecStatusType status = PGRES_FATAL_ERROR;

	do {
		if (next_result(p, &result, &ignored) == -1)
			break;
		status = PQresultStatus(result);
		PQclear(result);
	} while (is_up(p) && status != PGRES_PIPELINE_SYNC);
	/* what went wrong first counts */
	memcpy(p->sqlstate, before.sqlstate, sizeof p->sqlstate);
	memcpy(p->said, before.said, sizeof p->said);
	return status == PGRES_PIPELINE_SYNC ? 0 : -1;
}

int
pg_finish_sending(struct pg *p, struct fault *f)
{
	if (PQpipelineSync(p->conn) != 1)
		return connection_fault(p, f);
	p->is_all_sent = true;
	return flush(p, f);
}

int
pg_answers(struct pg *p, PGresult **results, size_t n, struct fault *f)
{
	int rc = 0;
	size_t i;

	memset(results, 0, n * sizeof *results);
	p->sqlstate[0] = p->said[0] = '\0';
	if (!p->is_all_sent)
		rc = pg_finish_sending(p, f);
	p->is_all_sent = false;
	for (i = 0; rc == 0 && i < n; i++)
		rc = next_answer(p, &results[i], f);
	p->sent = 0;
	if (rc == 0)
		rc = end_pipeline(p, f);
	if (rc == 0)
		return 0;
	pg_clear(results, n);
	if (rc == 1)
		(void)pg_fault(p, f);
	/* do not keep a connection that still has answers to come */
	if (rc == -1 || skip_answers(p) == -1)
		pg_close(p);
	return -1;
}

void
pg_clear(PGresult **results, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		PQclear(results[i]);
		results[i] = NULL;
	}
}

PGresult *
pg_ask(struct pg *p, const char *sql, const struct pg_value *v, size_t n,
    struct fault *f)
{
	PGresult *result = NULL;

	if (pg_send(p, sql, v, n, f) == -1 ||
	    pg_answers(p, &result, 1, f) == -1)
		return NULL;
	return result;
}

void
pg_rollback(struct pg *p)
{
	struct fault ignored = { 0 };
	PGresult *result = NULL;

	/* a connection with answers still to come is of no use */
	if (!is_up(p) || p->sent > 0 ||
	    (result = pg_ask(p, "ROLLBACK", NULL, 0, &ignored)) == NULL)
		pg_close(p);
	PQclear(result);
}

int
pg_script(struct pg *p, const char *sql, struct fault *f)
{
	PGresult *result;
	int rc = 0;

	/* in pipeline mode a text must not hold several statements */
	if (PQexitPipelineMode(p->conn) != 1 || PQsendQuery(p->conn, sql) != 1)
		return connection_fault(p, f);
	if (flush(p, f) == -1)
		return -1;
	for (;;) {
		if (next_result(p, &result, f) == -1)
			return -1;
		if (result == NULL)
			break;
		if (PQresultStatus(result) == PGRES_FATAL_ERROR && rc == 0) {
			snprintf(p->sqlstate, sizeof p->sqlstate, "%s",
			    PQresultErrorField(result, PG_DIAG_SQLSTATE));
			keep_words(p, PQresultErrorMessage(result));
			rc = pg_fault(p, f);
		}
		PQclear(result);
	}
	if (PQenterPipelineMode(p->conn) != 1)
		return connection_fault(p, f);
	return rc;
}

const char *
pg_column_bytes(const PGresult *result, int row, int column)
{
	return PQgetvalue(result, row, column);
}

int64_t
pg_column_int(const PGresult *result, int row, int column)
{
	const char *p = PQgetvalue(result, row, column);

	switch (PQgetlength(result, row, column)) {
	case 8:
		return pg_get64(p);
	case 4:
		return pg_get32(p);
	case 1:
		return p[0];
	default:
		return 0;
	}
}
