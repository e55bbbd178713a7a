#ifndef TABLES_DOMAIN_REPORTS_H
#define TABLES_DOMAIN_REPORTS_H

#include <stddef.h>

#include "model/domain_setup.h"

struct arena;
struct fault;
struct store;

/* What the store holds about one domain. */
struct domain_reports {
	const char *domain; /* set by the caller */
	struct reports_found found;
	/* the mailbox by which reports on it came last in the newest 30 days
	 * stored, and the day of the newest; "" when none did */
	const char *arrived_in, *arrived_on;
};

/*
 * Read it for all these domains, in few queries: who reports, by the newest 7
 * days stored, which MX hosts are named there, and which problems are open.
 * Of a domain at most 200 policies, 20 hosts and 20 problems are taken, so that
 * what strangers report costs little.  What is made goes into the arena.
 */
int domain_reports_read(struct store *, struct domain_reports *, size_t n,
    struct arena *, struct fault *);

/*
 * The domains that reports of the newest 30 days stored are about, at most
 * `most` of them; `*n` gets their number.
 */
int domain_reports_list(struct store *, size_t most, struct arena *,
    const char ***domain, size_t *n, struct fault *);

#endif
