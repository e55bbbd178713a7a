#ifndef OUTPUT_CHECKLIST_H
#define OUTPUT_CHECKLIST_H

#include <stdbool.h>
#include <stdio.h>

enum check_state {
	CHECK_OK,
	CHECK_WARNING,
	CHECK_FAILED
};

/* One thing that was checked; strings belong to the caller. */
struct check_point {
	const char *name;
	enum check_state state;
	double seconds;
	const char *detail; /* what was found, or what went wrong */
	const char *remedy; /* what to do about it; "" for nothing */
};

/*
 * Prints what was checked, subject by subject (a mailbox, a domain) and point
 * by point: aligned lines for people, each as soon as it is known, or with
 * `json` one object and line a subject.  The caller sets the first three.
 */
struct checklist {
	FILE *out;
	bool json;
	bool quiet;		     /* only what is not well is printed */
	bool failed;		     /* a point of the present subject */
	bool has_begun;		     /* a subject was printed before */
	char *heading;		     /* not printed yet, as no point was */
	struct json_object *subject; /* the present one, for JSON */
	struct json_object *points;  /* of it; belongs to it */
};

/*
 * Begin a subject, such as a mailbox; `kind` names it in JSON ("mailbox"),
 * `about` says in words what it is.  checklist_end() must follow.
 */
void checklist_begin(
    struct checklist *, const char *kind, const char *name, const char *about);
void checklist_add(struct checklist *, const struct check_point *);
void checklist_end(struct checklist *);

#endif
