#include <time.h>

#include "ledger/action_journal.h"
#include "scenes/stores.h"

static struct store_mailbox
mailbox(struct scene *s, uint32_t uidvalidity)
{
	struct store_mailbox mb;

	assert_int_equal(
	    store_mailbox(s->st, "example", "INBOX", &mb, &s->f), 0);
	mb.uidvalidity = uidvalidity;
	return mb;
}

static void
note(struct scene *s, const struct store_mailbox *mb, uint32_t uid,
    const char *action)
{
	if (store_begin(s->st, &s->f) == -1 ||
	    store_add_action(
		s->st, mb->id, mb->uidvalidity, uid, action, &s->f) == -1 ||
	    store_commit(s->st, &s->f) == -1)
		fail_msg("%s", s->f.text);
}

static void
assert_all_waiting(struct scene *s, const struct store_mailbox *mb,
    const char *import, const char *reject, int64_t expired_before,
    const char *expected)
{
	struct store_wanted wanted = { import, reject, expired_before, 0 };
	struct store_action *list;
	struct arena mem = { 0 };
	char text[400] = "";
	size_t n, i, len = 0;

	if (store_take_actions(s->st, mb, &wanted, &mem, &list, &n, &s->f) ==
	    -1)
		fail_msg("%s", s->f.text);
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s %" PRIu32 "\n", list[i].action, list[i].uid);
	assert_string_equal(text, expected);
	arena_free(&mem);
}

static void
assert_waiting(struct scene *s, const struct store_mailbox *mb,
    const char *import, const char *reject, const char *expected)
{
	assert_all_waiting(s, mb, import, reject, 0, expected);
}

static void
what_waits_is_given_by_action_and_uid(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);

	note(s, &mb, 9, "seen");
	note(s, &mb, 4294967295U, "delete");
	note(s, &mb, 3, "delete");
	note(s, &mb, 3, "seen"); /* the first one counts */
	assert_waiting(
	    s, &mb, "delete", "seen", "delete 3\ndelete 4294967295\nseen 9\n");
}

static void
what_was_refused_waits(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);

	note(s, &mb, 1, "seen");
	note(s, &mb, 2, "seen");
	assert_int_equal(
	    store_action_refused(s->st, &mb, 1, 7 * UTC_DAY, &s->f), 0);
	assert_waiting(s, &mb, "seen", "", "seen 2\n");
	/* unless it was put off while the clock was wrong */
	assert_int_equal(
	    store_action_refused(s->st, &mb, 1, 9 * UTC_DAY, &s->f), 0);
	assert_waiting(s, &mb, "seen", "", "seen 2\nseen 1\n");
}

static void
what_is_confirmed_is_struck_out(void **state)
{
	static const uint32_t some[] = { 1, 3 };
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);

	note(s, &mb, 1, "move:A");
	note(s, &mb, 2, "move:A");
	note(s, &mb, 3, "move:A");
	assert_int_equal(store_actions_step(s->st, &mb, some, 2,
			     STORE_ACTION_BEGUN, "copied", &s->f),
	    0);
	/* what was begun is brought to its end, whatever is wanted now */
	assert_waiting(s, &mb, "", "move:A", "copied 1\ncopied 3\nmove:A 2\n");
	assert_waiting(s, &mb, "", "", "copied 1\ncopied 3\n");
	assert_int_equal(store_actions_step(s->st, &mb, some, 2,
			     STORE_ACTION_DONE, NULL, &s->f),
	    0);
	assert_number(s, "SELECT count(*) FROM actions", 0);
}

/* What is on its way comes with the Message-IDs to look for. */
static void
what_may_be_copied_is_kept(void **state)
{
	static const uint32_t uid = 3;
	static const struct store_wanted none = { "", "", 0, 0 };
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);
	struct store_action *list;
	struct arena mem = { 0 };
	size_t n;

	assert_int_equal(sqlite3_exec(s->st->db,
			     "INSERT INTO messages (mailbox, uidvalidity, uid,"
			     " source, size, sender, subject, message_id,"
			     " report_domain, report_submitter, verdict)"
			     " VALUES (1, 7, 3, '', 1, '', '', '<a@b>', '', '',"
			     " 'imported'), (1, 7, 4, '', 1, '', '', '<c@d>',"
			     " '', '', 'imported')",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	note(s, &mb, 3, "move:A");
	note(s, &mb, 4, "seen");
	assert_int_equal(store_actions_step(s->st, &mb, &uid, 1,
			     STORE_ACTION_BEGUN, "copying:1:2:A", &s->f),
	    0);
	assert_int_equal(
	    store_take_actions(s->st, &mb, &none, &mem, &list, &n, &s->f), 0);
	assert_int_equal(n, 1);
	assert_string_equal(list[0].action, "copying:1:2:A");
	assert_string_equal(list[0].message_id, "<a@b>");
	arena_free(&mem);
}

static void
what_is_not_wanted_or_of_another_uidvalidity_is_dropped(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7), old = mailbox(s, 6);

	note(s, &old, 1, "delete");
	note(s, &mb, 1, "delete");
	note(s, &mb, 2, "flag");
	assert_waiting(s, &mb, "delete", "", "delete 1\n");
	assert_number(s, "SELECT count(*) FROM actions", 1);
}

static void
an_action_is_forgotten_with_its_transaction(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);

	assert_int_equal(store_begin(s->st, &s->f), 0);
	assert_int_equal(
	    store_add_action(s->st, mb.id, 7, 1, "delete", &s->f), 0);
	store_rollback(s->st);
	assert_waiting(s, &mb, "delete", "", "");
}

/* A mail of the folder that was looked at. */
static int64_t
look_at(struct scene *s, const struct store_mailbox *mb, uint32_t uid,
    int64_t arrival, const char *verdict)
{
	struct message m = { .source = "",
		.mailbox = mb->id,
		.uidvalidity = mb->uidvalidity,
		.uid = uid,
		.has_arrival = arrival != 0,
		.arrival = arrival };
	int64_t id = 0;

	if (store_begin(s->st, &s->f) == -1 ||
	    store_add_message(s->st, &m, &mail_head_empty, &id, &s->f) == -1 ||
	    store_message_verdict(s->st, id, verdict, &s->f) == -1 ||
	    store_commit(s->st, &s->f) == -1)
		fail_msg("%s", s->f.text);
	return id;
}

static void
what_is_stored_expires_by_its_arrival(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7), old = mailbox(s, 6);
	int64_t now = (int64_t)time(NULL);

	look_at(s, &mb, 1, 999, "imported");
	look_at(s, &mb, 2, 1000, "imported");
	look_at(s, &mb, 3, 999, "duplicate");
	look_at(s, &mb, 4, 999, "rejected");
	look_at(s, &mb, 5, 999, "conflict");
	look_at(s, &mb, 6, 999, "no_report");
	look_at(s, &mb, 7, 0, "imported"); /* as old as the test */
	look_at(s, &old, 8, 999, "imported");
	assert_waiting(s, &mb, "", "", "");
	assert_all_waiting(s, &mb, "", "", 1000, "expire 1\nexpire 3\n");
	assert_all_waiting(
	    s, &mb, "", "", now - 60, "expire 1\nexpire 2\nexpire 3\n");
	assert_all_waiting(s, &mb, "", "", now + 60,
	    "expire 1\nexpire 2\nexpire 3\nexpire 7\n");
	/* when it is not wanted any longer, or later, it waits no more */
	assert_all_waiting(s, &mb, "", "", 999, "");
	assert_waiting(s, &mb, "delete", "expire", "");
}

static void
what_is_deleted_or_to_stay_does_not_expire(void **state)
{
	static const uint32_t uids[] = { 1, 2, 3 };
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);
	int64_t id;

	look_at(s, &mb, 1, 999, "imported");
	look_at(s, &mb, 2, 999, "imported");
	look_at(s, &mb, 3, 999, "imported");
	id = look_at(s, &mb, 4, 999, "duplicate");
	assert_int_equal(store_keep_message(s->st, id, &s->f), 0);
	note(s, &mb, 1, "delete");
	note(s, &mb, 2, "seen");
	note(s, &mb, 3, "flag"); /* which is moot when it is to be deleted */
	assert_int_equal(store_actions_step(s->st, &mb, uids, 2,
			     STORE_ACTION_DONE, NULL, &s->f),
	    0);
	assert_all_waiting(s, &mb, "flag", "", 1000, "expire 2\nexpire 3\n");
	assert_int_equal(store_actions_step(s->st, &mb, uids, 2,
			     STORE_ACTION_DONE, NULL, &s->f),
	    0);
	assert_all_waiting(s, &mb, "flag", "", 1000, "expire 3\n");
	/* what the server cannot do today waits for another day */
	assert_int_equal(store_actions_step(s->st, &mb, uids + 2, 1,
			     STORE_ACTION_GIVEN_UP, NULL, &s->f),
	    0);
	assert_number(s, "SELECT count(*) FROM actions", 0);
	assert_all_waiting(s, &mb, "flag", "", 1000, "expire 3\n");
}

static void
what_a_server_cannot_do_is_said_once(void **state)
{
	static const enum store_said what[] = { STORE_SAID_FLAG_ONLY,
		STORE_SAID_UNFLAGGED, STORE_SAID_UNSEEN, STORE_SAID_UNDELETED,
		STORE_SAID_FLAG_ONLY, STORE_SAID_UNDELETED };
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);
	size_t i;
	bool first;

	for (i = 0; i < 6; i++) {
		assert_int_equal(
		    store_say_once(s->st, mb.id, what[i], &first, &s->f), 0);
		assert_int_equal(first, i < 4);
	}
	assert_number(s, "SELECT said FROM mailboxes", 15);
}

static void
a_store_is_detached_and_attached_with_its_lock_held(void **state)
{
	struct scene *s = *state;
	struct store *other;
	struct fault f;

	assert_int_equal(store_lock(s->st, &s->f), 0);
	store_detach(s->st);
	other = store_open(s->path, STORE_WRITE, &f);
	assert_non_null(other);
	assert_int_equal(store_lock(other, &f), -1);
	assert_int_equal(f.status, EX_TEMPFAIL);
	store_close(other);
	assert_int_equal(store_attach(s->st, &s->f), 0);
	assert_number(s, "SELECT count(*) FROM messages", 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_waits_is_given_by_action_and_uid),
		TEST(what_was_refused_waits),
		TEST(what_is_confirmed_is_struck_out),
		TEST(what_may_be_copied_is_kept),
		TEST(what_is_not_wanted_or_of_another_uidvalidity_is_dropped),
		TEST(an_action_is_forgotten_with_its_transaction),
		TEST(what_is_stored_expires_by_its_arrival),
		TEST(what_is_deleted_or_to_stay_does_not_expire),
		TEST(what_a_server_cannot_do_is_said_once),
		TEST(a_store_is_detached_and_attached_with_its_lock_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
