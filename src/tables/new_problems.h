#ifndef TABLES_NEW_PROBLEMS_H
#define TABLES_NEW_PROBLEMS_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;

/* A problem as it was stored, before anybody judges it. */
struct new_problem {
	int64_t number;
	const char *domain, *mx, *result_type;
	const char *side; /* of the result type: ours, theirs, unclear */
	int64_t failed;	  /* sessions */
};

/* Those behind a number; the lists are in the arena. */
struct new_problems {
	struct new_problem *item; /* most failed sessions first */
	size_t n;
	int64_t all;	/* with those beyond the limit */
	int64_t newest; /* the largest number, or the one asked about */
};

/*
 * Read the problems whose number is larger than `after`, at most `most` of
 * them.  What a stranger invented is counted, and not listed for ever.
 */
int new_problems_read(struct store *, int64_t after, size_t most,
    struct arena *, struct new_problems *, struct fault *);

#endif
