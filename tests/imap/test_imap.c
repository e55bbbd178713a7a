#include "imap/list_folders.h"
#include "imap/newest_headers.h"
#include "imap_text/modified_utf7.h"
#include "net/connect_steps.h"

#include "scenes/imap_script.h"

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
		if (rows[i].encoded == NULL)
			continue;
		s = folder_decode(rows[i].encoded);
		assert_string_equal(s, rows[i].name);
		free(s);
	}
}

static void
refuses_names_that_are_not_modified_utf7(void **state)
{
	static const char *const names[] = { "a&", "&AP", "&APw", "&AP.-",
		"&2D3eAA", "&2D0-", "&2D0AYQ-", "&3gA-", "\xc3\xa4", "a\nb",
		"&AAo-" };
	size_t i;
	char *s;

	(void)state;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if ((s = folder_decode(names[i])) != NULL)
			fail_msg("%s: %s", names[i], s);
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
		const char *last; /* mechanism that logged in */
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
		/* where the strongest is refused, once the next */
		{ { GREETING,
		      CAPABILITY("SASL-IR AUTH=SCRAM-SHA-256 "
				 "AUTH=SCRAM-SHA-1 AUTH=PLAIN"),
		      { "AUTHENTICATE SCRAM-SHA-256", "%t NO never\r\n" },
		      { "AUTHENTICATE PLAIN", "%t OK\r\n" }, CAPABILITY("IDLE"),
		      END },
		    .mechanism = "PLAIN" },
		{ { GREETING,
		      CAPABILITY("SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN"),
		      { "AUTHENTICATE SCRAM-SHA-256", "%t NO never\r\n" },
		      { "AUTHENTICATE PLAIN", "%t NO nor this\r\n" }, END },
		    .why = "login of u by PLAIN refused: nor this" },
		{ { GREETING,
		      CAPABILITY("SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN"),
		      { "AUTHENTICATE SCRAM-SHA-256", "%t NO never\r\n" },
		      END },
		    .auth = IMAP_AUTH_SCRAM_SHA_256, .why = "never" },
		{ { GREETING,
		      CAPABILITY("SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN"),
		      { "AUTHENTICATE PLAIN", "%t OK\r\n" }, CAPABILITY("IDLE"),
		      END },
		    .last = "PLAIN", .mechanism = "PLAIN" },
		{ { GREETING, CAPABILITY("SASL-IR AUTH=PLAIN"),
		      { "AUTHENTICATE PLAIN",
			  "* BAD x AHUAcGFzcyJ3b1xyZC00NzEx\r\n"
			  "%t NO not pass\"wo\\rd-4711 nor "
			  "AHUAcGFzcyJ3b1xyZC00NzEx\r\n* BYE gone\r\n" },
		      END },
		    .why = "login of u by PLAIN refused: not *** nor ***" },
	};
	struct scene *s = *state;
	bool second;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		s->account.is_token = rows[i].token;
		s->account.auth = rows[i].auth;
		s->account.last_mechanism = rows[i].last;
		play(s, rows[i].script);
		if (rows[i].mechanism != NULL) {
			assert_open(s);
			assert_string_equal(imap_mechanism(s->imap, &second),
			    rows[i].mechanism);
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
		{ { { NULL, "220 smtp\r\n" }, END }, EX_PROTOCOL,
		    "does not greet like an IMAP server" },
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
		{ { LOGIN, { "EXAMINE", "%t OK\r\n" },
		      { "STATUS \"x\" (UIDVALIDITY UIDNEXT)", "%t NO\r\n" },
		      { "SELECT", "* OK [UIDVALIDITY 0] x\r\n%t OK\r\n" },
		      END },
		    "x", EX_PROTOCOL, "no UIDVALIDITY" },
		{ { LOGIN, { "EXAMINE", "%t NO Server Unavailable. 15\r\n" },
		      END },
		    "x", EX_TEMPFAIL, "Server Unavailable. 15" },
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
finds_uidvalidity_where_the_server_tells_it(void **state)
{
	static const struct {
		struct step script[9];
		uint32_t uidvalidity;
	} rows[] = {
		{ { LOGIN,
		      { "EXAMINE", "* OK [UIDVALIDITY  7 ] x\r\n%t OK\r\n" },
		      END },
		    7 },
		{ { LOGIN, { "EXAMINE", "* 3 EXISTS\r\n%t OK\r\n" },
		      { "STATUS \"INBOX\" (UIDVALIDITY UIDNEXT)",
			  "* STATUS INBOX (UIDNEXT 1 UIDVALIDITY 9)\r\n"
			  "%t OK\r\n" },
		      END },
		    9 },
		{ { LOGIN, { "EXAMINE", "* 3 EXISTS\r\n%t OK\r\n" },
		      { "STATUS", "%t BAD what\r\n" },
		      { "SELECT \"INBOX\"",
			  "* 3 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n"
			  "%t OK\r\n" },
		      END },
		    8 },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		open_inbox(s, rows[i].script);
		assert_int_equal(s->folder.uidvalidity, rows[i].uidvalidity);
		assert_int_equal(s->folder.uidnext, 0);
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

	open_inbox(s, script);
	assert_int_equal(s->folder.uidvalidity, 7);
	end(s);
}

static void
lists_the_folders(void **state)
{
	static const struct step script[] = { LOGIN,
		{ "LIST \"\" \"*\"",
		    "* LIST (\\HasNoChildren) \"/\" INBOX\r\n"
		    "* LIST (\\Noselect \\HasChildren) \"/\" \"[Gmail]\"\r\n"
		    "* LIST (\\junk) \"/\" \"[Gmail]/Spam\"\r\n"
		    "* LIST () \"/\" \"Entw&APw-rfe\"\r\n"
		    "* LIST () \"/\" \"a&b\"\r\n"
		    "* LIST () \"/\" {6}\r\n b & c \r\n"
		    "* LIST () NIL {00000000004}\r\nlist\r\n"
		    "* LIST (\\NonExistent) \"/\" gone\r\n%t OK\r\n" },
		END };
	static const struct {
		const char *name;
		bool selectable;
	} wanted[] = { { "INBOX", true }, { "[Gmail]", false },
		{ "[Gmail]/Spam", true }, { "Entw\xc3\xbcrfe", true },
		{ "a&b", true }, { " b & c", true }, { "list", true },
		{ "gone", false } };
	struct scene *s = *state;
	struct imap_listed *list;
	size_t i, n;

	play(s, script);
	assert_open(s);
	assert_int_equal(imap_list(s->imap, &list, &n, &s->fault), 0);
	assert_int_equal(n, sizeof wanted / sizeof *wanted);
	for (i = 0; i < n; i++) {
		assert_string_equal(list[i].name, wanted[i].name);
		assert_int_equal(list[i].selectable, wanted[i].selectable);
	}
	imap_list_free(list, n);
	end(s);
}

static void
on_head(void *arg, const struct imap_head *head)
{
	struct scene *s = arg;
	size_t n = strlen(s->mails);

	snprintf(s->mails + n, sizeof s->mails - n, "%u %d %.*s;",
	    (unsigned)head->uid, head->has_date, (int)head->fields.n,
	    head->fields.p);
}

#define FIELDS "BODY[HEADER.FIELDS (SUBJECT \"Content-Type\")] "

static void
fetches_the_heads_of_the_newest_mails(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ " FETCH 2:* (UID RFC822.SIZE INTERNALDATE "
		  "BODY.PEEK[HEADER.FIELDS "
		  "(Subject Content-Type TLS-Report-Domain "
		  "TLS-Report-Submitter)])",
		    "* 2 FETCH (UID 12 INTERNALDATE \"31-Jan-2026 12:00:00 "
		    "+0000\" " FIELDS "{6}\r\na: b\r\n)\r\n"
		    "* 3 FETCH (FLAGS (\\Seen))\r\n"
		    "* 3 FETCH (UID 13 " FIELDS "NIL)\r\n"
		    "* 3 FETCH (" FIELDS "{4}\r\nc: d UID 13)\r\n"
		    "* 4 FETCH (UID 14 " FIELDS "{0}\r\n)\r\n"
		    "%t OK\r\n" },
		END };
	struct scene *s = *state;

	s->account.header_max = 100;
	open_inbox(s, script);
	assert_int_equal(
	    imap_newest_heads(s->imap, 2, on_head, s, &s->fault), 0);
	/* the last one came since, and two were asked for */
	assert_string_equal(s->mails, "12 1 a: b\r\n;13 0 c: d;");
	end(s);
}

static void
bounds_the_heads_of_mails(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ " FETCH 1:*", "* 2 FETCH (UID 12 " FIELDS "{41}\r\n" }, END };
	struct scene *s = *state;

	open_inbox(s, script);
	assert_int_equal(
	    imap_newest_heads(s->imap, 9, on_head, s, &s->fault), -1);
	assert_fault(s, EX_PROTOCOL, "too large");
	end(s);
}

static void
on_begin(void *arg, const char *name)
{
	struct scene *s = arg;
	size_t n = strlen(s->mails);

	snprintf(s->mails + n, sizeof s->mails - n, "%s ", name);
}

static void
on_done(void *arg, const char *detail, const char *warning)
{
	struct scene *s = arg;
	size_t n = strlen(s->mails);

	assert_string_equal(warning, "");
	snprintf(s->mails + n, sizeof s->mails - n, "%s;", detail);
}

static void
tells_each_step_and_the_fate_of_the_secret(void **state)
{
	static const struct step taken[] = { LOGIN, END };
	static const struct step refused[] = { GREETING, CAPABILITY("SASL-IR"),
		{ "LOGIN", "%t NO wrong\r\n" }, END };
	static const struct step later[] = { GREETING, CAPABILITY("SASL-IR"),
		{ "LOGIN", "%t NO [LIMIT] busy\r\n" }, END };
	static const struct step unused[] = { GREETING,
		CAPABILITY("LOGINDISABLED"), END };
	static const struct {
		const struct step *script;
		enum imap_secret fate;
		const char *last;
	} rows[] = { { taken, IMAP_SECRET_TAKEN, "PLAIN as u;" },
		{ refused, IMAP_SECRET_REFUSED, "hello;login " },
		{ later, IMAP_SECRET_UNUSED, "hello;login " },
		{ unused, IMAP_SECRET_UNUSED, "hello;login " } };
	struct scene *s = *state;
	struct steps steps = { on_begin, on_done, s };
	enum imap_secret fate;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		s->account.tls.steps = &steps;
		s->account.fate = &fate;
		play(s, rows[i].script);
		end(s);
		assert_int_equal(fate, rows[i].fate);
		assert_non_null(strstr(s->mails, "DNS 127.0.0.1"));
		assert_non_null(strstr(s->mails, ";TCP 127.0.0.1 port "));
		assert_non_null(strstr(s->mails, ";greeting hello;login "));
		assert_non_null(strstr(s->mails, rows[i].last));
	}
}

/* Nothing is waited for but the login itself. */
static void
asks_only_what_it_does_not_know_and_all_at_once(void **state)
{
	static const struct step script[] = {
		{ NULL, "* OK [CAPABILITY IMAP4rev1 SASL-IR id AUTH=PLAIN] "
			"hi\r\n" },
		{ "1 AUTHENTICATE PLAIN AHUAcGFzcyJ3b1xyZC00NzEx",
		    "1 OK [CAPABILITY MOVED AUTH=X] in\r\n" },
		{ "2 CAPABILITY", "" }, { "3 ID (\"name\" \"tlsrua\"", "" },
		{ "4 EXAMINE \"INBOX\"",
		    "* CAPABILITY IMAP4rev1 \"x\" MOVE\r\n2 OK\r\n"
		    "* ID ({4}\r\n3 OK \"y\")\r\n3 NO thanks\r\n"
		    "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n4 OK\r\n" },
		{ "5 UID FETCH 1:* (UID RFC822.SIZE)",
		    "* 9 FETCH (UID 11 RFC822.SIZE 3)\r\n5 OK\r\n" },
		{ "6 LOGOUT", "* BYE\r\n6 OK\r\n" }, END
	};
	struct scene *s = *state;

	open_inbox(s, script);
	assert_int_equal(s->folder.uidvalidity, 7);
	assert_int_equal(s->folder.exists, 1);
	assert_int_equal(imap_sizes(s->imap, 1, 0, &s->listing, &s->fault), 0);
	assert_int_equal(s->listing.n, 1);
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
		TEST(finds_uidvalidity_where_the_server_tells_it),
		TEST(says_who_it_is_where_that_is_wanted),
		TEST(refuses_names_that_are_not_modified_utf7),
		TEST(lists_the_folders),
		TEST(fetches_the_heads_of_the_newest_mails),
		TEST(bounds_the_heads_of_mails),
		TEST(tells_each_step_and_the_fate_of_the_secret),
		TEST(asks_only_what_it_does_not_know_and_all_at_once),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
