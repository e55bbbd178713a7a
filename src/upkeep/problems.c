#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "store/messages.h"
#include "store/rollup.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"
#include "upkeep/problems.h"

static const struct sql select_result_type = {
	"SELECT side, remedy FROM result_types WHERE name = ?1"
};

/* Whether it is stored like this; -1 for a failure. */
static int
is_stored(struct store *st, const struct store_result_type *t, struct fault *f)
{
	struct value name = value_text(t->name);
	sqlite3_stmt *row;
	int same, rc = sql_ask(st, &select_result_type, &name, 1, &row, f);

	if (rc != 1)
		return rc;
	same = strcmp(sql_column(row, 0), t->side) == 0 &&
	       strcmp(sql_column(row, 1), t->remedy) == 0;
	sqlite3_reset(row);
	return same;
}

static const struct sql replace_result_type = {
	"INSERT OR REPLACE INTO result_types (name, side, remedy)"
	" VALUES (?1, ?2, ?3)"
};

static int
write_types(struct store *st, const struct store_result_type *t, size_t n,
    struct fault *f)
{
	size_t i;

	if (store_begin(st, f) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		struct value v[] = { value_text(t[i].name),
			value_text(t[i].side), value_text(t[i].remedy) };

		if (sql_run(st, &replace_result_type, v, 3, f) == -1)
			goto failed;
	}
	if (rollup_next_generation(st, f) == 0)
		return store_commit(st, f);
failed:
	store_rollback(st);
	return -1;
}

int
store_set_result_types(struct store *st, const struct store_result_type *t,
    size_t n, struct fault *f)
{
	int same = 1;
	size_t i;

	for (i = 0; i < n && same == 1; i++)
		same = is_stored(st, &t[i], f);
	return same == 0 ? write_types(st, t, n, f) : same == 1 ? 0 : -1;
}

static const struct sql select_problem = {
	"SELECT p.domain, p.receiving_mx_hostname, p.result_type,"
	" ifnull(m.until, ''), ifnull(m.note, '') FROM problems AS p"
	" LEFT JOIN mutes AS m ON m.problem = p.id WHERE p.id = ?1"
};

int
store_get_problem(struct store *st, int64_t number, struct arena *a,
    struct store_problem *p, struct fault *f)
{
	struct value v = value_number(number);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_problem, &v, 1, &row, f);

	if (rc == 0)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "problem %lld: no such number; `tlsrua export -o - "
		    "problems` lists them",
		    (long long)number);
	if (rc == -1)
		return -1;
	*p = (struct store_problem){
		.number = number,
		.domain = sql_copy_column(a, row, 0),
		.mx = sql_copy_column(a, row, 1),
		.result_type = sql_copy_column(a, row, 2),
		.muted_until = sql_copy_column(a, row, 3),
		.mute_note = sql_copy_column(a, row, 4),
	};
	sqlite3_reset(row);
	return 0;
}

static const struct sql replace_mute = {
	"INSERT OR REPLACE INTO mutes (problem, until, note)"
	" VALUES (?1, ?2, ?3)"
};

int
store_mute(struct store *st, int64_t number, const char *until,
    const char *note, struct fault *f)
{
	struct arena a = { 0 };
	struct store_problem p;
	struct value v[] = { value_number(number), value_text(until),
		value_null() };
	int rc = -1;

	v[2] = value_text(clean_text(&a, note));
	if (store_begin(st, f) == -1)
		goto out;
	if (store_get_problem(st, number, &a, &p, f) == -1 ||
	    sql_run(st, &replace_mute, v, 3, f) == -1 ||
	    store_commit(st, f) == -1) {
		store_rollback(st);
		goto out;
	}
	rc = 0;
out:
	arena_free(&a);
	return rc;
}

static const struct sql delete_mute = {
	"DELETE FROM mutes WHERE problem = ?1"
};

int
store_end_mute(struct store *st, int64_t number, struct fault *f)
{
	struct value v = value_number(number);

	if (store_begin(st, f) == -1)
		return -1;
	if (sql_run(st, &delete_mute, &v, 1, f) == -1)
		goto failed;
	if (sql_changes(st) == 0) {
		fault(f, FAULT_HOST, EX_NOINPUT,
		    "problem %lld: is not muted; `tlsrua mute --list` lists "
		    "those that are",
		    (long long)number);
		goto failed;
	}
	return store_commit(st, f);
failed:
	store_rollback(st);
	return -1;
}

static const struct sql select_mutes = {
	"SELECT p.id, p.domain, p.receiving_mx_hostname, p.result_type,"
	" mutes.until, mutes.note FROM mutes CROSS JOIN problems AS p"
	" ON p.id = mutes.problem ORDER BY mutes.problem"
};

int
store_read_mutes(
    struct store *st, store_mute_fn *fn, void *arg, struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_mutes, NULL, 0, &row, f);

	for (; rc == 1; rc = sql_next(st, row, f)) {
		struct store_problem p = {
			.number = sqlite3_column_int64(row, 0),
			.domain = sql_column(row, 1),
			.mx = sql_column(row, 2),
			.result_type = sql_column(row, 3),
			.muted_until = sql_column(row, 4),
			.mute_note = sql_column(row, 5),
		};

		fn(arg, &p);
	}
	return rc;
}
