#ifndef POSTGRESQL_BINARY_ARRAY_H
#define POSTGRESQL_BINARY_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Types of PostgreSQL (pg_type.dat), by their number. */
enum pg_type {
	PG_NO_TYPE = 0, /* the array is not begun */
	PG_BOOL = 16,
	PG_BYTEA = 17,
	PG_INT8 = 20,
	PG_INT4 = 23,
	PG_TEXT = 25,
	PG_FLOAT8 = 701,
	PG_DATE = 1082,
	PG_TIME = 1184, /* timestamptz */
	PG_UUID = 2950
};

/*
 * An array of one dimension in the binary form of PostgreSQL (array_recv), as a
 * parameter of a statement that unnest()s it.  Begin it, add each element with
 * the function of its type, and take array_value().  buf_free() its bytes.
 */
struct binary_array {
	enum pg_type type;
	uint32_t n;
	bool has_null;
	struct buf bytes;
};

void array_begin(struct binary_array *, enum pg_type);

void array_add_bool(struct binary_array *, bool);
void array_add_int(struct binary_array *, int64_t); /* int4 or int8 */
void array_add_text(struct binary_array *, const char *);
void array_add_bytes(struct binary_array *, const void *, size_t n);
void array_add_day(struct binary_array *, int64_t day);	  /* days since 1970 */
void array_add_time(struct binary_array *, int64_t time); /* seconds since it */
void array_add_null(struct binary_array *);

/* The finished array; valid until the array is used again. */
struct span array_value(struct binary_array *);

/* The pg_type number of an array of that type; 0 where we send none. */
unsigned array_type(enum pg_type);

/* Write and read a number in PostgreSQL's order of bytes, in 8 or 4 of them. */
void pg_put64(char *out, int64_t);
void pg_put32(char *out, int32_t);
int64_t pg_get64(const char *);
int32_t pg_get32(const char *);

#endif
