#ifndef UPKEEP_STORED_REPORT_H
#define UPKEEP_STORED_REPORT_H

#include <stdint.h>

struct arena;
struct fault;
struct report;
struct store;

/*
 * Read a stored report, as far as the store holds it, with its digest; strings
 * are in the arena.
 */
int store_load_report(struct store *, int64_t report, struct arena *,
    struct report *, struct fault *);

#endif
