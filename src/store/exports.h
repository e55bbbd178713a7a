#ifndef STORE_EXPORTS_H
#define STORE_EXPORTS_H

#include <stdint.h>

struct arena;
struct fault;
struct store;

/*
 * Which files show what is stored, so that a refresh need not write again what
 * has not changed.  The generation grows with every change of what a table
 * that can be exported shows.
 */
int store_generation(struct store *, int64_t *generation, struct fault *);

/* A table's file in a folder, as it was written. */
struct store_export {
	const char *dir, *table;
	int64_t generation;  /* of the store, as the file shows it */
	const char *options; /* all else that its bytes depend on */
	const char *file;    /* how to tell that it is still that file */
	const char *parts;   /* what the writer wants to know the next time */
};

/* What was noted last: 1; or 0 when nothing was. */
int store_find_export(struct store *, const char *dir, const char *table,
    struct arena *, struct store_export *, struct fault *);

/* In a transaction. */
int store_note_export(
    struct store *, const struct store_export *, struct fault *);

#endif
