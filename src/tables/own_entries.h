#ifndef TABLES_OWN_ENTRIES_H
#define TABLES_OWN_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;
struct store_filter;

/*
 * Who reads the store for a view ([view NAME]) sees only the entries about its
 * domains.  The store has no index that finds these, so this makes a temporary
 * table, own_entries, with a row for each report and domain.
 */

/* Whether that table is needed to read a table of this name. */
bool own_entries_needed(const char *table);

/*
 * Fill own_entries with the days of the filter that changed since `generation`,
 * but for those that it has already.  What reads it must do so in the same view
 * of the store (store_begin_view()).
 */
int own_entries_read(struct store *, const struct store_filter *,
    int64_t generation, struct fault *);

/*
 * The first and the newest day with a report that counts about any of the
 * filter's domains; the first one is not further back than `days` days from the
 * newest.  Both are "" when there is no such report.
 */
int own_days(struct store *, const struct store_filter *, unsigned days,
    char from[static 16], char to[static 16], struct fault *);

#endif
