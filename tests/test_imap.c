#include "source/folder.h"

#include "imap_script.h"

static void
encodes_folder_names(void **state)
{
	static const struct {
		const char *name, *encoded;
	} rows[] = {
		{ "INBOX", "INBOX" },
		{ "a & b", "a &- b" },
		{ "Entw\xc3\xbcrfe", "Entw&APw-rfe" },
		{ "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/"
		  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
		    "~peter/mail/&U,BTFw-/&ZeVnLIqe-" }, /* RFC 3501 §5.1.3 */
		{ "\xf0\x9f\x98\x80", "&2D3eAA-" },
		{ "\xc3\xa4\xc3\xb6\xc3\xbc", "&AOQA9gD8-" },
		{ "\xc3\xa4&\xc3\xa4", "&AOQ-&-&AOQ-" },
		{ "\xff", NULL },
		{ "a\nb", NULL },
		{ "a\x7f", NULL },
	};
	size_t i;
	char *s;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		s = folder_encode(rows[i].name);
		if (rows[i].encoded == NULL)
			assert_null(s);
		else
			assert_string_equal(s, rows[i].encoded);
		free(s);
	}
}

static void
picks_the_strongest_login(void **state)
{
	static const struct {
		struct step script[6];
		bool token;
		enum imap_auth auth;
		const char *mechanism; /* NULL: refused with 77 */
		const char *why;
	} rows[] = {
		{ { GREETING, CAPABILITY("SASL-IR AUTH=PLAIN"),
		      { "AUTHENTICATE PLAIN AHUAcGFzcyJ3b1xyZC00NzEx",
			  "%t OK\r\n" },
		      CAPABILITY("IDLE"), END },
		    .mechanism = "PLAIN" },
		{ { GREETING, CAPABILITY("AUTH=PLAIN"),
		      { "AUTHENTICATE PLAIN", "+ \r\n" },
		      { "AHUAcGFzcyJ3b1xyZC00NzEx", "%t OK\r\n" },
		      CAPABILITY("IDLE"), END },
		    .mechanism = "PLAIN" },
		{ { GREETING, CAPABILITY("IDLE"),
		      { "LOGIN \"u\" \"pass\\\"wo\\\\rd-4711\"", "%t OK\r\n" },
		      CAPABILITY("IDLE"), END },
		    .mechanism = "LOGIN" },
		{ { GREETING, CAPABILITY("SASL-IR AUTH=PLAIN"),
		      { "LOGIN \"u\"", "%t OK\r\n" }, CAPABILITY("IDLE"), END },
		    .auth = IMAP_AUTH_LOGIN, .mechanism = "LOGIN" },
		{ { GREETING,
		      CAPABILITY("SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER"),
		      { "AUTHENTICATE OAUTHBEARER bixhPXUsAW", "%t OK\r\n" },
		      CAPABILITY("IDLE"), END },
		    .token = true, .mechanism = "OAUTHBEARER" },
		{ { GREETING, CAPABILITY("SASL-IR AUTH=XOAUTH2 AUTH=PLAIN"),
		      { "AUTHENTICATE XOAUTH2 dXNlcj11", "%t OK\r\n" },
		      CAPABILITY("IDLE"), END },
		    .token = true, .mechanism = "XOAUTH2" },
		{ { GREETING, CAPABILITY("SASL-IR AUTH=XOAUTH2"),
		      { "AUTHENTICATE XOAUTH2",
			  "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n" },
		      { "", "%t NO SASL failed\r\n" }, END },
		    .token = true,
		    .why = "refused: {\"status\":\"400\"}: SASL failed" },
		{ { GREETING, CAPABILITY("LOGINDISABLED AUTH=XOAUTH2"), END },
		    .why = "this server offers no password login" },
		{ { GREETING, CAPABILITY("AUTH=PLAIN"), END }, .token = true,
		    .why = "offers no login by token" },
		{ { GREETING, CAPABILITY("AUTH=PLAIN"), END },
		    .auth = IMAP_AUTH_SCRAM_SHA_256,
		    .why = "does not offer the login by SCRAM-SHA-256" },
		{ { GREETING, CAPABILITY("SASL-IR AUTH=PLAIN"),
		      { "AUTHENTICATE PLAIN",
			  "* BAD x AHUAcGFzcyJ3b1xyZC00NzEx\r\n"
			  "%t NO not pass\"wo\\rd-4711 nor "
			  "AHUAcGFzcyJ3b1xyZC00NzEx\r\n* BYE gone\r\n" },
		      END },
		    .why = "login of u by PLAIN refused: not *** nor ***" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		s->account.is_token = rows[i].token;
		s->account.auth = rows[i].auth;
		play(s, rows[i].script);
		if (rows[i].mechanism != NULL) {
			assert_open(s);
			assert_string_equal(
			    imap_mechanism(s->imap), rows[i].mechanism);
		} else {
			assert_null(s->imap);
			assert_fault(s, EX_NOPERM, rows[i].why);
		}
		end(s);
	}
}

static void
sends_what_is_not_ascii_as_a_literal(void **state)
{
	static const struct step script[] = { GREETING, CAPABILITY("X"),
		{ "LOGIN \"u\" {3}", "+ go on\r\n" },
		{ "w\xc3\xb6", "%t OK\r\n" }, CAPABILITY("X"), END };
	struct scene *s = *state;

	s->account.secret = "w\xc3\xb6";
	play(s, script);
	assert_open(s);
	end(s);
}

static void
refuses_a_secret_that_is_no_line(void **state)
{
	static const struct step script[] = { GREETING, END };
	struct scene *s = *state;

	s->account.secret = "a\r\nb";
	play(s, script);
	assert_null(s->imap);
	assert_fault(s, EX_CONFIG, "control character at byte 2");
	end(s);
}

static void
tells_a_refusal_from_a_delay(void **state)
{
	static const struct {
		struct step script[5];
		int status;
		const char *why;
	} rows[] = {
		{ { GREETING, CAPABILITY("SASL-IR AUTH=PLAIN"),
		      { "AUTH", "%t NO [UNAVAILABLE] later\r\n" }, END },
		    EX_TEMPFAIL, "[UNAVAILABLE] later" },
		{ { GREETING, CAPABILITY("SASL-IR AUTH=PLAIN"),
		      { "AUTH", "* BYE go\r\n" }, END },
		    EX_UNAVAILABLE, "ended the session: go" },
		{ { { NULL, "* BYE [UNAVAILABLE] busy\r\n" }, END },
		    EX_TEMPFAIL, "busy" },
		{ { { NULL, "* PREAUTH hi\r\n" }, END }, EX_PROTOCOL,
		    "PREAUTH" },
		{ { { NULL, "220 smtp\r\n" }, END }, EX_PROTOCOL, "not IMAP" },
		{ { GREETING, { "CAPABILITY", "%t OK\r\n" }, END }, EX_PROTOCOL,
		    "does not tell its capabilities" },
		{ { GREETING, { "CAPABILITY", "A1 OK\r\n" }, END }, EX_PROTOCOL,
		    "another command's tag" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		play(s, rows[i].script);
		assert_null(s->imap);
		assert_fault(s, rows[i].status, rows[i].why);
		end(s);
	}
}

static void
begins_tls_and_forgets_what_was_said_before(void **state)
{
	static const struct step script[] = { GREETING,
		CAPABILITY("STARTTLS LOGINDISABLED"),
		{ "STARTTLS", "%t OK begin\r\n" }, { NULL, "TLS" },
		CAPABILITY("SASL-IR AUTH=PLAIN"), { "AUTH", "%t OK\r\n" },
		CAPABILITY("IDLE"), END };
	static const struct step injected[] = { GREETING,
		CAPABILITY("STARTTLS"),
		{ "STARTTLS", "%t OK begin\r\n* CAPABILITY X\r\n" },
		{ NULL, "TLS" }, END };
	static const struct step half[] = { GREETING, CAPABILITY("STARTTLS"),
		{ "STARTTLS", "%t OK begin\r\n* CAP" }, { NULL, "TLS" }, END };
	static const struct step absent[] = { GREETING,
		CAPABILITY("AUTH=PLAIN"), END };
	struct scene *s = *state;

	s->account.tls.mode = TLS_STARTTLS;
	play(s, script);
	assert_open(s);
	end(s);
	play(s, injected);
	assert_null(s->imap);
	assert_fault(s, EX_UNAVAILABLE, "between STARTTLS and TLS");
	end(s);
	play(s, half);
	assert_null(s->imap);
	assert_fault(s, EX_UNAVAILABLE, "between STARTTLS and TLS");
	end(s);
	play(s, absent);
	assert_null(s->imap);
	assert_fault(s, EX_UNAVAILABLE, "does not offer STARTTLS");
	end(s);
}

static void
opens_folders(void **state)
{
	static const struct {
		struct step script[8];
		const char *folder;
		int status; /* 0: opened */
		const char *why;
	} rows[] = {
		{ { LOGIN,
		      { "Entw&APw-rfe", "* OK [UIDVALIDITY 7] x\r\n%t OK\r\n" },
		      END },
		    "Entw\xc3\xbcrfe", 0, "" },
		{ { LOGIN,
		      { "EXAMINE \"a \\\"b\\\"\"",
			  "* OK [UIDVALIDITY 7] x\r\n%t OK\r\n" },
		      END },
		    "a \"b\"", 0, "" },
		{ { LOGIN,
		      { "LIST \"\" \"*\"",
			  "* LIST (\\Sent) \"/\" a\r\n"
			  "* LIST (\\HasNoChildren \\Junk) \"/\" \"B c\"\r\n"
			  "%t OK\r\n" },
		      { "EXAMINE \"B c\"",
			  "* OK [UIDVALIDITY 7] x\r\n%t OK\r\n" },
		      END },
		    "\\Junk", 0, "" },
		{ { LOGIN, { "LIST", "%t OK\r\n" }, END }, "\\Junk", EX_NOPERM,
		    "marks no folder as \\Junk" },
		{ { LOGIN, { "EXAMINE", "%t NO no such folder\r\n" }, END },
		    "x", EX_NOPERM, "folder x refused: no such folder" },
		{ { LOGIN, { "EXAMINE", "%t OK\r\n" }, END }, "x", EX_PROTOCOL,
		    "no UIDVALIDITY" },
		{ { LOGIN, { "EXAMINE", "* OK [UIDVALIDITY 0] x\r\n%t OK\r\n" },
		      END },
		    "x", EX_PROTOCOL, "no UIDVALIDITY" },
		{ { LOGIN,
		      { "EXAMINE",
			  "* OK [UIDVALIDITY 4294967299] x\r\n%t OK\r\n" },
		      END },
		    "x", EX_PROTOCOL, "beyond 32 bits" },
		{ { LOGIN,
		      { "EXAMINE",
			  "* OK [UIDVALIDITY 4294967295] x\r\n%t OK\r\n" },
		      END },
		    "x", 0, "" },
		{ { LOGIN,
		      { "EXAMINE",
			  "%t BAD User is authenticated but not connected."
			  "\r\n" },
		      END },
		    "x", EX_NOPERM, "names no mailbox" },
		{ { LOGIN,
		      { "EXAMINE",
			  "%t BAD x. Suggested Backoff Time: 9 ms\r\n" },
		      END },
		    "x", EX_TEMPFAIL, "Backoff" },
		{ { LOGIN, { "EXAMINE", "%t BAD what\r\n" }, END }, "x",
		    EX_PROTOCOL, "what" },
		{ { LOGIN, END }, "a\xff", EX_CONFIG, "is not UTF-8" },
	};
	struct scene *s = *state;
	size_t i;
	int rc;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		play(s, rows[i].script);
		assert_open(s);
		rc = imap_examine(
		    s->imap, rows[i].folder, &s->folder, &s->fault);
		if (rc != (rows[i].status == 0 ? 0 : -1))
			fail_msg("%s: %s", rows[i].folder, s->fault.text);
		if (rc == -1)
			assert_fault(s, rows[i].status, rows[i].why);
		end(s);
	}
}

static void
says_who_it_is_where_that_is_wanted(void **state)
{
	static const struct step script[] = { LOGIN,
		{ "EXAMINE", "%t NO EXAMINE Unsafe Login. Ask us.\r\n" },
		{ "ID (\"name\" \"tlsrua\" \"version\"",
		    "* ID NIL\r\n%t OK\r\n" },
		{ "EXAMINE", "* OK [UIDVALIDITY 7] x\r\n%t OK\r\n" }, END };
	struct scene *s = *state;

	play(s, script);
	assert_open(s);
	assert_int_equal(
	    imap_examine(s->imap, "INBOX", &s->folder, &s->fault), 0);
	assert_int_equal(s->folder.uidvalidity, 7);
	end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(encodes_folder_names),
		TEST(picks_the_strongest_login),
		TEST(sends_what_is_not_ascii_as_a_literal),
		TEST(refuses_a_secret_that_is_no_line),
		TEST(tells_a_refusal_from_a_delay),
		TEST(begins_tls_and_forgets_what_was_said_before),
		TEST(opens_folders),
		TEST(says_who_it_is_where_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
