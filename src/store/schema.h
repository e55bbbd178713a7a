#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdint.h>

struct fault;
struct store;

/* The texts of schema.sql, which makes the tables, and of views.sql. */
extern const char schema_sql[], views_sql[];

enum {
	SCHEMA_VERSION = 4,
	SCHEMA_APPLICATION = 0x544c5352 /* "TLSR", PRAGMA application_id */
};

/* How a database is made, and brought from one version to the next. */
struct schema {
	int64_t version;	  /* the newest */
	const char *create;	  /* makes it in an empty database */
	const char *views;	  /* makes its views; NULL: it has none */
	const char *const *steps; /* [n] leads from version n to n + 1 */
};

extern const struct schema schema_current;

/*
 * Bring the database to the schema's version, in one transaction, which
 * STORE_TRY leaves open; STORE_WRITE makes a copy first of a store that an
 * older release made (store_copy.h).  STORE_READ only checks whether it has
 * that version. A database restored from a dump is taken as ours when it has
 * our tables.
 */
int schema_check(struct store *, const struct schema *, struct fault *);

#endif
