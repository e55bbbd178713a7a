#include "imap/imap.h"
#include "ledger/refused_logins.h"
#include "poll/login_digest.h"

#include "scenes/stores.h"

static struct imap_account
account(void)
{
	return (struct imap_account){ .name = "a",
		.tls = { .host = "imap.example.org", .port = 993 },
		.user = "u",
		.secret = "hunter2" };
}

static void
knows_a_login_again_by_all_that_makes_it(void **state)
{
	unsigned char salt[LOGIN_SALT], digest[LOGIN_DIGEST];
	struct imap_account a = account(), other[6];
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++)
		other[i] = account();
	other[0].tls.host = "imap.example.net";
	other[1].tls.port = 143;
	other[2].user = "v";
	other[3].secret = "hunter3";
	other[4].auth = IMAP_AUTH_LOGIN;
	other[5].is_token = true;
	login_salt(salt);
	login_digest(&a, salt, digest);
	assert_true(login_is(&a, salt, digest));
	for (i = 0; i < 6; i++)
		assert_false(login_is(&other[i], salt, digest));
}

static void
tells_user_and_secret_apart(void **state)
{
	unsigned char salt[LOGIN_SALT], digest[LOGIN_DIGEST];
	struct imap_account a = account(), b = account();

	(void)state;
	a.user = "ab";
	a.secret = "c";
	b.user = "a";
	b.secret = "bc";
	login_salt(salt);
	login_digest(&a, salt, digest);
	assert_false(login_is(&b, salt, digest));
}

static void
gives_the_same_login_another_digest_with_another_salt(void **state)
{
	unsigned char salt[2][LOGIN_SALT], digest[2][LOGIN_DIGEST];
	struct imap_account a = account();
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		login_salt(salt[i]);
		login_digest(&a, salt[i], digest[i]);
	}
	assert_memory_not_equal(salt[0], salt[1], LOGIN_SALT);
	assert_memory_not_equal(digest[0], digest[1], LOGIN_DIGEST);
}

static struct store_refusal
refusal(int64_t when, unsigned char byte)
{
	struct store_refusal r = { .when = when, .error = "no" };

	memset(r.salt, byte, sizeof r.salt);
	memset(r.digest, byte + 1, sizeof r.digest);
	return r;
}

static void
keeps_the_last_refusal_of_each_mailbox(void **state)
{
	struct scene *s = *state;
	struct store_refusal first = refusal(1000, 1),
			     second = refusal(2000, 7), got;

	assert_int_equal(store_find_refusal(s->st, "a", &got, &s->f), 0);
	assert_ok(s, store_note_refusal(s->st, "a", &first, &s->f));
	assert_ok(s, store_note_refusal(s->st, "b", &first, &s->f));
	assert_ok(s, store_note_refusal(s->st, "a", &second, &s->f));
	reopen(s);
	assert_int_equal(store_find_refusal(s->st, "a", &got, &s->f), 1);
	assert_memory_equal(&got, &second, sizeof got);
	assert_ok(s, store_drop_refusal(s->st, "a", &s->f));
	assert_int_equal(store_find_refusal(s->st, "a", &got, &s->f), 0);
	assert_int_equal(store_find_refusal(s->st, "b", &got, &s->f), 1);
	assert_memory_equal(&got, &first, sizeof got);
}

static void
takes_what_somebody_else_wrote_there_for_none(void **state)
{
	struct scene *s = *state;
	struct store_refusal r = refusal(1000, 1), got;

	assert_ok(s, store_note_refusal(s->st, "a", &r, &s->f));
	assert_int_equal(
	    sqlite3_exec(s->st->db, "UPDATE refusals SET salt = x'00'", NULL,
		NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(store_find_refusal(s->st, "a", &got, &s->f), 0);
}

static void
leaves_nothing_behind_a_trial(void **state)
{
	struct scene *s = *state;
	struct store_refusal r = refusal(1000, 1), got;

	store_close(s->st);
	open_store(s, STORE_TRY);
	assert_ok(s, store_note_refusal(s->st, "a", &r, &s->f));
	assert_int_equal(store_find_refusal(s->st, "a", &got, &s->f), 1);
	reopen(s);
	assert_int_equal(store_find_refusal(s->st, "a", &got, &s->f), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_a_login_again_by_all_that_makes_it),
		cmocka_unit_test(tells_user_and_secret_apart),
		cmocka_unit_test(
		    gives_the_same_login_another_digest_with_another_salt),
		TEST(keeps_the_last_refusal_of_each_mailbox),
		TEST(takes_what_somebody_else_wrote_there_for_none),
		TEST(leaves_nothing_behind_a_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
