#include "store/actions.h"
#include "stores.h"

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
assert_waiting(struct scene *s, const struct store_mailbox *mb,
    const char *import, const char *reject, const char *expected)
{
	const char *const wanted[2] = { import, reject };
	struct store_action *list;
	struct arena mem = { 0 };
	char text[400] = "";
	size_t n, i, len = 0;

	if (store_take_actions(s->st, mb, wanted, &mem, &list, &n, &s->f) == -1)
		fail_msg("%s", s->f.text);
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s %" PRIu32 "\n", list[i].action, list[i].uid);
	assert_string_equal(text, expected);
	arena_free(&mem);
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
what_is_confirmed_is_struck_out(void **state)
{
	static const uint32_t some[] = { 1, 3 };
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);

	note(s, &mb, 1, "move:A");
	note(s, &mb, 2, "move:A");
	note(s, &mb, 3, "move:A");
	assert_int_equal(
	    store_actions_step(s->st, &mb, some, 2, STORE_ACTION_COPIED, &s->f),
	    0);
	/* what was begun is brought to its end, whatever is wanted now */
	assert_waiting(s, &mb, "", "move:A", "copied 1\ncopied 3\nmove:A 2\n");
	assert_waiting(s, &mb, "", "", "copied 1\ncopied 3\n");
	assert_int_equal(
	    store_actions_step(s->st, &mb, some, 2, STORE_ACTION_DONE, &s->f),
	    0);
	assert_number(s, "SELECT count(*) FROM actions", 0);
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

static void
that_mails_are_only_flagged_is_said_once(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb = mailbox(s, 7);
	bool first;

	assert_int_equal(store_say_flag_only(s->st, mb.id, &first, &s->f), 0);
	assert_true(first);
	assert_int_equal(store_say_flag_only(s->st, mb.id, &first, &s->f), 0);
	assert_false(first);
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
		TEST(what_is_confirmed_is_struck_out),
		TEST(what_is_not_wanted_or_of_another_uidvalidity_is_dropped),
		TEST(an_action_is_forgotten_with_its_transaction),
		TEST(that_mails_are_only_flagged_is_said_once),
		TEST(a_store_is_detached_and_attached_with_its_lock_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
