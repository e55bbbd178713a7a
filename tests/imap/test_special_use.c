#include "imap/special_use.h"

#include "scenes/imap_script.h"

#define OPENED(name)                                           \
	{                                                      \
		"EXAMINE \"" name "\"",                        \
		    "* OK [UIDVALIDITY 7] x\r\n%t OK done\r\n" \
	}
#define MARKED "LIST (SPECIAL-USE) \"\" \"*\" RETURN (SPECIAL-USE)"
#define EXTENDED "SPECIAL-USE LIST-EXTENDED"

struct row {
	struct step script[10];
	const char *use;
	const char *name; /* on the server; NULL: refused */
	int status;
	const char *why;
};

static void
try(struct scene *s, const struct row *row)
{
	int rc;

	play(s, row->script);
	assert_open(s);
	rc = imap_examine(s->imap, row->use, &s->folder, &s->fault);
	if (row->name == NULL) {
		assert_int_equal(rc, -1);
		assert_fault(s, row->status, row->why);
	} else {
		if (rc == -1)
			fail_msg("%s %s", s->fault.text, s->server.error);
		assert_string_equal(imap_folder_name(s->imap), row->name);
	}
	end(s);
}

static void
try_all(void **state, const struct row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		setup(state);
		try(*state, &rows[i]);
	}
}
#define TRY_ALL(rows) try_all(state, rows, sizeof(rows) / sizeof *(rows))

static void
asks_as_the_server_can_answer(void **state)
{
	static const struct row rows[] = {
		{ { CAPABLE(EXTENDED),
		      { MARKED, "* LIST (\\Sent) \"/\" Sent\r\n"
				"* LIST (\\HasNoChildren \\Junk) \"/\" Spam\r\n"
				"%t OK\r\n" },
		      OPENED("Spam"), END },
		    "\\Junk", "Spam", 0, NULL },
		/* marked in a plain LIST alone */
		{ { CAPABLE(EXTENDED), { MARKED, "%t OK\r\n" },
		      { "LIST \"\" \"*\"",
			  "* LIST (\\junk) \".\" INBOX.Spam\r\n%t OK\r\n" },
		      OPENED("INBOX.Spam"), END },
		    "\\Junk", "INBOX.Spam", 0, NULL },
		{ { CAPABLE(EXTENDED), { MARKED, "%t BAD what\r\n" },
		      { "LIST \"\" \"*\"",
			  "* LIST (\\Junk) NIL Spam\r\n%t OK\r\n" },
		      OPENED("Spam"), END },
		    "\\Junk", "Spam", 0, NULL },
		/* Gmail, before RFC 6154 */
		{ { CAPABLE("XLIST"),
		      { "LIST \"\" \"*\"",
			  "* LIST (\\HasNoChildren) \"/\" \"INBOX\"\r\n"
			  "* LIST (\\HasNoChildren) \"/\" \"[Gmail]/Spam\"\r\n"
			  "%t OK\r\n" },
		      { "XLIST \"\" \"*\"",
			  "* XLIST (\\Inbox) \"/\" \"Inbox\"\r\n"
			  "* XLIST (\\Noselect) \"/\" \"[Gmail]\"\r\n"
			  "* XLIST (\\AllMail) \"/\" \"[Gmail]/All\"\r\n"
			  "* XLIST (\\Spam) \"/\" \"[Gmail]/Spam\"\r\n"
			  "%t OK\r\n" },
		      OPENED("[Gmail]/Spam"), END },
		    "\\Junk", "[Gmail]/Spam", 0, NULL },
		{ { CAPABLE("IDLE"), OPENED("INBOX"), END }, "\\Inbox", "INBOX",
		    0, NULL },
	};

	TRY_ALL(rows);
}

static void
reads_every_kind_of_name(void **state)
{
	static const struct row rows[] = {
		{ { CAPABLE("IDLE"),
		      { "LIST \"\" \"*\"",
			  "* LIST (\\Trash) \"/\" \"a \\\"b\\\\c\"\r\n"
			  "%t OK\r\n" },
		      OPENED("a \\\"b\\\\c"), END },
		    "\\Trash", "a \"b\\c", 0, NULL },
		{ { CAPABLE("IDLE"),
		      { "LIST \"\" \"*\"",
			  "* LIST (\\Trash) \"/\" {4}\r\n1 OK\r\n"
			  "* LIST (\\Junk) \"/\" {4}\r\nSpam\r\n%t OK\r\n" },
		      OPENED("Spam"), END },
		    "\\Junk", "Spam", 0, NULL },
		/* what cannot be opened, or cannot be named, is none */
		{ { CAPABLE("IDLE"),
		      { "LIST \"\" \"*\"",
			  "* LIST (\\All \\Noselect) \"/\" A\r\n"
			  "* LIST (\\All \\NonExistent) \"/\" B\r\n"
			  "* LIST (\\All) \"/\" \"\"\r\n"
			  "* LIST (\\All) \"/\" \"\x01\"\r\n"
			  "* LIST (\\All) \"/\" {4}\r\na\r\nb\r\n"
			  "* LIST (\\All) \"/\" D (\"X\" (1))\r\n"
			  "* LIST (\\All) \"/\" E\r\n%t OK\r\n" },
		      OPENED("D"), END },
		    "\\All", "D", 0, NULL },
	};

	TRY_ALL(rows);
}

static void
says_what_to_do_when_none_is_marked(void **state)
{
	static const struct row rows[] = {
		{ { CAPABLE("XLIST " EXTENDED), { MARKED, "%t OK\r\n" },
		      { "LIST \"\" \"*\"",
			  "* LIST (\\Sent) \"/\" \\\\Archive\r\n"
			  "* LIST () \"/\" Archive\r\n%t OK\r\n" },
		      { "XLIST \"\" \"*\"", "%t NO never\r\n" }, END },
		    "\\Archive", NULL, EX_NOPERM,
		    "marks no folder as \\Archive: name the folder" },
		{ { CAPABLE("IDLE"), { "LIST \"\" \"*\"", "%t NO not you\r\n" },
		      END },
		    "\\All", NULL, EX_NOPERM, "not listed: not you" },
		{ { CAPABLE("IDLE"),
		      { "LIST \"\" \"*\"",
			  "* LIST (\\All) \"/\" {2000}\r\n%t OK\r\n" },
		      END },
		    "\\All", NULL, EX_PROTOCOL, "a literal too large" },
		{ { CAPABLE("IDLE"),
		      { "LIST \"\" \"*\"",
			  "* LIST (\\All) \"/\" A\r\nA999 OK\r\n" },
		      END },
		    "\\All", NULL, EX_PROTOCOL, "another command's tag" },
	};

	TRY_ALL(rows);
}

/* What comes with an ID, be it like a tagged line, is no folder. */
static void
takes_nothing_of_an_id_for_a_folder(void **state)
{
	static const struct row row = {
		{ GREETING, CAPABILITY("SASL-IR AUTH=PLAIN ID"),
		    { "AUTHENTICATE PLAIN AHUAcGFzcyJ3b1xyZC00NzEx",
			"%t OK in\r\n" },
		    CAPABILITY("ID"),
		    { "ID (", "* ID (\"a\" {4}\r\n%t OK \"y\")\r\n* ID NIL\r\n"
			      "* LIST (\\Junk) \"/\" Trap\r\n%t OK\r\n" },
		    { "LIST \"\" \"*\"",
			"* LIST (\\Junk) \"/\" Spam\r\n%t OK\r\n" },
		    OPENED("Spam"), END },
		"\\Junk", "Spam", 0, NULL
	};

	try(*state, &row);
}

/* The server is asked once a session, whatever is looked for. */
static void
asks_once(void **state)
{
	static const struct step script[] = { CAPABLE("IDLE"),
		{ "LIST \"\" \"*\"",
		    "* LIST (\\Junk) \"/\" A\r\n* LIST (\\Trash) \"/\" B\r\n"
		    "%t OK\r\n" },
		OPENED("B"), OPENED("A"), OPENED("B"), END };
	static const char *const looked_for[] = { "\\Trash", "\\Junk", "\\All",
		"\\Trash" };
	struct scene *s = *state;
	size_t i;

	play(s, script);
	assert_open(s);
	for (i = 0; i < 4; i++)
		assert_int_equal(
		    imap_examine(s->imap, looked_for[i], &s->folder, &s->fault),
		    i == 2 ? -1 : 0);
	end(s);
}

static void
knows_the_uses(void **state)
{
	(void)state;
	assert_string_equal(special_use("\\JUNK"), "\\Junk");
	assert_string_equal(special_use("\\trash"), "\\Trash");
	assert_string_equal(special_use("\\inbox"), "\\Inbox");
	assert_null(special_use("\\Jun"));
	assert_null(special_use("\\"));
	assert_null(special_use("Junk"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_as_the_server_can_answer),
		TEST(reads_every_kind_of_name),
		TEST(says_what_to_do_when_none_is_marked),
		TEST(takes_nothing_of_an_id_for_a_folder),
		TEST(asks_once),
		TEST(knows_the_uses),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
