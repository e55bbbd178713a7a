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
	bool too_large; /* over message_max: only the header block, if that */
	/* why the server does not hand it out, in its own words or ours: there
	 * are no bytes; NULL: it does */
	const char *withheld;
};

/* -1 with the fault stops the fetching. */
typedef int imap_mail_fn(void *arg, const struct imap_mail *, struct fault *);

/* What is to be fetched, and who takes it. */
struct imap_fetch {
	const struct imap_size
	    *list; /* ascending; but for those to be skipped */
	size_t n;
	/* The session broke at a mail before: ask for single mails first, and
	 * for more at a time as long as all goes well. */
	bool careful;
	/* Send no command before the one before it is answered: a server may
	 * answer both at once, and the mails then come in any order. */
	bool in_order;
	imap_mail_fn *fn;
	void *arg;
	/* The mail at which the session broke, probably; 0: none. */
	uint32_t broke_at;
};

/*
 * Fetch mails, one in memory at a time, and hand each over once as it arrives,
 * in whatever order the server sends.  A mail over message_max, by its
 * RFC822.SIZE or in truth, is handed over as its header block, cut at
 * header_max.  Mails that were not asked for are dropped; those that are gone
 * meanwhile are passed over.
 *
 * Where the server refuses a command (NO or BAD), the mails that are the reason
 * are sought by halves and handed over as withheld.  When it refuses one after
 * the other and hands out none, the fault has exit code 75, or what its words
 * stand for.  -1 also when the handler stopped it; all that was handed over
 * before is valid.
 */
int imap_fetch(struct imap *, struct imap_fetch *, struct fault *);

#endif
