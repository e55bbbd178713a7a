#ifndef RECEIVE_RECEIVE_H
#define RECEIVE_RECEIVE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "receive/cgi_answer.h"
#include "receive/cgi_request.h"

struct config;
struct fault;
struct store;

enum {
	RECEIVE_NAME = 72 /* "sha256:" and 64 digits, with terminator */
};

/* A report that is POSTed (RFC 8460 §5.4), from the request to its answer. */
struct receive {
	const struct config *config;
	struct cgi_request request;
	struct buf body;
	char name[RECEIVE_NAME]; /* of the body, in place of a Message-ID */
	struct cgi_answer answer;
	struct arena memory; /* for the sender's host names */
	bool refresh; /* this POST is the one that refreshes the CSV folder */
};

/* receive_free() it in the end; the configuration must outlive it. */
void receive_init(struct receive *, const struct config *);
void receive_free(struct receive *);

/*
 * Read the request from the variables of a CGI program and from its standard
 * input `fd`.  True when the body claims to be a report: call receive_store().
 * False when `answer` is already what to answer.
 */
bool receive_read(struct receive *, char *const *environment, int fd);

/*
 * Judge the report, store it, or put it into quarantine if it is refused, and
 * set `answer`.  When its status is below 300 the report is on the disk.  -1
 * with a fault of the store; `answer` then asks the sender to try again.
 */
int receive_store(struct receive *, struct store *, struct fault *);

/* Set the answer to any request while this machine has trouble: 503. */
void receive_fail(struct receive *);

#endif
