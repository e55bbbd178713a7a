#ifndef IMAP_FETCH_H
#define IMAP_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct fault;
struct imap;
struct imap_size;

/* A mail as it arrives. */
struct imap_mail {
	uint32_t uid;
	struct span bytes; /* gone when the handler returns */
	bool has_date;
	int64_t date; /* INTERNALDATE, seconds since 1970 UTC */
	uint64_t size;
	bool too_large;	 /* over message_max: only the header block, if that */
	bool unreadable; /* the server does not hand it out: no bytes */
};

/* -1 with the fault stops the fetching. */
typedef int imap_mail_fn(void *arg, const struct imap_mail *, struct fault *);

/*
 * Fetch those mails (ascending), but for those to be skipped, one in memory at
 * a time, and hand each over once as it arrives, in whatever order the server
 * sends.  A mail over message_max, by its RFC822.SIZE or in truth, is handed
 * over as its header block, cut at header_max.  Mails that were not asked for
 * are dropped; those that are gone meanwhile are passed over; those that the
 * server keeps to itself although they are there are handed over as unreadable.
 * -1 also when the handler stopped it; all that was handed over before is
 * valid.
 */
int imap_fetch(struct imap *, const struct imap_size *list, size_t n,
    imap_mail_fn *, void *arg, struct fault *);

#endif
