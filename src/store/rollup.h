#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include <stdint.h>

struct fault;
struct report;
struct store;

/*
 * The rollups (schema.sql), kept up in the transaction of what they add up:
 * additions are gathered and written before the commit, sorted, many at once.
 */
struct rollup;

/* A report that counts was stored; `warnings` as they are stored. */
int rollup_add(struct store *, const struct report *, const char *warnings,
    struct fault *);

/* A stored report that counts, of that day, got a warning. */
int rollup_warned(
    struct store *, int64_t start, const char *code, struct fault *);

/* A CSV table of that day changes without its figures doing so. */
int rollup_touch(struct store *, int64_t start, struct fault *);

/* Write what was gathered. */
int rollup_flush(struct store *, struct fault *);

/* Forget what was gathered, and what a rollback takes back. */
void rollup_forget(struct store *);

void rollup_free(struct store *);

/* Note that the CSV tables show something else now. */
int rollup_next_generation(struct store *, struct fault *);

#endif
