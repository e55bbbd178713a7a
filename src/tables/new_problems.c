#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/sql.h"
#include "tables/new_problems.h"

static const struct sql count_new = {
	"SELECT count(*), ifnull(max(id), ?1) FROM problems WHERE id > ?1"
};

static const struct sql select_new = {
	"SELECT b.id, b.domain, b.receiving_mx_hostname, b.result_type,"
	" ifnull((SELECT t.side FROM result_types AS t"
	" WHERE t.name = b.result_type), 'unclear'),"
	" CAST(total(f.failed_sessions) AS INTEGER) AS failed"
	" FROM problems AS b CROSS JOIN rollup_failures AS f"
	" WHERE b.id > ?1 AND f.problem = b.id"
	" GROUP BY b.id ORDER BY failed DESC, b.id LIMIT ?2"
};

static int
count(struct store *st, int64_t after, struct new_problems *p, struct fault *f)
{
	struct value v = value_number(after);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &count_new, &v, 1, &row, f);

	if (rc != 1)
		return rc;
	p->all = sqlite3_column_int64(row, 0);
	p->newest = sqlite3_column_int64(row, 1);
	sqlite3_reset(row);
	return 0;
}

int
new_problems_read(struct store *st, int64_t after, size_t most, struct arena *a,
    struct new_problems *p, struct fault *f)
{
	struct value v[] = { value_number(after), value_count(most) };
	sqlite3_stmt *row;
	int rc;

	*p = (struct new_problems){ 0 };
	if (count(st, after, p, f) == -1)
		return -1;
	p->item = arena_alloc(a, (most + 1) * sizeof *p->item);
	for (rc = sql_ask(st, &select_new, v, 2, &row, f); rc == 1;
	     rc = sql_next(st, row, f))
		p->item[p->n++] = (struct new_problem){
			.number = sqlite3_column_int64(row, 0),
			.domain = sql_copy_column(a, row, 1),
			.mx = sql_copy_column(a, row, 2),
			.result_type = sql_copy_column(a, row, 3),
			.side = sql_copy_column(a, row, 4),
			.failed = sqlite3_column_int64(row, 5),
		};
	return rc;
}
