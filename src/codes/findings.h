#ifndef CODES_FINDINGS_H
#define CODES_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "codes/codes.h"

enum {
	FINDING_WHERE = 120,
	FINDINGS_MAX = CODE_COUNT
};

struct finding {
	enum code code;
	/* A JSON path, a header field, or line and column; may be "".
	   Control characters are replaced. */
	char where[FINDING_WHERE];
};

/*
 * What was found in one report: the reason to refuse it, or else warnings and
 * notes.  Zero-initialise.  Each code is kept once, with the first place.
 */
struct findings {
	struct finding reject; /* code CODE_NONE unless refused */
	size_t n;
	struct finding item[FINDINGS_MAX]; /* in the order found */
};

/*
 * Refuse.  The first reason stands: a later one changes nothing.  Returns -1,
 * so that "return findings_reject(...)" reads well.
 */
int findings_reject(struct findings *, enum code, const char *where, ...)
    __attribute__((format(printf, 3, 4)));

/* Add a warning or a note. */
void findings_add(struct findings *, enum code, const char *where, ...)
    __attribute__((format(printf, 3, 4)));

bool findings_has(const struct findings *, enum code);

/* Add those of `from` to `to`, its refusal too. */
void findings_merge(struct findings *to, const struct findings *from);

/*
 * The names of all findings of a class, separated by blanks, in table order;
 * `out` is always terminated and cut when too small.
 */
void findings_names(
    const struct findings *, enum code_class, char *out, size_t size);

#endif
