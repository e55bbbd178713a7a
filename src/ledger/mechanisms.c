#include <stdio.h>
#include <string.h>

#include "ledger/mechanisms.h"
#include "store/sql.h"
#include "store/store_private.h"

static const struct sql select_mechanism = {
	"SELECT mechanism FROM mechanisms WHERE name = ?1"
};

int
store_find_mechanism(struct store *st, const char *mailbox, char *mechanism,
    size_t size, struct fault *f)
{
	struct value v = value_text(mailbox);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_mechanism, &v, 1, &row, f);

	mechanism[0] = '\0';
	if (rc != 1)
		return rc;
	snprintf(mechanism, size, "%s", sql_column(row, 0));
	sqlite3_reset(row);
	return 0;
}

static const struct sql upsert_mechanism = {
	"INSERT INTO mechanisms (name, mechanism) VALUES (?1, ?2)"
	" ON CONFLICT DO UPDATE SET mechanism = ?2"
};

int
store_note_mechanism(struct store *st, const char *mailbox,
    const char *mechanism, struct fault *f)
{
	struct value v[] = { value_text(mailbox), value_text(mechanism) };

	if (store_begin_try(st, f) == -1)
		return -1;
	return sql_run(st, &upsert_mechanism, v, 2, f);
}
