#ifndef IMAP_TEXT_UID_SET_H
#define IMAP_TEXT_UID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	UIDSET_TEXT = 900 /* characters; servers limit a command to 1,000 */
};

/*
 * A set of UIDs for one command, such as "3:5,9", as few ranges as cover just
 * those that are added.  All zero is the empty set.
 */
struct uidset {
	char text[UIDSET_TEXT]; /* all but the last range, each with a comma */
	size_t len;		/* of that */
	uint32_t first, last;	/* of the last range; 0 when empty */
};

/*
 * Add a UID above all before.  `adjoins` says that there is no mail between it
 * and the one before, so that one range may cover both.  false, with nothing
 * added, when the text would grow too long.
 */
bool uidset_add(struct uidset *, uint32_t uid, bool adjoins);

/*
 * Make it the first of these UIDs, which ascend: as many as it holds.  Returns
 * how many that are.
 */
size_t uidset_of(struct uidset *, const uint32_t *uids, size_t n);

/* The whole set, which must not be empty, and to which more may be added. */
const char *uidset_text(struct uidset *);

#endif
