#include "imap/mail_action.h"

#include "scenes/imap_script.h"

#define KEEPING(c, flags)                                             \
	CAPABLE(c),                                                   \
	{                                                             \
		"SELECT \"INBOX\"",                                   \
		    "* 9 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" flags  \
		    "* OK [UIDNEXT 14] y\r\n%t OK [READ-WRITE] z\r\n" \
	}
#define SELECTED(c) KEEPING(c, "")
#define FLAGS(list) "* OK [PERMANENTFLAGS " list "] limited\r\n"
#define STORED(flag)                                                      \
	{                                                                 \
		"UID STORE " SET " +FLAGS.SILENT (" flag ")", "%t OK\r\n" \
	}
#define LISTED(name)                                                       \
	{                                                                  \
		"LIST \"\" \"" name "\"",                                  \
		    "* LIST (\\HasNoChildren) \"/\" " name "\r\n%t OK\r\n" \
	}
#define NOT_LISTED(name)                              \
	{                                             \
		"LIST \"\" \"" name "\"", "%t OK\r\n" \
	}
#define STATUS(items)                                             \
	{                                                         \
		"STATUS \"Done\" (UIDVALIDITY UIDNEXT)",          \
		    "* STATUS {4}\r\nDone " items "\r\n%t OK\r\n" \
	}
#define DELETED(set)                                                   \
	{                                                              \
		"UID STORE " set " +FLAGS.SILENT (\\Deleted)",         \
		    "* 1 FETCH (UID 3 FLAGS (\\Deleted))\r\n%t OK\r\n" \
	}

static const uint32_t uids[] = { 3, 4, 5, 9, 4294967295U };

static const char *const message_ids[] = { "<a@x>", "<b@x>", "", "<a@x>",
	"<\"c\\@x>" };

enum {
	UIDS = sizeof uids / sizeof *uids
};
#define SET "3:5,9,4294967295"

/*
 * The steps that were confirmed: letter and number of mails, and what is left
 * to be done.
 */
static int
on_acted(void *arg, const uint32_t *u, size_t n, enum imap_acted acted,
    const char *left, struct fault *f)
{
	static const char letters[] = { [IMAP_ACTED_COPYING] = 'n',
		[IMAP_ACTED_COPIED] = 'c',
		[IMAP_ACTED_NOT_COPIED] = 'b',
		[IMAP_ACTED_DONE] = 'd',
		[IMAP_ACTED_FLAG_ONLY] = 'f',
		[IMAP_ACTED_UNSEEN] = 's',
		[IMAP_ACTED_UNFLAGGED] = 'm',
		[IMAP_ACTED_UNDELETED] = 'x',
		[IMAP_ACTED_PUT_BACK] = 'b',
		[IMAP_ACTED_REFUSED] = 'r' };
	char *text = arg;
	size_t len = strlen(text);

	(void)u;
	(void)f;
	len +=
	    (size_t)snprintf(text + len, 100 - len, "%c%zu", letters[acted], n);
	if (left != NULL)
		snprintf(text + len, 100 - len, "(%s)", left);
	return 0;
}

struct row {
	struct step script[24];
	const char *action;
	const char *steps;
	const char *why; /* NULL: it succeeds */
};

static void
try_status(struct scene *s, const struct row *row, int status)
{
	struct imap_acted_on on = { uids, message_ids, UIDS };
	struct imap_action action;
	char steps[100] = "";
	int rc;

	play(s, row->script);
	assert_open(s);
	if (imap_select(s->imap, "INBOX", &s->folder, &s->fault) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
	assert_int_equal(imap_action_parse(row->action, &action), 0);
	rc = imap_act(s->imap, &action, &on, on_acted, steps, &s->fault);
	if (rc != (row->why == NULL ? 0 : -1))
		fail_msg(
		    "%s: %s %s", row->action, s->fault.text, s->server.error);
	if (row->why != NULL)
		assert_fault(s, status, row->why);
	if (strcmp(steps, row->steps) != 0)
		fail_msg("%s: %s, not %s", row->action, steps, row->steps);
	end(s);
}

static void
try(struct scene *s, const struct row *row)
{
	try_status(s, row, EX_NOPERM);
}

static void
does_what_the_server_can(void **state)
{
	static const struct row rows[] = {
		{ { SELECTED("UIDPLUS MOVE"),
		      { "UID STORE " SET " +FLAGS.SILENT (\\Seen)",
			  "%t OK\r\n" },
		      END },
		    "seen", "d5", NULL },
		{ { SELECTED("IDLE"),
		      { "UID STORE " SET " +FLAGS.SILENT (\\Flagged)",
			  "%t NO [NOPERM] may not\r\n" },
		      END },
		    "flag", "", "may not" },
		{ { SELECTED("UIDPLUS"), DELETED(SET),
		      { "UID EXPUNGE " SET,
			  "* 3 EXPUNGE\r\n* 3 EXPUNGE\r\n* 7 EXISTS\r\n"
			  "* VANISHED 5\r\n%t OK\r\n" },
		      END },
		    "delete", "d5", NULL },
		{ { SELECTED("IDLE"), DELETED(SET), END }, "delete", "f5",
		    NULL },
		{ { SELECTED("UIDPLUS MOVE"), LISTED("Done"),
		      { "UID MOVE " SET " \"Done\"",
			  "* OK [COPYUID 7 3:5 1:3] x\r\n* 3 EXPUNGE\r\n"
			  "* 8 EXISTS\r\n* 3 EXPUNGE\r\n%t OK [x] y\r\n" },
		      END },
		    "move:Done", "d5", NULL },
		{ { SELECTED("UIDPLUS"), LISTED("Done"),
		      STATUS("(UIDVALIDITY 8 UIDNEXT 14)"),
		      { "UID COPY " SET " \"Done\"",
			  "%t OK [COPYUID 7 3:5 1:3] x\r\n" },
		      DELETED(SET), { "UID EXPUNGE " SET, "%t OK\r\n" }, END },
		    "move:Done", "n5(copying:8:14:Done)c5(copied)d5", NULL },
		{ { SELECTED("IDLE"), LISTED("Done"),
		      STATUS("(UIDNEXT 99999999999)"),
		      { "UID COPY " SET " \"Done\"", "%t OK\r\n" },
		      DELETED(SET), END },
		    "move:Done", "n5(copying:0:0:Done)c5(copied)f5", NULL },
		{ { SELECTED("IDLE"), LISTED("Done"),
		      { "STATUS", "%t NO never\r\n" },
		      { "UID COPY " SET " \"Done\"",
			  "%t NO access denied\r\n" },
		      END },
		    "move:Done", "n5(copying:0:0:Done)b5(move:Done)",
		    "access denied" },
		{ { SELECTED("UIDPLUS MOVE"), DELETED(SET),
		      { "UID EXPUNGE " SET, "%t OK\r\n" }, END },
		    "copied", "d5", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		try(*state, &rows[i]);
	}
}

#define MOVE(set, answer)                                        \
	{                                                        \
		"UID MOVE " set " \"Done\"", "%t " answer "\r\n" \
	}
#define HELD "NO [CANNOT] on hold"

/* One mail that is refused does not hold up the others. */
static void
finds_the_mail_that_is_refused(void **state)
{
	static const struct row rows[] = {
		{ { SELECTED("MOVE"), LISTED("Done"), MOVE(SET, HELD),
		      MOVE("3:4", "OK"), MOVE("5,9,4294967295", HELD),
		      MOVE("5", HELD), MOVE("9,4294967295", "OK"), END },
		    "move:Done", "d2d2r1([CANNOT] on hold)", NULL },
		{ { SELECTED("IDLE"), { "STORE " SET, "%t BAD what\r\n" },
		      { "STORE 3:4 ", "%t BAD what\r\n" },
		      { "STORE 3 ", "%t OK\r\n" },
		      { "STORE 4 ", "%t BAD what\r\n" },
		      { "STORE 5,9,4294967295 ", "%t OK\r\n" }, END },
		    "seen", "d1d3r1(what)", NULL },
		{ { SELECTED("UIDPLUS"), LISTED("Done"), STATUS("(UIDNEXT 1)"),
		      { "UID COPY " SET, "%t " HELD "\r\n" },
		      STATUS("(UIDNEXT 1)"), { "UID COPY 3:4 ", "%t OK\r\n" },
		      DELETED("3:4"), { "UID EXPUNGE 3:4", "%t OK\r\n" },
		      STATUS("(UIDNEXT 1)"),
		      { "UID COPY 5,9,4294967295 ", "%t OK\r\n" },
		      DELETED("5,9,4294967295"),
		      { "UID EXPUNGE 5,9,4294967295", "%t OK\r\n" }, END },
		    "move:Done",
		    "n5(copying:0:1:Done)b5(move:Done)"
		    "n2(copying:0:1:Done)c2(copied)d2"
		    "n3(copying:0:1:Done)c3(copied)d3",
		    NULL },
		/* all of them: it is not the mails */
		{ { SELECTED("IDLE"), { "STORE " SET, "%t NO x\r\n" },
		      { "STORE 3:4 ", "%t NO x\r\n" },
		      { "STORE 3 ", "%t NO x\r\n" },
		      { "STORE 4 ", "%t NO x\r\n" },
		      { "STORE 5,9,4294967295 ", "%t NO x\r\n" },
		      { "STORE 5 ", "%t NO x\r\n" },
		      { "STORE 9,4294967295 ", "%t NO x\r\n" },
		      { "STORE 9 ", "%t NO x\r\n" },
		      { "STORE 4294967295 ", "%t NO why\r\n" }, END },
		    "flag", "", "why" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		try(*state, &rows[i]);
	}
}

#define CREATED(answer)                                      \
	{ "CREATE \"Done\"", "%t " answer "\r\n" },          \
	{                                                    \
		"SUBSCRIBE \"Done\"", "%t OK subscribed\r\n" \
	}

/* What a server does not list, or lists in vain, is made. */
static void
makes_a_folder_that_is_none(void **state)
{
	static const struct row rows[] = {
		{ { SELECTED("MOVE NAMESPACE"),
		      { "LIST", "* LIST (\\Noselect) \"/\" Done\r\n%t OK\r\n" },
		      { "NAMESPACE", "%t OK\r\n" }, CREATED("OK"),
		      MOVE(SET, "OK"), END },
		    "move:Done", "d5", NULL },
		{ { SELECTED("MOVE NAMESPACE"),
		      { "LIST",
			  "* LIST (\\NonExistent) \"/\" Done\r\n%t OK\r\n" },
		      { "NAMESPACE", "%t OK\r\n" }, CREATED("OK"),
		      MOVE(SET, "OK"), END },
		    "move:Done", "d5", NULL },
		{ { SELECTED("MOVE NAMESPACE"),
		      { "LIST", "%t NO Folder not found\r\n" },
		      { "NAMESPACE", "%t OK\r\n" }, CREATED("OK"),
		      MOVE(SET, "OK"), END },
		    "move:Done", "d5", NULL },
		{ { SELECTED("MOVE"), LISTED("Done"),
		      MOVE(SET, "NO [TRYCREATE] none"), CREATED("OK"),
		      MOVE(SET, "OK"), END },
		    "move:Done", "d5", NULL },
		{ { SELECTED("MOVE"), LISTED("Done"),
		      MOVE(SET, "NO [TRYCREATE] none"),
		      { "CREATE", "%t NO [NOPERM] never\r\n" }, END },
		    "move:Done", "", "never" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		try(*state, &rows[i]);
	}
}

/* A flag that is not kept is not set, and nobody says that it was. */
static void
sets_no_flag_that_is_not_kept(void **state)
{
	static const struct row rows[] = {
		{ { KEEPING("IDLE", FLAGS("()")), END }, "seen", "s5", NULL },
		{ { KEEPING("IDLE", FLAGS("()")), END }, "flag", "m5", NULL },
		{ { KEEPING("IDLE", FLAGS("()")), END }, "delete", "x5", NULL },
		/* "\\*" is for keywords */
		{ { KEEPING("IDLE", FLAGS("(\\Deleted \\Flagged \\*)")), END },
		    "seen", "s5", NULL },
		{ { KEEPING("IDLE", FLAGS("(\\Seen $Junk \\SEEN2)")), END },
		    "flag", "m5", NULL },
		{ { KEEPING("IDLE", FLAGS("(\\Answered \\seen)")),
		      STORED("\\Seen"), END },
		    "seen", "d5", NULL },
		/* for the session is as long as it takes */
		{ { KEEPING("UIDPLUS", FLAGS("()")), STORED("\\Deleted"),
		      { "UID EXPUNGE " SET, "%t OK\r\n" }, END },
		    "delete", "d5", NULL },
		{ { KEEPING("MOVE", FLAGS("()")), LISTED("Done"),
		      { "UID MOVE " SET " \"Done\"", "%t OK\r\n" }, END },
		    "move:Done", "d5", NULL },
		/* what is no list says nothing */
		{ { KEEPING("IDLE", FLAGS("\\Flagged") FLAGS("") FLAGS("(")),
		      STORED("\\Seen"), END },
		    "seen", "d5", NULL },
		{ { KEEPING("IDLE", "* OK [PERMANENTFLAGS (\r\n"),
		      STORED("\\Seen"), END },
		    "seen", "d5", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		try(*state, &rows[i]);
	}
}

static void
makes_the_folder_as_the_server_names_it(void **state)
{
	static const struct row rows[] = {
		{ { SELECTED("MOVE NAMESPACE"), NOT_LISTED("A/B"),
		      { "NAMESPACE",
			  "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n"
			  "%t OK\r\n" },
		      NOT_LISTED("INBOX.A.B"),
		      { "CREATE \"INBOX.A.B\"", "%t OK\r\n" },
		      { "SUBSCRIBE \"INBOX.A.B\"", "%t NO not here\r\n" },
		      { "UID MOVE " SET " \"INBOX.A.B\"", "%t OK\r\n" }, END },
		    "move:A/B", "d5", NULL },
		{ { SELECTED("MOVE"), NOT_LISTED("A/B"),
		      { "LIST \"\" \"\"",
			  "* LIST (\\Noselect) \"\\\\\" \"\"\r\n%t OK\r\n" },
		      NOT_LISTED("A\\\\B"),
		      { "CREATE \"A\\\\B\"", "%t NO Mailbox exists\r\n" },
		      { "SUBSCRIBE \"A\\\\B\"", "%t OK\r\n" },
		      { "UID MOVE " SET " \"A\\\\B\"", "%t OK\r\n" }, END },
		    "move:A/B", "d5", NULL },
		{ { SELECTED("MOVE NAMESPACE"), NOT_LISTED("&APw-&-"),
		      { "NAMESPACE",
			  "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n%t OK\r\n" },
		      { "CREATE \"&APw-&-\"", "%t NO [OVERQUOTA]no\r\n" },
		      END },
		    "move:\xc3\xbc&", "", NULL },
	};
	struct row refused = rows[2];
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		setup(state);
		try(s, &rows[i]);
	}
	setup(state);
	refused.script[7].reply = "%t NO [CANNOT] not that\r\n";
	refused.why = "cannot be made: [CANNOT] not that";
	try(s, &refused);
}

#define EXAMINED(uidvalidity)                                      \
	{                                                          \
		"EXAMINE \"Done\"",                                \
		    "* 9 EXISTS\r\n* OK [UIDVALIDITY " uidvalidity \
		    "] x\r\n* OK [UIDNEXT 20] x\r\n%t OK done\r\n" \
	}
#define AGAIN(uidvalidity)                                         \
	{                                                          \
		"SELECT \"INBOX\"",                                \
		    "* 9 EXISTS\r\n* OK [UIDVALIDITY " uidvalidity \
		    "] x\r\n%t OK done\r\n"                        \
	}
#define SEARCHED(id, uids)                                          \
	{                                                           \
		"UID SEARCH UID 14:* HEADER Message-ID \"" id "\"", \
		    "* SEARCH" uids "\r\n%t OK\r\n"                 \
	}

/* Of a move that was broken off: which copies are there. */
static void
copies_only_what_is_missing(void **state)
{
	static const struct row rows[] = {
		/* the last mail answers for n:* even when it is below */
		{ { SELECTED("UIDPLUS"), LISTED("Done"), EXAMINED("8"),
		      SEARCHED("<a@x>", " 14 17"), SEARCHED("<b@x>", " 13"),
		      SEARCHED("<a@x>", " 17 14"),
		      SEARCHED("<\\\"c\\\\@x>", " 20"), AGAIN("7"),
		      DELETED("3"), { "UID EXPUNGE 3", "%t OK\r\n" },
		      DELETED("9,4294967295"),
		      { "UID EXPUNGE 9,4294967295", "%t OK\r\n" }, END },
		    "copying:8:14:Done",
		    "c1(copied)d1b2(move:Done)c2(copied)d2", NULL },
		/* one of two with the same Message-ID: nobody can say which */
		{ { SELECTED("UIDPLUS"), LISTED("Done"), EXAMINED("8"),
		      SEARCHED("<a@x>", " 14"), SEARCHED("<b@x>", ""),
		      SEARCHED("<a@x>", " 14"),
		      SEARCHED("<\\\"c\\\\@x>", " x -1 99999999999"),
		      AGAIN("7"), END },
		    "copying:8:14:Done", "b5(move:Done)", NULL },
		/* another folder by now, or none at that time */
		{ { SELECTED("UIDPLUS"), LISTED("Done"), EXAMINED("9"),
		      AGAIN("7"), END },
		    "copying:8:14:Done", "b5(move:Done)", NULL },
		{ { SELECTED("UIDPLUS"), LISTED("Done"), END },
		    "copying:0:0:Done", "b5(move:Done)", NULL },
		/* nothing is done when it cannot be found out */
		{ { SELECTED("UIDPLUS"), LISTED("Done"), EXAMINED("8"),
		      { "UID SEARCH", "%t NO no searching\r\n" }, AGAIN("7"),
		      END },
		    "copying:8:14:Done", "", "no searching" },
		{ { SELECTED("UIDPLUS"), LISTED("Done"),
		      { "EXAMINE \"Done\"", "%t NO not there\r\n" }, AGAIN("7"),
		      END },
		    "copying:8:14:Done", "", "not there" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		try(*state, &rows[i]);
	}
}

static void
does_nothing_in_a_folder_that_was_numbered_anew(void **state)
{
	static const struct row row = { { SELECTED("UIDPLUS"), LISTED("Done"),
					    EXAMINED("9"), AGAIN("6"), END },
		"copying:8:14:Done", "", "numbered anew" };

	try_status(*state, &row, EX_TEMPFAIL);
}

/* Without MOVE a few at a time, so that few are in doubt. */
static void
copies_a_hundred_at_a_time(void **state)
{
	static const struct step script[] = { SELECTED("IDLE"), LISTED("Done"),
		STATUS("(UIDNEXT 1 UIDVALIDITY 8)"),
		{ "UID COPY 1:100 ", "%t OK\r\n" }, DELETED("1:100"),
		STATUS("(UIDNEXT 101 UIDVALIDITY 8)"),
		{ "UID COPY 101:150 ", "%t OK\r\n" }, DELETED("101:150"), END };
	struct imap_action action = { .kind = IMAP_MOVE, .folder = "Done" };
	struct scene *s = *state;
	char steps[100] = "";
	uint32_t many[150];
	struct imap_acted_on on = { many, NULL, 150 };
	uint32_t i;

	for (i = 0; i < 150; i++)
		many[i] = i + 1;
	play(s, script);
	assert_open(s);
	assert_int_equal(
	    imap_select(s->imap, "INBOX", &s->folder, &s->fault), 0);
	if (imap_act(s->imap, &action, &on, on_acted, steps, &s->fault) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
	assert_string_equal(steps, "n100(copying:8:1:Done)c100(copied)f100"
				   "n50(copying:8:101:Done)c50(copied)f50");
	end(s);
}

/* A UID set stays far below the 1,000 characters that a command may have. */
static void
sends_no_set_that_is_too_long(void **state)
{
	static const struct step script[] = { SELECTED("UIDPLUS"),
		{ "UID STORE 4000000001,4000000003,", "%t OK\r\n" },
		{ "UID STORE 4000000159,", "%t OK\r\n" }, END };
	struct imap_action action = { .kind = IMAP_SEEN, .folder = "" };
	struct scene *s = *state;
	char steps[100] = "";
	uint32_t many[150];
	struct imap_acted_on on = { many, NULL, 150 };
	size_t i;

	for (i = 0; i < 150; i++)
		many[i] = 4000000001U + 2 * (uint32_t)i;
	play(s, script);
	assert_open(s);
	assert_int_equal(
	    imap_select(s->imap, "INBOX", &s->folder, &s->fault), 0);
	if (imap_act(s->imap, &action, &on, on_acted, steps, &s->fault) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
	assert_string_equal(steps, "d79d71");
	end(s);
}

static void
knows_the_names_of_actions(void **state)
{
	struct imap_action a;

	(void)state;
	assert_int_equal(imap_action_parse("move:x", &a), 0);
	assert_int_equal(a.kind, IMAP_MOVE);
	assert_string_equal(a.folder, "x");
	assert_int_equal(imap_action_parse("move:", &a), -1);
	assert_int_equal(imap_action_parse("keep", &a), -1);
	assert_int_equal(imap_action_parse("", &a), -1);
	assert_int_equal(imap_action_parse("copying:7:4294967295:a:b", &a), 0);
	assert_int_equal(a.kind, IMAP_COPYING);
	assert_int_equal(a.uidvalidity, 7);
	assert_int_equal(a.uidnext, UINT32_MAX);
	assert_string_equal(a.folder, "a:b");
	assert_int_equal(imap_action_parse("copying:7:4294967296:a", &a), -1);
	assert_int_equal(imap_action_parse("copying:7:8:", &a), -1);
	assert_int_equal(imap_action_parse("copying:7:a", &a), -1);
	assert_int_equal(imap_action_parse("copying:", &a), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(does_what_the_server_can),
		TEST(finds_the_mail_that_is_refused),
		TEST(makes_a_folder_that_is_none),
		TEST(sets_no_flag_that_is_not_kept),
		TEST(makes_the_folder_as_the_server_names_it),
		TEST(copies_only_what_is_missing),
		TEST(does_nothing_in_a_folder_that_was_numbered_anew),
		TEST(copies_a_hundred_at_a_time),
		TEST(sends_no_set_that_is_too_long),
		TEST(knows_the_names_of_actions),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
