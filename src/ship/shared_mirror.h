#ifndef SHIP_SHARED_MIRROR_H
#define SHIP_SHARED_MIRROR_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct row_sink;
struct store;
struct store_filter;

/*
 * A mirror of a shared store (tables/mirror.h): a store in a temporary file
 * that can be read like a poller's.  It is empty at first; the functions below
 * bring into it what certain readers need, all as the shared store was at one
 * moment. Call each of them once at most.  Faults have the exit codes of
 * ship().
 */
struct shared_mirror;

/*
 * Connect to a section of libpq's service file, and bring the first and the
 * last day stored, and which of the domains are known (no domains: all are
 * meant). `timeout` is in seconds, on each wait.  The arguments must live as
 * long as the mirror.  NULL with the fault.
 */
struct shared_mirror *shared_mirror_open(const char *service, unsigned timeout,
    const char *const *domains, size_t n_domains, struct fault *);
void shared_mirror_close(struct shared_mirror *); /* NULL is legal */

/* The store to read; it belongs to the mirror, which closes it. */
struct store *shared_mirror_store(struct shared_mirror *);

/*
 * Bring what store_overview() reads for these days and the mirror's domains.
 * NULL stands for the first or the last day stored.
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
 * conflict that has this number, and of the copy that counts.  This one may be
 * called several times.
 */
int shared_mirror_copies(
    struct shared_mirror *, int64_t report, struct fault *);

/* Bring what store_get_problem() reads, if there is a problem of that number.
 */
int shared_mirror_problem(
    struct shared_mirror *, int64_t problem, struct fault *);

/*
 * Give the rows of a table to the sink, as store_read_table() does, but
 * straight from the shared store: the mirror has no tables to export.
 */
int shared_mirror_table(struct shared_mirror *, const char *table,
    const struct store_filter *, const struct row_sink *, struct fault *);

/* Bring what metrics_read() reads. */
int shared_mirror_metrics(struct shared_mirror *, struct fault *);

#endif
