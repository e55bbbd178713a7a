#ifndef NOTIFY_NOTICE_H
#define NOTIFY_NOTICE_H

#include <stddef.h>

struct arena;
struct due_change;
struct due_changes;

/* What the command gets: words on its standard input, names in variables. */
struct notice {
	const char *subject; /* one line of ASCII */
	const char *text;    /* whole lines */
	char *const *env;    /* ends with NULL; that of this process with it */
};

/*
 * Tell a change that is the same for `n` problems of the overview (their places
 * in its list): one cause at one MX host, for mail to n domains.  The first has
 * the words.
 */
void notice_of_cause(struct notice *, const struct due_changes *,
    const struct due_change *, const size_t *places, size_t n,
    const char *host);

/* Tell how many changes there are beside those told one by one. */
void notice_of_rest(struct notice *, const struct due_changes *,
    const struct due_change *const *, size_t n, const char *host);

/* A notice that says that it is a test, with example.com in the variables. */
void notice_of_test(struct notice *, struct arena *, const char *host);

#endif
