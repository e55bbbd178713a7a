#ifndef SHIP_OPERATE_H
#define SHIP_OPERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/dropped_report.h"
#include "model/pruning.h"

struct arena;
struct fault;

/*
 * What people do to a shared store, as a role that is a member of
 * tlsrua_operate; numbers of reports and problems are the shared store's own.
 * Each call connects for itself.  Faults have the exit codes of ship(), 66 for
 * a number that is none, and 65 for a day whose details were pruned.
 */
struct shared_service {
	const char *name; /* section of libpq's service file */
	unsigned timeout; /* seconds, on each wait */
};

/* Mute a problem up to a day, "2026-11-23". */
int operate_mute(const struct shared_service *, int64_t problem,
    const char *until, const char *note, struct fault *);
int operate_end_mute(
    const struct shared_service *, int64_t problem, struct fault *);

/*
 * Take reports out, all of them or none, or say what would be: each is told in
 * `list`, whose strings live in the arena.
 */
int operate_drop(const struct shared_service *, const int64_t *reports,
    size_t n, bool dry_run, struct arena *, struct store_dropped *list,
    struct fault *);

/* Have copies in conflict count, one after the other. */
int operate_accept(const struct shared_service *, const int64_t *reports,
    size_t n, struct fault *);

/*
 * Drop what old reports hold beyond the figures, whole months at a time, or
 * count it.  `*given_back` gets bytes, `*days_left` the days before that are
 * left alone since conflicts wait.
 */
int operate_prune(const struct shared_service *, const struct store_prune *,
    bool dry_run, struct store_pruned *, int64_t *given_back,
    int64_t *days_left, struct fault *);

#endif
