#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ledger/polled_folders.h"
#include "model/poller_state.h"
#include "store/messages.h"
#include "store/sql.h"

static const struct sql select_folders = {
	"SELECT name, folder, uidvalidity, uid, last_poll, last_good,"
	" ifnull(status, -1), error, messages, reports, ifnull(duration, -1)"
	" FROM mailboxes ORDER BY name, folder"
};

static const struct sql select_figures = {
	"SELECT messages, quarantined, quarantine_bytes FROM totals"
	" WHERE id = 1"
};

static const char *
time_or_null(struct arena *a, sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL
		   ? NULL
		   : sql_copy_column(a, row, column);
}

/* What servers say need not be UTF-8. */
static const char *
clean_copy(struct arena *a, sqlite3_stmt *row, int column)
{
	return arena_strdup(a, clean_text(a, sql_column(row, column)));
}

static int
read_folders(struct store *st, struct poller_state *s, struct fault *f)
{
	struct arena *a = &s->memory;
	struct polled_folder *list = NULL;
	size_t n = 0, room = 0;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_folders, NULL, 0, &row, f);

	for (; rc == 1; rc = sql_next(st, row, f)) {
		list = arena_grow(a, list, n, &room, sizeof *list);
		list[n++] = (struct polled_folder){
			.mailbox = clean_copy(a, row, 0),
			.folder = clean_copy(a, row, 1),
			.uidvalidity = sqlite3_column_int64(row, 2),
			.uid = sqlite3_column_int64(row, 3),
			.last_poll = time_or_null(a, row, 4),
			.last_good = time_or_null(a, row, 5),
			.status = sqlite3_column_int64(row, 6),
			.error = clean_copy(a, row, 7),
			.messages = sqlite3_column_int64(row, 8),
			.reports = sqlite3_column_int64(row, 9),
			.duration = sqlite3_column_int64(row, 10),
		};
	}
	s->folders = list;
	s->n_folders = n;
	return rc;
}

int
poller_state_read(struct store *st, struct poller_state *s, struct fault *f)
{
	sqlite3_stmt *row;
	int rc;

	*s = (struct poller_state){ 0 };
	if (read_folders(st, s, f) == -1)
		return -1;
	if ((rc = sql_ask(st, &select_figures, NULL, 0, &row, f)) != 1)
		return rc;
	s->messages = sqlite3_column_int64(row, 0);
	s->quarantined = sqlite3_column_int64(row, 1);
	s->quarantine_bytes = sqlite3_column_int64(row, 2);
	sqlite3_reset(row);
	return 0;
}
