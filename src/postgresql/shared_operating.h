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
 * What a member of tlsrua_operate does to a shared store; the functions of
 * shared_operating.sql.  Numbers are the shared store's own.  Faults: exit code
 * 66 for a number that is none, 65 for a day whose details were pruned, 77 for
 * a role that may not, else by SQLSTATE.
 */

/* Mute a problem up to a day, "2026-11-23"; it may be muted already. */
int shared_mute(struct pg *, int64_t problem, const char *until,
    const char *note, struct fault *);
int shared_end_mute(struct pg *, int64_t problem, struct fault *);

/*
 * Take reports out, all of them or none, or say what would be; each is told
 * in `list`, whose strings live in the arena.
 */
int shared_drop(struct pg *, const int64_t *reports, size_t n, bool dry_run,
    struct arena *, struct store_dropped *list, struct fault *);

/* Have a copy in conflict count. */
int shared_accept(struct pg *, int64_t report, struct fault *);

/*
 * Drop failures and gzip files of whole months, or count what would be.  In
 * `*days_left` how many days before are left since conflicts wait, in
 * `*given_back` bytes.
 */
int shared_prune(struct pg *, const struct store_prune *, bool dry_run,
    struct store_pruned *, int64_t *given_back, int64_t *days_left,
    struct fault *);

#endif
