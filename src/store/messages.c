#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/utc.h"
#include "base/utf8.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "store/messages.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "store/totals.h"

const char *
clean_text(struct arena *a, const char *s)
{
	size_t n = strlen(s), i = 0, len;
	unsigned c;
	char *copy;

	while (i < n) {
		if ((signed char)s[i] >= 0) {
			i++; /* ASCII, as most of it */
			continue;
		}
		if ((len = text_utf8(s + i, n - i, &c)) == 0)
			break;
		i += len;
	}
	if (i == n)
		return s;
	copy = arena_strndup(a, s, n);
	text_clean(copy);
	return copy;
}

static const struct sql select_mail = {
	"SELECT id FROM messages"
	" WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3"
};

static const struct sql select_file = {
	"SELECT id FROM messages WHERE mailbox IS NULL"
	" AND source = ?1 AND size = ?2 AND message_id = ?3"
};

static int
find_message(struct store *st, const struct message *m, const char *source,
    const char *message_id, int64_t *id, struct fault *f)
{
	struct value mail[] = { value_number(m->mailbox),
		value_number(m->uidvalidity), value_number(m->uid) };
	struct value file[] = { value_text(source), value_count(m->size),
		value_text(message_id) };

	if (m->mailbox != 0)
		return sql_number(st, &select_mail, mail, 3, id, f);
	return sql_number(st, &select_file, file, 3, id, f);
}

static const struct sql insert_message = {
	"INSERT INTO messages (mailbox, uidvalidity, uid, source, size,"
	" received, sender, subject, message_id, report_domain,"
	" report_submitter, signed_by, verdict, looked_at)"
	" VALUES (?1, ?2, ?3, ?4,"
	" ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'imported', iif(?1 IS NULL"
	" OR ?6 IS NOT NULL, NULL, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))"
	" ON CONFLICT DO NOTHING"
};

/* 1 when it was added, 0 when it is stored already. */
static int
add_message(struct store *st, const struct message *m, const char *source,
    const char *message_id, const struct mail_head *h, struct fault *f)
{
	struct arena *a = &st->scratch;
	char received[UTC_TEXT];
	struct value v[] = {
		m->mailbox != 0 ? value_number(m->mailbox) : value_null(),
		value_number(m->uidvalidity),
		value_number(m->uid),
		value_text(source),
		value_count(m->size),
		value_null(),
		value_text(clean_text(a, h->from)),
		value_text(clean_text(a, h->subject)),
		value_text(message_id),
		value_text(clean_text(a, h->report_domain)),
		value_text(clean_text(a, h->report_submitter)),
		value_text(m->signed_by != NULL ? m->signed_by : ""),
	};

	if (m->has_arrival) {
		utc_format(m->arrival, received);
		v[5] = value_text(received);
	}
	if (sql_run(st, &insert_message, v, sizeof v / sizeof *v, f) == -1)
		return -1;
	return sql_changes(st) > 0;
}

int
store_add_message(struct store *st, const struct message *m,
    const struct mail_head *h, int64_t *id, struct fault *f)
{
	const char *source, *message_id;
	int added;

	arena_reset(&st->scratch);
	source = m->mailbox != 0 ? "" : clean_text(&st->scratch, m->source);
	message_id = clean_text(&st->scratch, h->message_id);
	added = add_message(st, m, source, message_id, h, f);
	if (added == -1)
		return -1;
	if (added == 1)
		*id = sql_last_id(st);
	else if (find_message(st, m, source, message_id, id, f) == -1)
		return -1;
	st->message = *id;
	st->message_mailbox = m->mailbox;
	st->message_is_new = added == 1;
	st->tally.messages += added;
	return added == 0 ? 0 : tally_mailbox(st, m->mailbox, 1, 0, f);
}

static const struct sql select_mailbox_of = {
	"SELECT mailbox FROM messages WHERE id = ?1"
};

int
message_mailbox(
    struct store *st, int64_t message, int64_t *mailbox, struct fault *f)
{
	struct value v = value_number(message);

	if (st->message != message) {
		st->message_mailbox = 0;
		if (sql_number(st, &select_mailbox_of, &v, 1,
			&st->message_mailbox, f) == -1)
			return -1;
		st->message = message;
		st->message_is_new = false;
	}
	*mailbox = st->message_mailbox;
	return 0;
}

/* What was looked at before and is a duplicate of itself now keeps
 * its verdict. */
static const struct sql update_verdict = {
	"UPDATE messages SET verdict = ?2 WHERE id = ?1 AND (?3 OR NOT"
	" (?2 = 'duplicate' AND verdict IN ('imported', 'conflict')))"
};

int
store_message_verdict(
    struct store *st, int64_t id, const char *verdict, struct fault *f)
{
	bool is_new = st->message == id && st->message_is_new;
	struct value v[] = { value_number(id), value_text(verdict),
		value_number(is_new) };

	/* which a new row says of itself */
	if (is_new && strcmp(verdict, "imported") == 0)
		return 0;
	return sql_run(st, &update_verdict, v, 3, f);
}
