#include "model/message.h"

#include "imap/fetch.h"
#include "imap/fetch_preview.h"
#include "scenes/imap_script.h"

#define FIELDS                                                                \
	"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (From Subject Message-ID " \
	"Content-Type Content-Disposition TLS-Report-Domain "                 \
	"TLS-Report-Submitter)])"
/* the one is as small as what is told of it, the other is not */
#define TEXT "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 3)"
#define NAMED                                                              \
	"(\"A\" \"GZIP\" (\"NAME\" \"a.gz\") NIL NIL \"7BIT\" 60000 NIL (" \
	"\"X\" (\"FILENAME*\" \"b\")))"
#define TWO "(" TEXT NAMED " \"MIXED\" (\"BOUNDARY\" \"c\"))"
/* what the fields say is what the test shall take them for */
#define SAYS(n, uid, what)                                         \
	"* " #n " FETCH (UID " #uid " INTERNALDATE \"01-Jan-2026 " \
	"00:00:00 +0100\" BODY[HEADER.FIELDS (SUBJECT)] {8}\r\n"   \
	"A: " what "\r\n\r\n)\r\n"
#define STRUCTURE(n, uid, structure) \
	"* " #n " FETCH (UID " #uid " BODYSTRUCTURE " structure ")\r\n"
#define FRONTS(n, uid, a, b)                                      \
	"* " #n " FETCH (UID " #uid " BODY[1]<0> \"" a "\" BODY[" \
	"2]<0> \"" b "\")\r\n"
/* UIDs 1, 4, 5 and 7 have two parts */
#define PARTS SAYS(1, 1, "p") SAYS(4, 4, "p") SAYS(5, 5, "p") SAYS(7, 7, "p")
#define ASK_PARTS "(UID BODY.PEEK[1]<0.96> BODY.PEEK[2]<0.400>)"

enum {
	SIZE = 70000
};

static struct imap_size list[] = { { .uid = 1, .size = SIZE },
	{ .uid = 2, .size = 100 }, { .uid = 3, .size = SIZE, .skip = true },
	{ .uid = 4, .size = SIZE }, { .uid = 5, .size = SIZE },
	{ .uid = 6, .size = 2000000 }, { .uid = 7, .size = SIZE } };

enum {
	MAILS = sizeof list / sizeof *list
};

static enum message_need
on_fields(void *arg, struct span fields)
{
	(void)arg;
	return fields.p[3] == 'p'   ? MESSAGE_NEEDS_PARTS
	       : fields.p[3] == 't' ? MESSAGE_NEEDS_TEXT
				    : MESSAGE_NEEDS_ALL;
}

/* What is handed over, all of which is skipped but for UID 4. */
static int
on_preview(void *arg, const struct imap_preview *p, struct fault *f)
{
	struct scene *s = arg;
	size_t n = strlen(s->mails), i;

	n += (size_t)snprintf(s->mails + n, sizeof s->mails - n, "%u%s",
	    (unsigned)p->mail->uid,
	    p->has_date && p->date == 1767222000 ? "d" : "");
	for (i = 0; i < p->front->n_mails; i++)
		n += (size_t)snprintf(s->mails + n, sizeof s->mails - n,
		    "%s%.*s%s%.*s", i > 0 ? "+" : "",
		    i > 0 ? (int)p->front->mail[i].header.n : 0,
		    p->front->mail[i].header.p,
		    p->front->mail[i].is_multipart ? "m" : "",
		    (int)p->front->mail[i].boundary.n,
		    p->front->mail[i].boundary.p);
	for (i = 0; i < p->front->n; i++)
		n += (size_t)snprintf(s->mails + n, sizeof s->mails - n,
		    ",%.*s%s%.*s", (int)p->front->part[i].bytes.n,
		    p->front->part[i].bytes.p,
		    p->front->part[i].is_all ? "" : "...",
		    (int)p->front->part[i].parameters.n,
		    p->front->part[i].parameters.p);
	snprintf(s->mails + n, sizeof s->mails - n, "|");
	if (++s->n_mails == s->stop_at)
		return fault(f, FAULT_HOST, EX_IOERR, "disk full");
	return p->mail->uid != 4;
}

static struct imap_looking looking;

static int
preview(struct scene *s, const struct step *script, struct imap_size *mails)
{
	memcpy(mails, list, sizeof list);
	s->account.message_max = 1 << 20;
	open_inbox(s, script);
	looking = (struct imap_looking){ .list = mails,
		.n = MAILS,
		.bound = 65536,
		.on_fields = on_fields,
		.fn = on_preview,
		.arg = s };
	return imap_preview(s->imap, &looking, &s->fault);
}

static void
assert_skipped(struct scene *s, const struct step *script, const char *told,
    const char *skipped)
{
	struct imap_size mails[MAILS];
	char got[100] = "";
	size_t i, n = 0;

	if (preview(s, script, mails) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
	for (i = 0; i < MAILS; i++)
		if (mails[i].skip)
			n += (size_t)snprintf(got + n, sizeof got - n, "%u ",
			    (unsigned)mails[i].uid);
	end(s);
	assert_string_equal(s->mails, told);
	assert_string_equal(got, skipped);
}

/* All at once, and what was not told at that time is not sought further. */
static void
asks_for_the_larger_ones_together(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 " FIELDS,
		    SAYS(1, 1, "p") SAYS(5, 5, "t") SAYS(4, 4, "p")
			SAYS(7, 7, "p") "%t OK\r\n" },
		{ "UID FETCH 1,4,7 (UID BODYSTRUCTURE)",
		    STRUCTURE(1, 1, TWO) STRUCTURE(4, 4, TWO)
			STRUCTURE(7, 7, TWO) "%t OK\r\n" },
		{ "UID FETCH 5 (UID BODY.PEEK[TEXT]<0.512>)",
		    "* 5 FETCH (BODY[TEXT]<0> {00000000002}\r\n{} UID 5)\r\n%t "
		    "OK\r\n" },
		{ "UID FETCH 1,4,7 " ASK_PARTS,
		    FRONTS(7, 7, "g", "h") FRONTS(1, 1, "a", "b")
			FRONTS(4, 4, "c", "d")
		    /* what was told once does not change */
		    FRONTS(7, 7, "x", "y") "%t OK\r\n" },
		END };

	assert_skipped(*state, script,
	    "1dmc,a,b...;FILENAME*=b;NAME=\"a.gz\"|"
	    "4dmc,c,d...;FILENAME*=b;NAME=\"a.gz\"|5d,{}...|"
	    "7dmc,g,h...;FILENAME*=b;NAME=\"a.gz\"|",
	    "1 3 5 7 ");
}

/* A server may answer commands in another order than they were sent. */
static void
takes_answers_in_any_order(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 " FIELDS,
		    SAYS(1, 1, "p") SAYS(5, 5, "t") SAYS(4, 4, "w")
			SAYS(7, 7, "w") "%t OK\r\n" },
		{ "UID FETCH 1 (UID BODYSTRUCTURE)",
		    "* 5 FETCH (UID 5 BODY[TEXT]<0> \"x\")\r\n%t OK\r\n" },
		{ "UID FETCH 5 (UID BODY.PEEK[TEXT]<0.512>)",
		    STRUCTURE(1, 1, TWO) "%t OK\r\n" },
		{ "UID FETCH 1 " ASK_PARTS,
		    FRONTS(1, 1, "a", "b") "%t OK\r\n" },
		END };

	assert_skipped(*state, script,
	    "1dmc,a,b...;FILENAME*=b;NAME=\"a.gz\"|5d,x...|", "1 3 5 ");
}

#define INNER(n)                                                       \
	"BODY.PEEK[" n ".HEADER.FIELDS (Subject Content-Type Content-" \
	"Disposition TLS-Report-Domain TLS-Report-Submitter)]"
#define BOUNCE                                                         \
	"(" TEXT                                                       \
	"(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 65000 (NIL NIL " \
	"NIL NIL NIL NIL NIL NIL NIL NIL) " TWO " 9) \"REPORT\" "      \
	"(\"BOUNDARY\" \"b\"))"
#define ASK_BOUNCE                                                          \
	"(UID " INNER("2") " BODY.PEEK[1]<0.40> BODY.PEEK[2.1]<0.40> BODY." \
			   "PEEK[2.2]<0.400>)"
#define OF_BOUNCE(n, fields)                                           \
	"* " #n " FETCH (UID " #n " " fields " BODY[1]<0> \"x\" BODY[" \
	"2.1]<0> \"y\" BODY[2.2]<0> \"z\")\r\n"

/* Its fields are asked for beside the parts; without them it is fetched. */
static void
looks_at_a_mail_in_a_mail(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", PARTS "%t OK\r\n" },
		{ "UID FETCH 1,4:5,7 (UID BODYSTRUCTURE)",
		    STRUCTURE(1, 1, BOUNCE) STRUCTURE(4, 4, TWO) STRUCTURE(
			5, 5, BOUNCE) STRUCTURE(7, 7, BOUNCE) "%t OK\r\n" },
		{ "UID FETCH 1,5,7 " ASK_BOUNCE,
		    OF_BOUNCE(
			1, "BODY[2.HEADER.FIELDS (SUBJECT)] \"f\"") OF_BOUNCE(5,
			"BODY[2.HEADER.FIELDS (SUBJECT)] NIL") OF_BOUNCE(7,
			"BODY[HEADER.FIELDS (SUBJECT)] \"f\"") "%t OK\r\n" },
		{ "UID FETCH 4 " ASK_PARTS,
		    FRONTS(4, 4, "c", "d") "%t OK\r\n" },
		END };

	assert_skipped(*state, script,
	    "1dmb+fmc,x,y,z...;FILENAME*=b;NAME=\"a.gz\"|"
	    "4dmc,c,d...;FILENAME*=b;NAME=\"a.gz\"|",
	    "1 3 ");
}

static void
what_is_not_known_is_fetched(void **state)
{
	static const struct step refused[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", "%t BAD too hard\r\n" }, END };
	static const struct step silent[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ",
		    "* 3 EXPUNGE\r\n* 1 FETCH (UID 1)\r\n* 9 FETCH (FLAGS ())"
		    "\r\n* 4 FETCH (UID 4 BODY[HEADER.FIELDS (X)] NIL)\r\n"
		    "%t OK\r\n" },
		END };
	static const struct step without[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", PARTS "%t OK\r\n" },
		{ "UID FETCH 1,4:5,7 (UID BODYSTRUCTURE)",
		    "* 1 FETCH (UID 1 BODYSTRUCTURE (\r\n%t NO gone\r\n" },
		END };
	/* a part that is not there, and one too much; a mail that is larger
	 * than what its parts come to; a name that cannot be written down */
	static const struct step partly[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", PARTS SAYS(2, 2, "p") "%t OK\r\n" },
		{ "UID FETCH 1,4:5,7 (UID BODYSTRUCTURE)",
		    STRUCTURE(1, 1, TWO) STRUCTURE(4, 4, TWO) STRUCTURE(5, 5,
			"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 30000 3)")
			STRUCTURE(7, 7,
			    "(\"A\" \"B\" (\"NAME\" {3}\r\na\"b)"
			    " NIL NIL NIL 70000)")
			    STRUCTURE(2, 2, TWO) "%t NO some are gone\r\n" },
		{ "UID FETCH 1,4 " ASK_PARTS,
		    "* 1 FETCH (UID 1 BODY[1]<0> \"a\" BODY[2] NIL)\r\n"
		    "* 4 FETCH (UID 4 BODY[1]<0> \"a\" BODY[1]<0> \"b\")\r\n"
		    "%t OK\r\n" },
		{ "UID FETCH 7 (UID BODY.PEEK[1]<0.96>)",
		    "* 7 FETCH (UID 7 BODY[1]<0> \"a\")\r\n%t OK\r\n" },
		END };

	assert_skipped(*state, refused, "", "3 ");
	setup(state);
	assert_skipped(*state, silent, "", "3 ");
	setup(state);
	assert_skipped(*state, without, "", "3 ");
	setup(state);
	assert_skipped(*state, partly, "", "3 ");
}

/* Of whom nothing is told when the session breaks. */
static void
blames_the_mail_that_is_missing(void **state)
{
	static const struct step fields[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", SAYS(1, 1, "w") }, END };
	static const struct step structures[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", PARTS "%t OK\r\n" },
		{ "UID FETCH 1,4:5,7 (UID BODYSTRUCTURE)",
		    STRUCTURE(1, 1, TWO) STRUCTURE(4, 4, TWO) },
		END };
	static const struct step fronts[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", PARTS "%t OK\r\n" },
		{ "UID FETCH 1,4:5,7 (UID BODYSTRUCTURE)",
		    STRUCTURE(1, 1, "NIL") STRUCTURE(4, 4, TWO)
			STRUCTURE(5, 5, TWO) STRUCTURE(7, 7, TWO) "%t OK\r\n" },
		{ "UID FETCH 4:5,7 ", FRONTS(4, 4, "a", "b") }, END };
	static const struct step *const scripts[] = { fields, structures,
		fronts };
	static const uint32_t culprits[] = { 4, 5, 5 };
	struct imap_size mails[MAILS];
	struct scene *s;
	size_t i;

	for (i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		setup(state);
		s = *state;
		s->account.tls.timeout = 4; /* the server falls silent */
		assert_int_equal(preview(*state, scripts[i], mails), -1);
		assert_int_equal(looking.broke_at, culprits[i]);
		end(*state);
	}
}

/* Whoever sends a mail has a say in these lines, which must not stop us. */
static void
bears_any_structure(void **state)
{
	static char huge[120000];
	struct step script[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", PARTS "%t OK\r\n" },
		{ "UID FETCH 1,4:5,7 ", huge },
		{ "UID FETCH 7 ", FRONTS(7, 7, "g", "h") "%t OK\r\n" }, END };
	size_t n;

	n = (size_t)snprintf(huge, sizeof huge,
	    "* 1 FETCH (UID 1 BODYSTRUCTURE ((\"A\" {4}\r\n)(\"{ ");
	memset(huge + n, '(', 40000);
	/* at the end of what is kept of a line stands no literal */
	memset(huge + n + 40000, '{', 7);
	memcpy(huge + n + 40000, "{99999}", 7);
	n += 40007;
	memset(huge + n, 'x', 40000);
	n += 40000;
	snprintf(huge + n, sizeof huge - n, "%s",
	    " {3}\r\n)\r\n))\r\n* 4 FETCH (UID 4 BODYSTRUCTURE (\"A {5} {6}\" "
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ {5} b{)\r\n" STRUCTURE(
		7, 7, TWO) "%t OK\r\n");
	assert_skipped(
	    *state, script, "7dmc,g,h...;FILENAME*=b;NAME=\"a.gz\"|", "3 7 ");
}

/* A literal that just fits before the line is cut, or just does not. */
static void
cuts_lines_where_both_sides_see_it(void **state)
{
	static const char head[] = "* 1 FETCH (UID 1 X \"";
	static char text[40000];
	struct step script[] = { EXAMINE, { "UID FETCH 1,4:5,7 ", text },
		{ "UID FETCH 7 (UID BODY.PEEK[TEXT]<0.512>)",
		    "* 7 FETCH (UID 7 BODY[TEXT] \"x\")\r\n%t OK\r\n" },
		END };
	size_t fill;

	for (fill = 32 * 1024 - 12; fill < 32 * 1024 + 4; fill++) {
		setup(state);
		memset(text, 'x', fill);
		memcpy(text, head, sizeof head - 1);
		snprintf(text + fill, sizeof text - fill, "%s",
		    "\" {4}\r\n1 OK)\r\n" SAYS(7, 7, "t") "%t OK\r\n");
		assert_skipped(*state, script, "7d,x...|", "3 7 ");
	}
}

static void
stops_when_the_handler_says_so(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ",
		    SAYS(1, 1, "t") SAYS(5, 5, "t") "%t OK\r\n" },
		{ "UID FETCH 1,5 ",
		    "* 1 FETCH (UID 1 BODY[TEXT]<0> \"a\")\r\n"
		    "* 5 FETCH (UID 5 BODY[TEXT]<0> \"a\")\r\n%t OK\r\n" },
		END };
	struct imap_size mails[MAILS];
	struct scene *s = *state;

	s->stop_at = 2;
	assert_int_equal(preview(s, script, mails), -1);
	assert_int_equal(s->fault.scope, FAULT_HOST);
	assert_true(mails[0].skip);
	assert_false(mails[4].skip);
	end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_for_the_larger_ones_together),
		TEST(takes_answers_in_any_order),
		TEST(looks_at_a_mail_in_a_mail),
		TEST(what_is_not_known_is_fetched),
		TEST(blames_the_mail_that_is_missing),
		TEST(bears_any_structure),
		TEST(cuts_lines_where_both_sides_see_it),
		TEST(stops_when_the_handler_says_so),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
