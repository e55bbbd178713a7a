#ifndef IMAP_NEWEST_HEADERS_H
#define IMAP_NEWEST_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct fault;
struct fetch_answer;
struct imap;

/* The fields of a mail's header that tell whether it holds a report. */
struct imap_head {
	uint32_t uid;
	struct span fields; /* gone when the handler returns */
	bool has_date;
	int64_t date;  /* INTERNALDATE, seconds since 1970 UTC */
	uint32_t size; /* RFC822.SIZE; 0: not told */
};
typedef void imap_head_fn(void *arg, const struct imap_head *);

/*
 * Those of the newest mails of the folder that is open, `n` at most, in the
 * order of the server, but for mails that it cannot read.
 */
int imap_newest_heads(
    struct imap *, size_t n, imap_head_fn *, void *arg, struct fault *);

/*
 * The two pieces of that, for a caller who sends another command before the
 * answer is heard: ask for the heads of a set of mails, by their numbers; and
 * the head in an answer, true when it has one.
 */
int imap_heads_ask(struct imap *, const char *set, struct fault *);
bool imap_head_of(const struct fetch_answer *, struct imap_head *);

#endif
