#ifndef NOTIFY_NOTICE_H
#define NOTIFY_NOTICE_H

#include <stddef.h>

struct arena;
struct due_change;
struct due_changes;

/* What one run of [notify] command gets; all of it lives in the arena. */
struct notice {
	const char *subject; /* one line of ASCII */
	const char *text;    /* for its standard input: whole lines */
	/* its environment: ours, and the variables TLSRUA_*; ends with NULL */
	char *const *env;
};

/*
 * Tell of one cause: the same failure at one MX host for mail to `n` domains,
 * which is `n` problems of the overview.  `places` are their indexes in its
 * list; the text is about the first and names the domains of the others.
 * `change` is that of the first; `host` is the name of this machine.
 */
void notice_of_cause(struct notice *, const struct due_changes *,
    const struct due_change *, const size_t *places, size_t n,
    const char *host);

/* Tell only how many more changes there are, `n` of them. */
void notice_of_rest(struct notice *, const struct due_changes *,
    const struct due_change *const *, size_t n, const char *host);

/* Say that this is a test, with example.com in the variables. */
void notice_of_test(struct notice *, struct arena *, const char *host);

#endif
