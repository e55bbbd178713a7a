#ifndef POLL_DOWNLOAD_BUDGET_H
#define POLL_DOWNLOAD_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct imap;
struct store;
struct store_mailbox;

/*
 * What the server of a mailbox may send on a UTC day (limits.download), and
 * what it has sent, over all folders and sessions.
 */
struct download_budget {
	uint64_t limit; /* 0: none */
	uint64_t used;
	int64_t day;	  /* seconds since 1970 at its start */
	bool was_used;	  /* up, when the run began */
	uint64_t counted; /* bytes of the present session that are in `used` */
	/* mails that were not read for that reason */
	uint64_t mails, bytes;
};

/* Begin a run over the mailbox of that name. */
int budget_begin(struct download_budget *, uint64_t limit, struct store *,
    const char *name, struct fault *);

/* A session begins, of which nothing is counted. */
void budget_begin_session(struct download_budget *);

/* Count what came in since then, for the folder of this cursor, too. */
void budget_count(struct download_budget *, const struct imap *,
    struct store_mailbox *cursor);

/* Bytes that may still come; UINT64_MAX without a limit. */
uint64_t budget_left(const struct download_budget *);

/*
 * Say, once a day, what is left for the next ones; on a terminal each run says
 * why it read nothing.
 */
void budget_tell(const struct download_budget *, const char *mailbox);

#endif
