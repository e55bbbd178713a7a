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
 * Tell syslog of each mailbox, a line each.  Lines begin with an element of
 * structured data (RFC 5424), which whoever forwards them can put where that
 * RFC has it.
 */
void syslog_mailboxes(const struct syslog_mailbox *, size_t n);

/*
 * Tell it of each problem that was stored since it was told last: of twenty at
 * most, and of how many more there are.  Nothing is told twice, but for a run
 * that is killed meanwhile.  The store must be open for writing, without a
 * transaction.
 */
int syslog_new_problems(struct store *, struct fault *);

#endif
