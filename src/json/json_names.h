#ifndef JSON_JSON_NAMES_H
#define JSON_JSON_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/*
 * The names of the objects that are open while JSON text is checked, to find
 * those that stand twice (RFC 7493 §2.3).  A stack: those of an inner object
 * lie above those of the object around it.
 */
struct json_names {
	const char *text; /* names without escapes lie in the text */
	struct json_name *name;
	size_t n, room;
	char *side; /* names with escapes lie here, decoded */
	size_t side_n, side_room;
};

/* The names of one object that is open. */
struct json_names_of {
	size_t first, side_first; /* where they begin on the stack */
};

/* Begin with the names of an object. */
struct json_names_of json_names_begin(const struct json_names *);

/*
 * Add a name, given as the inside of a checked string, to the innermost
 * object.  false when it is there already.  `*name` gets it without escapes,
 * valid until the next call.
 */
bool json_names_add(struct json_names *, const struct json_names_of *,
    struct span raw, bool escaped, struct span *name);

/* Forget the names of the innermost object. */
void json_names_end(struct json_names *, const struct json_names_of *);
void json_names_free(struct json_names *);

#endif
