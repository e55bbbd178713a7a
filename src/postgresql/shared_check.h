#ifndef POSTGRESQL_SHARED_CHECK_H
#define POSTGRESQL_SHARED_CHECK_H

#include <stdint.h>

struct fault;
struct pg;

/* What a look at the shared store finds. */
struct shared_state {
	int version;		/* of its schema */
	const char *encryption; /* "TLSv1.3"; "without TLS" */
	int64_t journals;
	int64_t unshipped;  /* reports that it did not take */
	int64_t dirty_days; /* whose rollups are to be counted again */
};

/*
 * Look at the shared store without changing anything.  -1 also when its schema
 * is of a release that does not go with this one (exit code 76), or when the
 * role may not ship (77).  `encryption` is valid until the connection is
 * closed.
 */
int shared_check(struct pg *, struct shared_state *, struct fault *);

#endif
