#ifndef CMD_TABLES_H
#define CMD_TABLES_H

#include <stdbool.h>

#include "config/config.h"
#include "store/store.h"

struct fault;

/*
 * Write a table as CSV into DIR/NAME.csv, whole or not at all.  A fault has
 * exit code 73, or that of the store.
 */
int table_write(struct store *, const struct csv_style *, const char *dir,
    const char *table, const struct store_filter *, struct fault *);

/* The same to standard output. */
int table_print(struct store *, const struct csv_style *, const char *table,
    const struct store_filter *, struct fault *);

/*
 * Refresh the folder of [export] dir, when there is one: every table, as far
 * back as [export] since says.
 */
int tables_refresh(struct store *, const struct config *, struct fault *);

/*
 * The day `days` before the newest stored one, that one included, in `day`;
 * "" when nothing is stored or days is SINCE_ALL.
 */
int tables_since(
    struct store *, unsigned days, char day[static 16], struct fault *);

#endif
