#ifndef TABLES_OWN_ENTRIES_H
#define TABLES_OWN_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;
struct store_filter;

/*
 * What a reader of few domains needs who is to see no other: a table of the
 * connection's own that tells which reports have entries about which domain,
 * for the store has no index for that.
 */

/* Whether a table is read by it. */
bool own_entries_needed(const char *table);

/*
 * Fill it with those days of the filter that changed since `generation` and are
 * not in it as they are now.  In one view of the store with what reads it.
 */
int own_entries_read(struct store *, const struct store_filter *,
    int64_t generation, struct fault *);

/*
 * The first and the newest day with a report about any of the filter's domains
 * that is counted, the first not before `from` (unless that is ""); both ""
 * when there is none.
 */
int own_days(struct store *, const struct store_filter *, unsigned days,
    char from[static 16], char to[static 16], struct fault *);

#endif
