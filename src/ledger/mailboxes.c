#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/span.h"
#include "base/utc.h"
#include "ledger/mailboxes.h"
#include "model/row.h"
#include "store/sql.h"
#include "store/store_private.h"

static const struct sql select_mailbox = {
	"SELECT m.id, m.uidvalidity, m.uid, m.last_good, r.report_share,"
	" r.day, r.bytes, ifnull(m.duration, -1) FROM mailboxes AS m"
	" LEFT JOIN reading AS r ON r.mailbox = m.id"
	" WHERE m.name = ?1 AND m.folder = ?2"
};

/* 1 when it is there. */
static int
find_mailbox(struct store *st, const struct value *key,
    struct store_mailbox *mb, struct fault *f)
{
	sqlite3_stmt *row;
	unsigned deviation;
	int rc = sql_ask(st, &select_mailbox, key, 2, &row, f);

	if (rc != 1)
		return rc;
	*mb = (struct store_mailbox){
		.id = sqlite3_column_int64(row, 0),
		.uidvalidity = (uint32_t)sqlite3_column_int64(row, 1),
		.uid = (uint32_t)sqlite3_column_int64(row, 2),
		.report_share = sqlite3_column_type(row, 4) == SQLITE_NULL
				    ? -1
				    : sqlite3_column_int(row, 4),
		.bytes = sqlite3_column_int64(row, 6),
		.duration = sqlite3_column_int64(row, 7),
	};
	/* NULL, or '', leaves them 0 */
	(void)utc_parse(
	    span_of(sql_column(row, 3)), &mb->last_good, &deviation);
	(void)utc_parse_date(span_of(sql_column(row, 5)), &mb->day);
	sqlite3_reset(row);
	return 1;
}

static const struct sql insert_mailbox = {
	"INSERT INTO mailboxes (name, folder) VALUES (?1, ?2)"
	" ON CONFLICT DO NOTHING"
};

int
store_mailbox(struct store *st, const char *name, const char *folder,
    struct store_mailbox *mb, struct fault *f)
{
	struct value key[] = { value_text(name), value_text(folder) };
	int rc = find_mailbox(st, key, mb, f);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	if (store_begin_try(st, f) == -1 ||
	    sql_run(st, &insert_mailbox, key, 2, f) == -1)
		return -1;
	return find_mailbox(st, key, mb, f) == 1 ? 0 : -1;
}

int
store_find_mailbox(struct store *st, const char *name, const char *folder,
    struct store_mailbox *mb, struct fault *f)
{
	struct value key[] = { value_text(name), value_text(folder) };

	return find_mailbox(st, key, mb, f);
}

static const struct sql update_cursor = {
	"UPDATE mailboxes SET uidvalidity = ?2, uid = ?3 WHERE id = ?1"
};

static const struct sql write_reading = {
	"INSERT INTO reading (mailbox, report_share, day, bytes)"
	" VALUES (?1, ?2, ?3, ?4) ON CONFLICT (mailbox) DO UPDATE"
	" SET report_share = ?2, day = ?3, bytes = ?4"
};

int
store_set_cursor(
    struct store *st, const struct store_mailbox *mb, struct fault *f)
{
	char day[UTC_TEXT] = "";
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity), value_number(mb->uid) };
	struct value reading[] = { value_number(mb->id), value_null(),
		value_null(), value_number(mb->bytes) };

	if (mb->report_share >= 0)
		reading[1] = value_number(mb->report_share);
	if (mb->day != 0)
		utc_format_date(mb->day, day);
	reading[2] = value_text(day);
	if (sql_run(st, &update_cursor, v, 3, f) == -1)
		return -1;
	return sql_run(st, &write_reading, reading, 4, f);
}

static const struct sql sum_bytes = {
	"SELECT CAST(total(r.bytes) AS INTEGER) FROM mailboxes AS m"
	" JOIN reading AS r ON r.mailbox = m.id"
	" WHERE m.name = ?1 AND r.day = ?2"
};

int
store_bytes_of_day(struct store *st, const char *name, int64_t day,
    int64_t *bytes, struct fault *f)
{
	char date[UTC_TEXT];
	struct value key[] = { value_text(name), value_null() };

	utc_format_date(day, date);
	key[1] = value_text(date);
	*bytes = 0;
	return sql_number(st, &sum_bytes, key, 2, bytes, f) == -1 ? -1 : 0;
}

static const struct sql update_poll = {
	"UPDATE mailboxes SET last_poll = ?2, status = ?3, error = ?4,"
	" last_good = iif(?3 = 0, ?2, last_good), duration = ?5 WHERE id = ?1"
};

int
store_poll_ended(struct store *st, int64_t mailbox,
    const struct store_poll *poll, struct fault *f)
{
	char time[UTC_TEXT];
	struct value v[] = { value_number(mailbox), value_null(),
		value_number(poll->status), value_text(poll->error),
		value_number(poll->duration) };

	utc_format(poll->when, time);
	v[1] = value_text(time);
	if (store_begin_try(st, f) == -1)
		return -1;
	return sql_run(st, &update_poll, v, 5, f);
}

static const struct column mailboxes[] = {
	{ "mailbox", COLUMN_TEXT },
	{ "folder", COLUMN_TEXT },
	{ "uidvalidity", COLUMN_NUMBER },
	{ "uid", COLUMN_NUMBER },
	{ "last_poll", COLUMN_TIME },
	{ "last_good", COLUMN_TIME },
	{ "status", COLUMN_NUMBER },
	{ "error", COLUMN_TEXT },
	{ "messages", COLUMN_NUMBER },
	{ "reports", COLUMN_NUMBER },
};

static const char select_mailboxes[] =
    "SELECT name, folder, uidvalidity, uid, last_poll, last_good,"
    " status, error, messages, reports FROM mailboxes"
    " ORDER BY name, folder";

int
store_read_mailboxes(
    struct store *st, const struct row_sink *sink, struct fault *f)
{
	return sql_rows(st, select_mailboxes, NULL, 0, mailboxes,
	    sizeof mailboxes / sizeof *mailboxes, sink, f);
}
