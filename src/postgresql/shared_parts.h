#ifndef POSTGRESQL_SHARED_PARTS_H
#define POSTGRESQL_SHARED_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/row.h"
#include "tables/mirror.h"

struct fault;
struct pg;

/*
 * A mirror (tables/mirror.h) of a shared store has parts; a set is the parts
 * that one kind of reader needs.  SHARED_BASE is needed by all of them.
 */
enum shared_set {
	SHARED_BASE,
	SHARED_OVERVIEW,  /* the overview of a range */
	SHARED_LISTED,	  /* more of what that lists */
	SHARED_STATUS,	  /* what is stored */
	SHARED_NEWEST,	  /* whether reports still come */
	SHARED_MUTES,	  /* what is muted */
	SHARED_CONFLICTS, /* the copies that do not count */
	SHARED_COPIES,	  /* one of them, and the copy that counts */
	SHARED_PROBLEM,	  /* one problem, and whether it is muted */
	SHARED_METRICS,	  /* figures of the newest day, and all problems */
	SHARED_SETS
};

/* Which rows of these parts to read. */
struct shared_scope {
	const char *from, *to; /* UTC days, both included; NULL: not used */
	const char *const *domains;
	size_t n_domains;
	const char *now; /* "2026-11-23T00:00:00Z" */
	int64_t number;	 /* of a report or problem; 0: all */
	struct mirror_list listed;
};

/* The i-th part of a set, in `*part`: 1; or 0 past the last. */
int shared_part(enum shared_set, size_t i, enum mirror_part *part);

/*
 * Give the rows of the i-th part of a set to the sink, on a connection on which
 * shared_view_begin() was called.  A role of tlsrua_tenant gets no rows of
 * other domains than its own, and none at all of a table that tells of all
 * domains.
 */
int shared_part_read(struct pg *, enum shared_set, size_t i,
    const struct shared_scope *, const struct row_sink *, struct fault *);

/*
 * How many reports the shared store did not take; 0 for a role that may not
 * know.
 */
int shared_unshipped(struct pg *, int64_t *reports, struct fault *);

/* Bytes that the shared store takes on the server's disk. */
int shared_size(struct pg *, int64_t *bytes, struct fault *);

#endif
