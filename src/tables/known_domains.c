#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/sql.h"
#include "tables/known_domains.h"

static int
compare(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

bool
known_domains_have(const struct known_domains *k, const char *domain)
{
	return k->n > 0 &&
	       bsearch(domain, k->name, k->n, sizeof *k->name, compare) != NULL;
}

static int
read_list(struct store *st, const struct sql *sql, const struct value *v,
    size_t n_values, struct arena *a, struct known_domains *k, struct fault *f)
{
	const char **name = NULL;
	size_t n = 0, room = 0;
	sqlite3_stmt *row;
	int rc = sql_ask(st, sql, v, n_values, &row, f);

	for (; rc == 1; rc = sql_next(st, row, f)) {
		name = arena_grow(a, name, n, &room, sizeof *name);
		name[n++] = sql_copy_column(a, row, 0);
	}
	*k = (struct known_domains){ name, n };
	return rc;
}

static const struct sql select_known = {
	"SELECT DISTINCT domain FROM senders ORDER BY domain"
};

int
known_domains_read(
    struct store *st, struct arena *a, struct known_domains *k, struct fault *f)
{
	return read_list(st, &select_known, NULL, 0, a, k, f);
}

static const struct sql select_newest = {
	"SELECT ifnull(max(id), 0) FROM reports"
};

static const struct sql select_new = {
	"SELECT DISTINCT domain FROM policies"
	" WHERE report > ?1 AND skipped = 0 ORDER BY domain"
};

int
new_domains_read(struct store *st, int64_t report, struct arena *a,
    struct known_domains *k, int64_t *newest, struct fault *f)
{
	struct value v = value_number(report);

	if (sql_number(st, &select_newest, NULL, 0, newest, f) == -1)
		return -1;
	return read_list(st, &select_new, &v, 1, a, k, f);
}
