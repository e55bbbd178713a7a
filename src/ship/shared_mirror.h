#ifndef SHIP_SHARED_MIRROR_H
#define SHIP_SHARED_MIRROR_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct row_sink;
struct store;
struct store_filter;

/*
 * A shared store on PostgreSQL as a store that the rooms which read one can
 * read (tables/mirror.h): all of it as it is at one moment.  It holds what the
 * functions below brought, each called once at most.  Faults have the exit
 * codes of ship().
 */
struct shared_mirror;

/*
 * Connect to a section of libpq's service file; `timeout` in seconds, on each
 * wait.  The first and the last day stored are brought, and whether the domains
 * are known.  The arguments must live on.  NULL with the fault.
 */
struct shared_mirror *shared_mirror_open(const char *service, unsigned timeout,
    const char *const *domains, size_t n_domains, struct fault *);
void shared_mirror_close(struct shared_mirror *); /* NULL is legal */

/* Valid until shared_mirror_close(), and not to be closed. */
struct store *shared_mirror_store(struct shared_mirror *);

/*
 * Bring what store_overview() reads for these days and the domains; NULL for
 * the first and the last day stored.
 */
int shared_mirror_overview(
    struct shared_mirror *, const char *from, const char *to, struct fault *);

/*
 * Bring what store_status() reads; `*unshipped` gets how many reports the
 * shared store did not take.
 */
int shared_mirror_status(
    struct shared_mirror *, int64_t *unshipped, struct fault *);

/* Bring what store_newest_end() reads; `now` in seconds since 1970. */
int shared_mirror_newest(struct shared_mirror *, int64_t now, struct fault *);

/* Bring what store_read_mutes() reads. */
int shared_mirror_mutes(struct shared_mirror *, struct fault *);

/*
 * Bring what store_read_quarantine() reads: the copies in conflict, under the
 * numbers of their reports.
 */
int shared_mirror_conflicts(struct shared_mirror *, struct fault *);

/*
 * Bring what store_quarantine_get() and store_load_report() read of the copy in
 * conflict that has this number, and of the one that counts in its place; more
 * than once is allowed.
 */
int shared_mirror_copies(
    struct shared_mirror *, int64_t report, struct fault *);

/* Bring what store_get_problem() reads of one, as far as there is one. */
int shared_mirror_problem(
    struct shared_mirror *, int64_t problem, struct fault *);

/*
 * Give a table of the shared store itself to the sink, as store_read_table()
 * does; the mirror has none.
 */
int shared_mirror_table(struct shared_mirror *, const char *table,
    const struct store_filter *, const struct row_sink *, struct fault *);

/* Bring what metrics_read() reads. */
int shared_mirror_metrics(struct shared_mirror *, struct fault *);

#endif
