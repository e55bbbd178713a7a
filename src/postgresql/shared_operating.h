#ifndef POSTGRESQL_SHARED_OPERATING_H
#define POSTGRESQL_SHARED_OPERATING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/dropped_report.h"
#include "model/pruning.h"

struct arena;
struct fault;
struct pg;

/*
 * What a member of tlsrua_operate does to a shared store: each function here
 * calls one of shared_operating.sql.  Numbers are those of the shared store.
 * Faults: exit code 66 for a number that does not exist, 65 for a report on a
 * day whose details were pruned, 77 for a role that may not, else as the
 * SQLSTATE has it.
 */

/* Mute a problem up to a day, "2026-11-23"; it may be muted already. */
int shared_mute(struct pg *, int64_t problem, const char *until,
    const char *note, struct fault *);
int shared_end_mute(struct pg *, int64_t problem, struct fault *);

/*
 * Take `n` reports out, all of them or none; with `dry_run` only look.  `list`,
 * with room for n, gets what goes, with strings in the arena.
 */
int shared_drop(struct pg *, const int64_t *reports, size_t n, bool dry_run,
    struct arena *, struct store_dropped *list, struct fault *);

/* Let a copy in conflict count in place of the one that does. */
int shared_accept(struct pg *, int64_t report, struct fault *);

/*
 * Drop failures and gzip files of whole months; with `dry_run` only count them.
 * `*given_back` gets the bytes that the server's disk gets back; `*days_left`
 * how many days before the date are left alone because conflicts wait there.
 */
int shared_prune(struct pg *, const struct store_prune *, bool dry_run,
    struct store_pruned *, int64_t *given_back, int64_t *days_left,
    struct fault *);

#endif
