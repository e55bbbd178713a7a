#ifndef SOURCE_UIDSET_H
#define SOURCE_UIDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libetpan/libetpan.h>

enum {
	UIDSET_TEXT = 900 /* characters; servers limit a command to 1,000 */
};

/*
 * A set of UIDs for one command, as few ranges as cover just those that are
 * added.  Start with uidset_init(), free with uidset_free().
 */
struct uidset {
	struct mailimap_set *set; /* all but the last range */
	size_t text;		  /* characters so far */
	uint32_t first, last;	  /* of the last range; 0 when empty */
};

void uidset_init(struct uidset *);
void uidset_free(struct uidset *);

/*
 * Add a UID above all before.  `adjoins` says that there is no mail between it
 * and the one before, so that one range may cover both.  false, with nothing
 * added, when the text would grow too long.
 */
bool uidset_add(struct uidset *, uint32_t uid, bool adjoins);

/* The whole set, which stays the uidset's own; nothing may be added then. */
struct mailimap_set *uidset_get(struct uidset *);

#endif
