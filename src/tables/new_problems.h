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

/* The problems that are newer than a number; all of it is in the arena. */
struct new_problems {
	struct new_problem *item; /* most failed sessions first */
	size_t n;
	int64_t all;	/* how many there are, with those not listed */
	int64_t newest; /* the largest number, or the one asked about */
};

/*
 * Read the problems whose number is larger than `after`.  At most `most` are
 * listed, since a stranger can invent any number of them; all are counted.
 */
int new_problems_read(struct store *, int64_t after, size_t most,
    struct arena *, struct new_problems *, struct fault *);

#endif
