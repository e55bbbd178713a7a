#ifndef NOTIFY_SYSLOG_LINES_H
#define NOTIFY_SYSLOG_LINES_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

/* How a mailbox was polled. */
struct syslog_mailbox {
	const char *name;
	int status;	   /* exit code, 0: well */
	const char *error; /* "" when it ended well */
	uint64_t messages, imported, rejected;
	int64_t duration; /* milliseconds */
};

/*
 * Write a line to syslog for each mailbox.  Lines begin with an element of
 * structured data (RFC 5424): a daemon that forwards them can move it to its
 * place in that format.
 */
void syslog_mailboxes(const struct syslog_mailbox *, size_t n);

/*
 * Write a line for each problem that was stored since the last call; after the
 * first twenty, a line with how many more there are.  No problem is told twice,
 * unless a run is killed in the middle of it.  The store must be open for
 * writing, without a transaction.
 */
int syslog_new_problems(struct store *, struct fault *);

#endif
