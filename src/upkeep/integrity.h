#ifndef UPKEEP_INTEGRITY_H
#define UPKEEP_INTEGRITY_H

struct arena;
struct fault;
struct store;

/*
 * Have SQLite look through all pages of the database and at its foreign keys.
 * `*damage` gets the first thing that is wrong, "" when nothing is.
 */
int store_integrity(
    struct store *, struct arena *, const char **damage, struct fault *);

#endif
