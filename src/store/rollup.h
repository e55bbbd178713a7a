#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include <stdint.h>

struct fault;
struct report;
struct store;

/*
 * The rollup tables of schema.sql, which hold the figures of the CSV tables
 * added up by day.  They change in the same transaction as the reports: what a
 * transaction adds is gathered in memory, and written sorted before the commit.
 */
struct rollup;

/* Add the figures of a report that was stored and counts. */
int rollup_add(struct store *, const struct report *, const char *warnings,
    struct fault *);

/* Count one more warning of a report that counts; `start` is its start. */
int rollup_warned(
    struct store *, int64_t start, const char *code, struct fault *);

/* Note that a CSV table shows something else for a day, though no sum changed.
 */
int rollup_touch(struct store *, int64_t start, struct fault *);

/* Write what was gathered since the last flush. */
int rollup_flush(struct store *, struct fault *);

/* Throw away what was gathered, and row ids that a rollback takes back. */
void rollup_forget(struct store *);

void rollup_free(struct store *);

/* Note that the CSV tables show something else now. */
int rollup_next_generation(struct store *, struct fault *);

#endif
