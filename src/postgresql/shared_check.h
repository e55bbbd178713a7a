#ifndef POSTGRESQL_SHARED_CHECK_H
#define POSTGRESQL_SHARED_CHECK_H

#include <stdint.h>

struct fault;
struct pg;

/* How the shared store is. */
struct shared_state {
	int version;		/* of its schema */
	const char *encryption; /* "TLSv1.3"; "without TLS" */
	int64_t journals, unshipped, dirty_days;
};

/*
 * Look at it without changing anything.  -1 also where it is of another
 * release, or where the role may not ship (exit code 77).  `encryption` is gone
 * with the connection.
 */
int shared_check(struct pg *, struct shared_state *, struct fault *);

#endif
