#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/utc.h"
#include "ledger/action_journal.h"
#include "ledger/mailboxes.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"

static const struct sql insert_action = {
	"INSERT INTO actions (mailbox, uidvalidity, uid, action)"
	" VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"
};

int
store_add_action(struct store *st, int64_t mailbox, uint32_t uidvalidity,
    uint32_t uid, const char *action, struct fault *f)
{
	struct value v[] = { value_number(mailbox), value_number(uidvalidity),
		value_number(uid), value_text(action) };

	return sql_run(st, &insert_action, v, 4, f);
}

static const struct sql insert_again = {
	"INSERT INTO actions (mailbox, uidvalidity, uid, action)"
	" SELECT mailbox, uidvalidity, uid, ?3 FROM messages"
	" WHERE mailbox = ?1 AND uidvalidity = ?2"
	" AND verdict IN ('imported', 'duplicate') AND settled = 0"
	" ON CONFLICT DO NOTHING"
};

int
store_add_actions_again(struct store *st, const struct store_mailbox *mb,
    const char *action, struct fault *f)
{
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity), value_text(action) };

	if (store_begin(st, f) == -1)
		return -1;
	if (sql_run(st, &insert_again, v, 3, f) == 0)
		return store_commit(st, f);
	store_rollback(st);
	return -1;
}

static const struct sql settle_message = {
	"UPDATE messages SET settled = 1 WHERE id = ?1"
};

int
store_keep_message(struct store *st, int64_t message, struct fault *f)
{
	struct value v = value_number(message);

	return sql_run(st, &settle_message, &v, 1, f);
}

/* Of another UIDVALIDITY, or no longer wanted. */
static const struct sql delete_unwanted = {
	"DELETE FROM actions WHERE mailbox = ?1 AND (uidvalidity <> ?2"
	" OR (action NOT IN (?3, ?4, 'copied')"
	" AND substr(action, 1, 8) <> 'copying:'))"
};

static int
drop_others(struct store *st, const struct store_mailbox *mb,
    const struct store_wanted *wanted, struct fault *f)
{
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity), value_text(wanted->after_import),
		value_text(wanted->after_reject) };

	if (store_begin_try(st, f) == -1)
		return -1;
	return sql_run(st, &delete_unwanted, v, 4, f);
}

static const struct sql insert_expired = {
	"INSERT INTO actions (mailbox, uidvalidity, uid, action)"
	" SELECT mailbox, uidvalidity, uid, 'expire' FROM messages"
	" WHERE mailbox = ?1 AND uidvalidity = ?2"
	" AND verdict IN ('imported', 'duplicate') AND settled = 0"
	" AND ifnull(received, looked_at) < ?3"
	" ON CONFLICT DO UPDATE SET action = 'expire'"
	" WHERE action IN ('seen', 'flag')"
};

static int
add_expired(struct store *st, const struct store_mailbox *mb, int64_t before,
    struct fault *f)
{
	char time[UTC_TEXT] = "";
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity), value_null() };

	utc_format(before, time);
	v[2] = value_text(time);
	return sql_run(st, &insert_expired, v, 3, f);
}

static const struct sql select_actions = {
	"SELECT a.uid, a.action, iif(substr(a.action, 1, 8) = 'copying:',"
	" ifnull((SELECT m.message_id FROM messages AS m"
	" WHERE m.mailbox = a.mailbox AND m.uidvalidity = a.uidvalidity"
	" AND m.uid = a.uid), ''), ''), a.tries"
	" FROM actions AS a"
	" WHERE a.mailbox = ?1 AND a.uidvalidity = ?2"
	/* no pause is longer than a week: the clock was wrong then */
	" AND (a.try_at IS NULL OR a.try_at <= ?3"
	" OR a.try_at > strftime('%Y-%m-%dT%H:%M:%SZ', ?3, '+8 days'))"
	" ORDER BY a.action, a.tries > 0, a.uid"
};

int
store_take_actions(struct store *st, const struct store_mailbox *mb,
    const struct store_wanted *wanted, struct arena *mem,
    struct store_action **list, size_t *n, struct fault *f)
{
	char now[UTC_TEXT];
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity), value_null() };
	struct store_action *all = NULL;
	size_t room = 0;
	sqlite3_stmt *row;
	int rc;

	*n = 0;
	utc_format(wanted->now, now);
	v[2] = value_text(now);
	if (drop_others(st, mb, wanted, f) == -1 ||
	    (wanted->expired_before != 0 &&
		add_expired(st, mb, wanted->expired_before, f) == -1))
		return -1;
	rc = sql_ask(st, &select_actions, v, 3, &row, f);
	for (; rc == 1; rc = sql_next(st, row, f)) {
		all = arena_grow(mem, all, *n, &room, sizeof *all);
		all[*n].uid = (uint32_t)sqlite3_column_int64(row, 0);
		all[*n].action = *n > 0 && strcmp(all[*n - 1].action,
					       sql_column(row, 1)) == 0
				     ? all[*n - 1].action
				     : sql_copy_column(mem, row, 1);
		all[*n].message_id = sql_copy_column(mem, row, 2);
		all[*n].tries = (unsigned)sqlite3_column_int64(row, 3);
		++*n;
	}
	*list = all;
	return rc;
}

static const struct sql update_action = {
	"UPDATE actions SET action = ?4"
	" WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3"
};

/* Whatever deletes or moves it. */
static const struct sql settle_mail = {
	"UPDATE messages SET settled = 1"
	" WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3"
	" AND (SELECT action FROM actions"
	" WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3)"
	" NOT IN ('seen', 'flag')"
};

static const struct sql delete_action = {
	"DELETE FROM actions"
	" WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3"
};

static int
take_step(struct store *st, const struct value v[4],
    enum store_action_step step, struct fault *f)
{
	if (step == STORE_ACTION_BEGUN)
		return sql_run(st, &update_action, v, 4, f);
	if (step == STORE_ACTION_DONE &&
	    sql_run(st, &settle_mail, v, 3, f) == -1)
		return -1;
	return sql_run(st, &delete_action, v, 3, f);
}

int
store_actions_step(struct store *st, const struct store_mailbox *mb,
    const uint32_t *uids, size_t n, enum store_action_step step,
    const char *left, struct fault *f)
{
	size_t i;

	if (store_begin(st, f) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		struct value v[] = { value_number(mb->id),
			value_number(mb->uidvalidity), value_number(uids[i]),
			left != NULL ? value_text(left) : value_null() };

		if (take_step(st, v, step, f) == -1) {
			store_rollback(st);
			return -1;
		}
	}
	return store_commit(st, f);
}

static const struct sql update_tries = {
	"UPDATE actions SET tries = tries + 1, try_at = ?4"
	" WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3"
};

int
store_action_refused(struct store *st, const struct store_mailbox *mb,
    uint32_t uid, int64_t try_at, struct fault *f)
{
	char when[UTC_TEXT];
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity), value_number(uid),
		value_null() };

	utc_format(try_at, when);
	v[3] = value_text(when);
	return sql_run(st, &update_tries, v, 4, f);
}

static const struct sql update_said = { "UPDATE mailboxes SET said = said | ?2"
					" WHERE id = ?1 AND said & ?2 = 0" };

int
store_say_once(struct store *st, int64_t mailbox, enum store_said what,
    bool *first, struct fault *f)
{
	struct value v[] = { value_number(mailbox), value_number(what) };

	if (sql_run(st, &update_said, v, 2, f) == -1)
		return -1;
	*first = sql_changes(st) > 0;
	return 0;
}
