#ifndef IMAP_LIST_MAILS_H
#define IMAP_LIST_MAILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "imap/newest_headers.h"

struct fault;
struct imap;

/* A mail on the server. */
struct imap_size {
	uint32_t uid;
	uint32_t size; /* RFC822.SIZE; may be inexact */
	bool unsized;  /* the server did not tell the size */
	bool skip;     /* not to be fetched */
};

/* The mail with that UID in a list in ascending order; NULL: it is not there.
 */
const struct imap_size *imap_size_find(
    const struct imap_size *list, size_t n, uint32_t uid);

/* The mails of a folder from some UID on, in ascending order, each once. */
struct imap_listing {
	struct imap_size *list; /* allocated; free() it */
	size_t n;
	/* The server lists no mail at all although it says that it has some:
	 * the UIDs are all that there may be. */
	bool is_guess;
};

/*
 * The heads of `n` (0: none) of the newest `of` mails, evenly spread among
 * them, asked for in the same round trip.
 */
struct imap_sample {
	size_t n;
	uint32_t of;
	imap_head_fn *fn;
	void *arg;
};

/*
 * List the mails with a UID of at least `first`; of a folder of millions of
 * mails some of the first.  Those whose INTERNALDATE is before `since` (seconds
 * since 1970 UTC; 0: none) are marked to be skipped.  Where the server refuses
 * to tell sizes, or tells too few, the mails that it left out are in the list
 * without their size, and perhaps some that are not there.
 */
int imap_sizes(struct imap *, uint32_t first, int64_t since,
    struct imap_listing *, struct fault *);

/*
 * The same, and a sample before it, of a folder that has mails.  A server may
 * refuse that.
 */
int imap_sizes_and_sample(struct imap *, uint32_t first, int64_t since,
    struct imap_sample *, struct imap_listing *, struct fault *);

#endif
