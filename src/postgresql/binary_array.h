#ifndef POSTGRESQL_BINARY_ARRAY_H
#define POSTGRESQL_BINARY_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Types of PostgreSQL (pg_type.dat), by their number. */
enum pg_type {
	PG_NO_TYPE = 0, /* of an array that is not begun */
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
 * An array of one dimension in the binary form of PostgreSQL (array_recv), as
 * unnest() takes it.  Begin it, add each element with the function of its type,
 * use array_value(); buf_free() its bytes.
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
void array_add_day(struct binary_array *, int64_t day);	  /* since 1970 */
void array_add_time(struct binary_array *, int64_t time); /* seconds, 1970 */
void array_add_null(struct binary_array *);

/* The finished array; valid until the next use. */
struct span array_value(struct binary_array *);

/* The number of the type of an array of that type; 0 when there is none. */
unsigned array_type(enum pg_type);

/* A number in the order of bytes that PostgreSQL wants; `out` has 8 or 4. */
void pg_put64(char *out, int64_t);
void pg_put32(char *out, int32_t);
int64_t pg_get64(const char *);
int32_t pg_get32(const char *);

#endif
