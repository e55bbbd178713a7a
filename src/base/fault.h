#ifndef BASE_FAULT_H
#define BASE_FAULT_H

/* How far the damage of a failure reaches, so that callers know what to do. */
enum fault_scope {
	FAULT_NONE,
	FAULT_MESSAGE, /* this mail is unusable: set it aside, take the next */
	FAULT_SESSION, /* this server is unusable: hang up, poll again later */
	FAULT_HOST     /* this machine or store is unusable: stop */
};

enum {
	FAULT_TEXT = 600
};

/* A failure: one line of text without full stop, "area: reason". */
struct fault {
	enum fault_scope scope;
	int status; /* the exit code (sysexits.h) for it */
	char text[FAULT_TEXT];
};

/*
 * Record a failure; control characters in it are replaced, so wire bytes may
 * be printed into it.  Returns -1, so that "return fault(...)" reads well.
 */
int fault(struct fault *, enum fault_scope, int status, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Put "prefix: " before the text of a recorded failure.  Returns -1. */
int fault_prefix(struct fault *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
