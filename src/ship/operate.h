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
 * tlsrua_operate.  Numbers of reports and problems are those of the shared
 * store, not of any poller.  Each call makes a connection of its own.  Faults
 * have the exit codes of ship(); 66 for a number that does not exist; 65 for a
 * report on a day whose details were pruned.
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
 * Take `n` reports out, all of them or none; with `dry_run` only look.  `list`,
 * with room for n, gets what goes, with strings in the arena.
 */
int operate_drop(const struct shared_service *, const int64_t *reports,
    size_t n, bool dry_run, struct arena *, struct store_dropped *list,
    struct fault *);

/*
 * Let copies in conflict count in place of the ones that do, one after the
 * other; those before a fault stay decided.
 */
int operate_accept(const struct shared_service *, const int64_t *reports,
    size_t n, struct fault *);

/*
 * Drop what old reports hold beyond the figures, whole months at a time; with
 * `dry_run` only count it.  `*given_back` gets the bytes that the server's disk
 * gets back; `*days_left` how many days before the date are left alone because
 * conflicts wait for a decision.
 */
int operate_prune(const struct shared_service *, const struct store_prune *,
    bool dry_run, struct store_pruned *, int64_t *given_back,
    int64_t *days_left, struct fault *);

#endif
