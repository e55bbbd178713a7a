#ifndef DKIM_TAG_LIST_H
#define DKIM_TAG_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum {
	TAG_LIST_MAX = 32 /* tags of one list; more make it invalid */
};

/* "name=value; name=value" (RFC 6376 §3.2). */
struct tag_list {
	struct tag {
		struct span name, value; /* without blanks around them */
	} tag[TAG_LIST_MAX];
	size_t n;
};

/*
 * Take a list apart; its spans point into `text`, which must be unfolded.
 * False when any of it breaks the grammar: a name that stands twice, an empty
 * element (but for one behind a last ";"), characters that are not printable
 * ASCII.  The whole list is invalid then.
 */
bool tag_list_read(struct span text, struct tag_list *);

/* The value of a tag, whose name is case-sensitive; NULL when it is absent. */
const struct span *tag_list_find(const struct tag_list *, const char *name);

/*
 * The next item of a value such as "from:to:subject", without blanks around
 * it; false behind the last.  An empty item between colons is an item.
 */
bool tag_list_item(struct span *rest, struct span *item);

/* Whether one of the items is that word, letters folded. */
bool tag_list_has(struct span value, const char *word);

#endif
