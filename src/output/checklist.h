#ifndef OUTPUT_CHECKLIST_H
#define OUTPUT_CHECKLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum check_state {
	CHECK_OK,
	CHECK_WARNING,
	CHECK_FAILED
};

/* One thing that was looked at. */
struct check_point {
	const char *name;
	enum check_state state;
	double seconds;
	const char *detail; /* what was found, or what went wrong */
	const char *remedy; /* what to do; "" */
};

/*
 * What was looked at, point by point, as it comes: aligned lines for people,
 * or one JSON object and line a subject.
 */
struct checklist {
	FILE *out;
	bool json;
	size_t n;	/* points of the present subject */
	bool failed;	/* one of them */
	bool has_begun; /* a subject was printed before */
};

/* The next subject; `kind` is its member in JSON, such as "mailbox". */
void checklist_begin(
    struct checklist *, const char *kind, const char *name, const char *about);
void checklist_add(struct checklist *, const struct check_point *);
void checklist_end(struct checklist *);

#endif
