#ifndef JSON_JSONNAMES_H
#define JSON_JSONNAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/*
 * The names of the objects that are open while JSON text is checked, to find
 * those that stand twice (RFC 7493 §2.3).  A stack: those of an inner object
 * lie above those of the object around it.
 */
struct jsonnames {
	const char *text; /* names without escapes lie in the text */
	struct jsonname *name;
	size_t n, cap;
	char *side; /* the others here, unescaped */
	size_t side_n, side_cap;
};

/* Where the names of an object begin. */
struct jsonnames_mark {
	size_t n, side_n;
};

struct jsonnames_mark jsonnames_mark(const struct jsonnames *);

/*
 * Add a name, the raw inside of a checked string, to the object that began at
 * `mark`.  false when it is there already.  `*name` gets it without escapes,
 * valid until the next call.
 */
bool jsonnames_add(struct jsonnames *, struct jsonnames_mark mark,
    struct span raw, bool escaped, struct span *name);

/* Forget the names of the object that began at `mark`. */
void jsonnames_drop(struct jsonnames *, struct jsonnames_mark mark);
void jsonnames_free(struct jsonnames *);

#endif
