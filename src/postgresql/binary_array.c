#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/span.h"
#include "postgresql/binary_array.h"

enum {
	HEADER = 20, /* dimensions, has nulls, type, length, first index */
	EMPTY_HEADER = 12,  /* of an array without elements, which has none */
	EPOCH_DAYS = 10957, /* from 1970 to 2000 */
	MICROSECONDS = 1000000, /* in a second */
	SECONDS = 86400		/* in a day */
};

static const size_t most = (size_t)1 << 30; /* of PostgreSQL, for a value */

void
pg_put32(char *out, int32_t n)
{
	uint32_t big = htobe32((uint32_t)n);

	memcpy(out, &big, sizeof big);
}

void
pg_put64(char *out, int64_t n)
{
	uint64_t big = htobe64((uint64_t)n);

	memcpy(out, &big, sizeof big);
}

int32_t
pg_get32(const char *p)
{
	uint32_t big;

	memcpy(&big, p, sizeof big);
	return (int32_t)be32toh(big);
}

int64_t
pg_get64(const char *p)
{
	uint64_t big;

	memcpy(&big, p, sizeof big);
	return (int64_t)be64toh(big);
}

static void
append(struct binary_array *a, const void *p, size_t n)
{
	/* batches are bounded far below what a value may have */
	if (buf_append(&a->bytes, p, n) == -1)
		out_of_memory();
}

void
array_begin(struct binary_array *a, enum pg_type type)
{
	static const char header[HEADER];

	a->type = type;
	a->n = 0;
	a->has_null = false;
	a->bytes.max = most;
	buf_reset(&a->bytes);
	append(a, header, sizeof header);
}

void
array_add_bytes(struct binary_array *a, const void *p, size_t n)
{
	char length[4];

	pg_put32(length, (int32_t)n);
	append(a, length, sizeof length);
	append(a, p, n);
	a->n++;
}

void
array_add_bool(struct binary_array *a, bool value)
{
	char byte = value ? 1 : 0;

	array_add_bytes(a, &byte, 1);
}

void
array_add_int(struct binary_array *a, int64_t value)
{
	char number[8];

	if (a->type == PG_INT8) {
		pg_put64(number, value);
		array_add_bytes(a, number, 8);
	} else {
		pg_put32(number, (int32_t)value);
		array_add_bytes(a, number, 4);
	}
}

void
array_add_text(struct binary_array *a, const char *s)
{
	array_add_bytes(a, s, strlen(s));
}

void
array_add_day(struct binary_array *a, int64_t day)
{
	char number[4];

	pg_put32(number, (int32_t)(day - EPOCH_DAYS));
	array_add_bytes(a, number, sizeof number);
}

void
array_add_time(struct binary_array *a, int64_t time)
{
	char number[8];

	pg_put64(number, (time - (int64_t)EPOCH_DAYS * SECONDS) * MICROSECONDS);
	array_add_bytes(a, number, sizeof number);
}

void
array_add_null(struct binary_array *a)
{
	char length[4];

	pg_put32(length, -1);
	append(a, length, sizeof length);
	a->has_null = true;
	a->n++;
}

struct span
array_value(struct binary_array *a)
{
	char *p = a->bytes.data;

	pg_put32(p, a->n > 0 ? 1 : 0);
	pg_put32(p + 4, a->has_null);
	pg_put32(p + 8, (int32_t)a->type);
	pg_put32(p + 12, (int32_t)a->n);
	pg_put32(p + 16, 1);
	return (struct span){ p, a->n > 0 ? a->bytes.len : EMPTY_HEADER };
}

unsigned
array_type(enum pg_type type)
{
	static const struct {
		enum pg_type type;
		unsigned array;
	} types[] = { { PG_BOOL, 1000 }, { PG_BYTEA, 1001 }, { PG_INT4, 1007 },
		{ PG_TEXT, 1009 }, { PG_INT8, 1016 }, { PG_DATE, 1182 },
		{ PG_TIME, 1185 }, { PG_UUID, 2951 } };
	size_t i;

	for (i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type)
			return types[i].array;
	return 0;
}
