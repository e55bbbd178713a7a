#include "model/message.h"

#include "scenes/imap_script.h"
#include "imap/fetch.h"
#include "imap/fetch_preview.h"

#define ASK "(UID INTERNALDATE BODYSTRUCTURE BODY.PEEK[HEADER]<0.16384>)"
#define TEXT "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 70000 3)"
#define TWO "(" TEXT TEXT " \"MIXED\")"
#define TOLD(n, uid, structure)                                    \
	"* " #n " FETCH (UID " #uid " INTERNALDATE \"01-Jan-2026 " \
	"00:00:00 +0100\" BODYSTRUCTURE " structure                \
	" BODY[HEADER]<0> {8}\r\nA: b\r\n\r\n)\r\n"
#define FRONTS(n, uid, a, b)                                      \
	"* " #n " FETCH (UID " #uid " BODY[1]<0> \"" a "\" BODY[" \
	"2]<0> \"" b "\")\r\n"

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

/* What is handed over, all of which is skipped but for UID 4. */
static int
on_preview(void *arg, const struct imap_preview *p, struct fault *f)
{
	struct scene *s = arg;
	size_t n = strlen(s->mails), i;

	n += (size_t)snprintf(s->mails + n, sizeof s->mails - n, "%u%s%s %.*s",
	    (unsigned)p->mail->uid, p->front->is_multipart ? "m" : "",
	    p->has_date && p->date == 1767222000 ? "d" : "",
	    (int)p->front->header.n - 4, p->front->header.p);
	for (i = 0; i < p->front->n; i++)
		n += (size_t)snprintf(s->mails + n, sizeof s->mails - n,
		    ",%.*s%s", (int)p->front->part[i].bytes.n,
		    p->front->part[i].bytes.p,
		    p->front->part[i].is_all ? "" : "...");
	snprintf(s->mails + n, sizeof s->mails - n, ";");
	if (++s->n_mails == s->stop_at)
		return fault(f, FAULT_HOST, EX_IOERR, "disk full");
	return p->mail->uid != 4;
}

/* Run it; the UIDs that are to be skipped then. */
static uint32_t broke_at;

static int
preview(struct scene *s, const struct step *script, struct imap_size *mails)
{
	memcpy(mails, list, sizeof list);
	s->account.message_max = 1 << 20;
	open_inbox(s, script);
	return imap_preview(
	    s->imap, mails, MAILS, on_preview, s, &broke_at, &s->fault);
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

/* One command for the structures, and one for each kind of them. */
static void
asks_for_the_larger_ones_together(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 " ASK,
		    TOLD(1, 1, TWO) TOLD(4, 4, TWO) TOLD(5, 5, TEXT)
			TOLD(7, 7, TWO) "%t OK\r\n" },
		{ "UID FETCH 1,4,7 (UID BODY.PEEK[1]<0.512> "
		  "BODY.PEEK[2]<0.512>)",
		    FRONTS(7, 7, "g", "h") FRONTS(1, 1, "a", "b")
			FRONTS(4, 4, "c", "d") "%t OK\r\n" },
		{ "UID FETCH 5 (UID BODY.PEEK[1]<0.512>)",
		    "* 5 FETCH (BODY[1]<0> {00000000002}\r\n{} UID 5)\r\n%t "
		    "OK\r\n" },
		END };

	assert_skipped(*state, script,
	    "1md A: b,a,b;4md A: b,c,d;5d A: b,{};7md A: b,g,h;", "1 3 5 7 ");
}

static void
what_is_not_known_is_fetched(void **state)
{
	static const struct step refused[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ", "%t BAD too hard\r\n" }, END };
	static const struct step silent[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ",
		    "* 3 EXPUNGE\r\n* 1 FETCH (UID 1)\r\n* 9 FETCH (FLAGS ())"
		    "\r\n* 4 FETCH (UID 4 BODYSTRUCTURE (\r\n%t OK\r\n" },
		END };
	/* a part that is not there; a header that is longer; a mail that is
	 * larger than what its parts come to; a structure not asked for */
	static const struct step partly[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ",
		    TOLD(1, 1, TWO) TOLD(
			2, 2, TWO) "* 4 FETCH (UID 4 BODYSTRUCTURE (\"TEXT\" "
				   "\"PLAIN\" NIL NIL"
				   " NIL \"7BIT\" 60000 3) BODY[HEADER]<0> "
				   "\"A: b\")\r\n"
				   "* 5 FETCH (UID 5 BODYSTRUCTURE " TWO ")\r\n"
				   "%t NO some are gone\r\n" },
		{ "UID FETCH 1 (UID BODY.PEEK[1]<0.512> BODY.PEEK[2]<0.512>)",
		    "* 1 FETCH (UID 1 BODY[1]<0> \"a\" BODY[2] NIL)\r\n"
		    "%t OK\r\n" },
		END };

	assert_skipped(*state, refused, "", "3 ");
	setup(state);
	assert_skipped(*state, silent, "", "3 ");
	setup(state);
	assert_skipped(*state, partly, "", "3 ");
}

/* Whoever sends a mail has a say in these lines, which must not stop us. */
static void
bears_any_structure(void **state)
{
	static char huge[120000];
	struct step script[] = { EXAMINE, { "UID FETCH 1,4:5,7 ", huge },
		{ "UID FETCH 7 (UID BODY.PEEK[1]<0.512> BODY.PEEK[2]<0.512>)",
		    FRONTS(7, 7, "g", "h") "%t OK\r\n" },
		END };
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
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ {5} b{)\r\n" TOLD(
		7, 7, TWO) "%t OK\r\n");
	assert_skipped(*state, script, "7md A: b,g,h;", "3 7 ");
}

/* A literal that just fits before the line is cut, or just does not. */
static void
cuts_lines_where_both_sides_see_it(void **state)
{
	static const char head[] = "* 1 FETCH (UID 1 X \"";
	static char text[40000];
	struct step script[] = { EXAMINE, { "UID FETCH 1,4:5,7 ", text },
		{ "UID FETCH 7 (UID BODY.PEEK[1]<0.512> BODY.PEEK[2]<0.512>)",
		    FRONTS(7, 7, "g", "h") "%t OK\r\n" },
		END };
	size_t fill;

	for (fill = 32 * 1024 - 12; fill < 32 * 1024 + 4; fill++) {
		setup(state);
		memset(text, 'x', fill);
		memcpy(text, head, sizeof head - 1);
		snprintf(text + fill, sizeof text - fill, "%s",
		    "\" {4}\r\n1 OK)\r\n" TOLD(7, 7, TWO) "%t OK\r\n");
		assert_skipped(*state, script, "7md A: b,g,h;", "3 7 ");
	}
}

static void
stops_when_the_handler_says_so(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ "UID FETCH 1,4:5,7 ",
		    TOLD(1, 1, TEXT) TOLD(5, 5, TEXT) "%t OK\r\n" },
		{ "UID FETCH 1,5 ",
		    "* 1 FETCH (UID 1 BODY[1]<0> \"a\")\r\n"
		    "* 5 FETCH (UID 5 BODY[1]<0> \"a\")\r\n%t OK\r\n" },
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
		TEST(what_is_not_known_is_fetched),
		TEST(bears_any_structure),
		TEST(cuts_lines_where_both_sides_see_it),
		TEST(stops_when_the_handler_says_so),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
