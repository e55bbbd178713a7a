#ifndef POSTGRESQL_SHARED_PARTS_H
#define POSTGRESQL_SHARED_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/row.h"
#include "tables/mirror.h"

struct fault;
struct pg;

/* What of a shared store is read to mirror it (tables/mirror.h), for: */
enum shared_set {
	SHARED_BASE,	  /* all of these */
	SHARED_OVERVIEW,  /* the overview of a range */
	SHARED_STATUS,	  /* what is stored */
	SHARED_NEWEST,	  /* whether reports still come */
	SHARED_MUTES,	  /* what is muted */
	SHARED_CONFLICTS, /* the copies that do not count */
	SHARED_COPIES,	  /* one of them, and the copy that counts */
	SHARED_PROBLEM,	  /* one problem, and whether it is muted */
	SHARED_METRICS,	  /* figures of the newest day, and all problems */
	SHARED_SETS
};

/* What is asked for. */
struct shared_scope {
	const char *from, *to; /* UTC days, both included; NULL: not used */
	const char *const *domains;
	size_t n_domains;
	const char *now; /* "2026-11-23T00:00:00Z" */
	int64_t number;	 /* of a report or problem; 0: all */
};

/*
 * The rows of the i-th part of a set, on a connection on which
 * shared_view_begin() was called.  1 when there are any to come, and then
 * `*part` is where they belong; 0 past the last.
 */
int shared_part(enum shared_set, size_t i, enum mirror_part *part);

/*
 * Give the rows of that part to the sink.  What the role may not read, for it
 * is of no domain of its own, has none.
 */
int shared_part_read(struct pg *, enum shared_set, size_t i,
    const struct shared_scope *, const struct row_sink *, struct fault *);

/* Reports that it did not take; 0 for a role that may not know. */
int shared_unshipped(struct pg *, int64_t *reports, struct fault *);

/* Bytes that the shared store takes on the server's disk. */
int shared_size(struct pg *, int64_t *bytes, struct fault *);

#endif
