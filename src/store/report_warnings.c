#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "store/report_warnings.h"
#include "store/reports.h"
#include "store/sql.h"
#include "store/store_private.h"

/* As the bits of enum report_warned count. */
static const char *const code_of[] = { "unauthenticated", REPORT_ID_CONFLICT,
	REPORT_ID_REUSED };

enum {
	CODES = sizeof code_of / sizeof *code_of
};

/* The bit of a code of that length; 0 for any other. */
static unsigned
bit_of(const char *code, size_t len)
{
	size_t i;

	for (i = 0; i < CODES; i++)
		if (strlen(code_of[i]) == len &&
		    memcmp(code_of[i], code, len) == 0)
			return 1U << i;
	return 0;
}

/* Append a code to the list that ends at `p`; returns its new end. */
static char *
append(const char *list, char *p, const char *code, size_t len)
{
	if (p > list)
		*p++ = ' ';
	memcpy(p, code, len);
	return p + len;
}

/* Which of those a list has. */
static unsigned
bits_in(const char *codes)
{
	unsigned bits = 0;
	size_t len;

	for (; *codes != '\0'; codes += len + (codes[len] == ' ')) {
		len = strcspn(codes, " ");
		bits |= bit_of(codes, len);
	}
	return bits;
}

const char *
report_warnings(
    const char *codes, unsigned add, unsigned remove, struct arena *a)
{
	unsigned before = bits_in(codes), bits = (before | add) & ~remove;
	size_t i, len, room = strlen(codes) + 1;
	char *list, *p;

	if (bits == before)
		return codes;
	for (i = 0; i < CODES; i++)
		room += strlen(code_of[i]) + 1;
	list = p = arena_alloc(a, room);
	for (; *codes != '\0'; codes += len + (codes[len] == ' ')) {
		len = strcspn(codes, " ");
		if (bit_of(codes, len) == 0)
			p = append(list, p, codes, len);
	}
	for (i = 0; i < CODES; i++)
		if ((bits & 1U << i) != 0)
			p = append(list, p, code_of[i], strlen(code_of[i]));
	*p = '\0';
	return list;
}

static const struct sql select_warnings = {
	"SELECT warnings FROM reports WHERE id = ?1"
};

static const struct sql update_warnings = {
	"UPDATE reports SET warnings = ?2 WHERE id = ?1"
};

int
report_warnings_set(struct store *st, int64_t report, unsigned add,
    unsigned remove, struct fault *f)
{
	struct value v[] = { value_number(report), value_null() };
	const char *before, *after;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_warnings, v, 1, &row, f);

	if (rc != 1)
		return rc;
	before = sql_copy_column(&st->scratch, row, 0);
	sqlite3_reset(row);
	after = report_warnings(before, add, remove, &st->scratch);
	if (after == before)
		return 0;
	v[1] = value_text(after);
	return sql_run(st, &update_warnings, v, 2, f) == -1 ? -1 : 1;
}
