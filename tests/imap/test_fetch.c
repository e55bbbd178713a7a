#include "imap/fetch.h"
#include "imap_text/uid_set.h"

#include "scenes/imap_script.h"

static int
take_mail(void *arg, const struct imap_mail *m, struct fault *f)
{
	struct scene *s = arg;
	size_t n = strlen(s->mails);

	snprintf(s->mails + n, sizeof s->mails - n, "%u%s%s:%.*s;",
	    (unsigned)m->uid, m->too_large ? "!" : "",
	    m->withheld != NULL ? "?" : "", (int)m->bytes.n,
	    m->bytes.n > 0 ? m->bytes.p : "");
	if (++s->n_mails == s->stop_at)
		return fault(f, FAULT_HOST, EX_IOERR, "disk full");
	return 0;
}

static uint32_t broke_at; /* of the last fetch */

static int
fetch(struct scene *s, const struct imap_size *list, size_t n, imap_mail_fn *fn,
    void *arg)
{
	struct imap_fetch order = {
		.list = list, .n = n, .fn = fn, .arg = arg
	};
	int rc = imap_fetch(s->imap, &order, &s->fault);

	broke_at = order.broke_at;
	return rc;
}

/* Log in, examine, list and fetch. */
static int
fetch_all(struct scene *s, const struct step *script)
{
	open_inbox(s, script);
	if (imap_sizes(s->imap, 1, 0, &s->listing, &s->fault) == -1)
		return -1;
	return fetch(s, s->listing.list, s->listing.n, take_mail, s);
}

static void
assert_fetches(struct scene *s, const struct step *script, const char *mails)
{
	if (fetch_all(s, script) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
	end(s);
	assert_string_equal(s->mails, mails);
}

static void
keeps_a_set_under_1000_characters(void **state)
{
	struct uidset set = { 0 };
	uint32_t uid = 4294960000;
	size_t n;

	(void)state;
	for (n = 0; uidset_add(&set, uid, false); n++)
		uid += 2;
	assert_int_equal(strlen(uidset_text(&set)), n * 11 - 1);
	assert_true(n * 11 <= UIDSET_TEXT && n >= 75);
	set = (struct uidset){ 0 };
	for (uid = 1; uid < 100000; uid++)
		assert_true(uidset_add(&set, uid, uid > 1));
	assert_string_equal(uidset_text(&set), "1:99999");
	assert_true(uidset_add(&set, 100001, false));
	assert_string_equal(uidset_text(&set), "1:99999,100001");
	assert_true(uidset_add(&set, 100002, true));
	assert_string_equal(uidset_text(&set), "1:99999,100001:100002");
}

static void
count_head(void *arg, const struct imap_head *head)
{
	struct scene *s = arg;
	size_t n = strlen(s->mails);

	snprintf(s->mails + n, sizeof s->mails - n, "%u %.*s;",
	    (unsigned)head->uid, (int)head->fields.n, head->fields.p);
}

#define FIELDS(uid)                                          \
	"* 1 FETCH (UID " #uid " RFC822.SIZE 9 BODY[HEADER." \
	"FIELDS (SUBJECT)] \"x\")\r\n"
#define TWO_SIZES                               \
	"* 2 FETCH (UID 12 RFC822.SIZE 20)\r\n" \
	"* 3 FETCH (UID 13 RFC822.SIZE 30)\r\n"

/* A server answers both commands at once, or refuses the sample. */
static void
lists_sizes_with_a_sample(void **state)
{
	static const struct step mixed[] = { EXAMINE,
		{ " FETCH 2,3 (UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.",
		    TWO_SIZES FIELDS(11) "%t OK\r\n" },
		{ "UID FETCH 12:* (UID RFC822.SIZE)",
		    FIELDS(12) FIELDS(13) "%t OK\r\n" },
		END };
	static const struct step refused[] = { EXAMINE,
		{ " FETCH 2,3 ", "%t BAD what\r\n" },
		{ "UID FETCH 12:* (UID RFC822.SIZE)", TWO_SIZES "%t OK\r\n" },
		END };
	struct scene *s = *state;
	struct imap_sample sample = {
		.n = 2, .of = 100, .fn = count_head, .arg = s
	};

	open_inbox(s, mixed);
	assert_int_equal(imap_sizes_and_sample(
			     s->imap, 12, 0, &sample, &s->listing, &s->fault),
	    0);
	assert_int_equal(s->listing.n, 2);
	assert_int_equal(s->listing.list[1].size, 30);
	assert_string_equal(s->mails, "11 x;12 x;");
	end(s);
	setup(state);
	open_inbox(s, refused);
	assert_int_equal(imap_sizes_and_sample(
			     s->imap, 12, 0, &sample, &s->listing, &s->fault),
	    0);
	assert_int_equal(s->listing.n, 2);
	assert_string_equal(s->mails, "");
	end(s);
}

static void
lists_sizes_in_order_and_once(void **state)
{
	static const struct step script[] = { EXAMINE,
		{ "UID FETCH 5:* (UID RFC822.SIZE)",
		    "* 3 FETCH (UID 13 RFC822.SIZE 30)\r\n"
		    "* 1 FETCH (UID 4 RFC822.SIZE 1)\r\n"
		    "* 2 FETCH (RFC822.SIZE 20 UID 12)\r\n"
		    "* 3 FETCH (UID 13 RFC822.SIZE 31)\r\n"
		    "* 3 FETCH (UID 14)\r\n* 3 FETCH (FLAGS (\\Seen))\r\n"
		    "%t OK\r\n" },
		END };
	struct scene *s = *state;

	open_inbox(s, script);
	assert_int_equal(s->folder.exists, 3);
	assert_int_equal(s->folder.uidnext, 14);
	assert_int_equal(imap_sizes(s->imap, 5, 0, &s->listing, &s->fault), 0);
	assert_int_equal(s->listing.n, 2);
	assert_int_equal(s->listing.list[0].uid, 12);
	assert_int_equal(s->listing.list[1].uid, 13);
	assert_int_equal(s->listing.list[1].size, 31);
	end(s);
}

static void
asks_for_no_sizes_in_an_empty_folder(void **state)
{
	static const struct step script[] = { LOGIN,
		{ "EXAMINE",
		    "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n%t OK\r\n" },
		{ "LOGOUT", "* BYE\r\n%t OK\r\n" }, END };
	struct scene *s = *state;

	assert_int_equal(fetch_all(s, script), 0);
	assert_int_equal(s->listing.n, 0);
	end(s);
}

static void
fetches_all_in_one_command(void **state)
{
	/* there is nothing between 12 and 20: the range may cover it */
	static const struct step script[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH 11:20 (UID INTERNALDATE BODY.PEEK[])",
		    "* 2 FETCH (UID 12 INTERNALDATE \"01-Jan-2026 00:00:00 "
		    "+0000\" BODY[] {3}\r\ndef)\r\n"
		    "* 1 FETCH (BODY[] {3}\r\nabc UID 11)\r\n"
		    "* 9 FETCH (UID 15 BODY[] {1}\r\nx)\r\n"
		    "* 2 FETCH (UID 12 BODY[] {1}\r\ny)\r\n"
		    "* 3 FETCH (UID 20 BODY[] {0}\r\n)\r\n%t OK\r\n" },
		END };

	assert_fetches(*state, script, "12:def;11:abc;20:;");
}

static void
fetches_large_mails_as_headers(void **state)
{
	static const struct step script[] = { EXAMINE, SIZES(10, 501, 1001),
		{ "UID FETCH 11 (UID INTERNALDATE BODY.PEEK[])",
		    "* 1 FETCH (UID 11 BODY[] {2}\r\nab)\r\n%t OK\r\n" },
		{ "UID FETCH 12 (UID INTERNALDATE BODY.PEEK[]<0.1001>)",
		    "* 2 FETCH (UID 12 BODY[]<0> {2}\r\ncd)\r\n%t OK\r\n" },
		{ "UID FETCH 20 (UID INTERNALDATE BODY.PEEK[HEADER]<0.40>)",
		    "* 3 FETCH (UID 20 BODY[HEADER]<0> {10}\r\nA: b\r\n\r\nxy)"
		    "\r\n%t OK\r\n" },
		END };

	assert_fetches(*state, script, "11:ab;12:cd;20!:A: b\r\n\r\n;");
}

static void
keeps_the_limit_where_the_size_was_wrong(void **state)
{
	static char literal[1200];
	static struct step script[] = { EXAMINE, SIZES(10, 501, 10),
		{ "UID FETCH 11,20 (UID INTERNALDATE BODY.PEEK[])",
		    "* 1 FETCH (UID 11 BODY[] {2}\r\nab)\r\n"
		    "* 1 FETCH (UID 20 BODY[] {2}\r\nab)\r\n%t OK\r\n" },
		{ "UID FETCH 12 ", literal }, END };
	struct scene *s = *state;
	int n;

	n = snprintf(literal, sizeof literal,
	    "* 2 FETCH (UID 12 BODY[]<0> {1001}\r\nS: x\n\nbody");
	memset(literal + n, '.', 1001 - 10);
	strcpy(literal + n + 1001 - 10, ")\r\n%t OK\r\n");
	assert_fetches(s, script, "11:ab;20:ab;12!:S: x\n\n;");
}

static void
asks_again_for_what_a_limited_answer_left_out(void **state)
{
	static const struct step script[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH 11:20 (UID INTERNALDATE BODY.PEEK[])",
		    "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n%t OK\r\n" },
		{ "UID FETCH 12:20 (UID)",
		    "* 2 FETCH (UID 12)\r\n* 3 FETCH (UID 20)\r\n%t OK\r\n" },
		{ "UID FETCH 12 (UID INTERNALDATE BODY.PEEK[])",
		    "* 2 FETCH (UID 12 BODY[] {1}\r\nb)\r\n%t OK\r\n" },
		{ "UID FETCH 20 (UID INTERNALDATE BODY.PEEK[])",
		    "* 3 FETCH (UID 20 BODY[] {1}\r\nc)\r\n%t OK\r\n" },
		END };

	assert_fetches(*state, script, "11:a;12:b;20:c;");
}

static void
passes_over_what_is_gone(void **state)
{
	static const struct step script[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH 11:20 (UID INTERNALDATE BODY.PEEK[])",
		    "* 2 EXPUNGE\r\n* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n"
		    "* 2 FETCH (UID 20 BODY[] {1}\r\nc)\r\n%t OK\r\n" },
		{ "UID FETCH 12 (UID)", "%t OK\r\n" }, END };

	assert_fetches(*state, script, "11:a;20:c;");
}

enum {
	MANY = 10001 /* one more than a command asks for */
};

/* Answers for those UIDs, `except` left out, and the tagged line. */
static char *
answers(unsigned from, unsigned to, unsigned except, const char *tagged)
{
	char *text = malloc(60 * (size_t)(to - from + 2)), *p = text;
	unsigned uid;

	assert_non_null(text);
	for (uid = from; uid <= to; uid++)
		if (uid != except)
			p += sprintf(
			    p, "* 1 FETCH (UID %u BODY[] {1}\r\na)\r\n", uid);
	strcpy(p, tagged);
	return text;
}

static int
count_mail(void *arg, const struct imap_mail *m, struct fault *f)
{
	struct scene *s = arg;

	(void)f;
	assert_true(m->bytes.n == 1);
	s->n_mails++;
	return 0;
}

static void
assert_fetches_many(struct scene *s, const struct step *script)
{
	static struct imap_size list[MANY];
	uint32_t i;

	for (i = 0; i < MANY; i++)
		list[i] = (struct imap_size){ .uid = i + 1, .size = 1 };
	open_inbox(s, script);
	if (fetch(s, list, MANY, count_mail, s) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
	end(s);
	assert_int_equal(s->n_mails, MANY);
}

static void
has_the_next_command_under_way(void **state)
{
	char *first = answers(1, 10000, 0, "5 OK\r\n");
	const struct step script[] = { EXAMINE, { "5 UID FETCH 1:10000 ", "" },
		{ "6 UID FETCH 10001 ", first },
		{ NULL, "* 1 FETCH (UID 10001 BODY[] {1}\r\na)\r\n6 OK\r\n" },
		END };

	assert_fetches_many(*state, script);
	free(first);
}

static void
hears_the_command_under_way_before_it_asks_again(void **state)
{
	char *first = answers(1, 10000, 77, "5 OK\r\n");
	const struct step script[] = { EXAMINE, { "5 UID FETCH 1:10000 ", "" },
		{ "6 UID FETCH 10001 ", first },
		{ NULL, "* 1 FETCH (UID 10001 BODY[] {1}\r\na)\r\n6 OK\r\n" },
		{ "7 UID FETCH 77 (UID)", "* 1 FETCH (UID 77)\r\n7 OK\r\n" },
		{ "8 UID FETCH 77 ",
		    "* 1 FETCH (UID 77 BODY[] {1}\r\na)\r\n8 OK\r\n" },
		END };

	assert_fetches_many(*state, script);
	free(first);
}

static void
isolates_a_mail_that_cannot_be_read(void **state)
{
	static const struct step script[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH 11:20 ", "%t NO 12 is broken\r\n" },
		{ "UID FETCH 11:20 (UID)",
		    "* 1 FETCH (UID 11)\r\n* 2 FETCH (UID 12)\r\n"
		    "* 3 FETCH (UID 20)\r\n%t OK\r\n" },
		{ "UID FETCH 11 ",
		    "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n%t OK\r\n" },
		{ "UID FETCH 12:20 ", "%t NO 12 is broken\r\n" },
		{ "UID FETCH 12:20 (UID)",
		    "* 2 FETCH (UID 12)\r\n* 3 FETCH (UID 20)\r\n%t OK\r\n" },
		{ "UID FETCH 12 ",
		    "* 2 FETCH (UID 12 BODY[] NIL)\r\n%t OK\r\n" },
		{ "UID FETCH 12 (UID)", "* 2 FETCH (UID 12)\r\n%t OK\r\n" },
		{ "UID FETCH 20 ",
		    "* 3 FETCH (UID 20 BODY[] {1}\r\nc)\r\n%t OK\r\n" },
		END };

	assert_fetches(*state, script, "11:a;12?:;20:c;");
}

static void
ends_where_the_server_asks_to_come_back(void **state)
{
	static const struct step script[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH", "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n"
			       "%t NO [OVERQUOTA] slow down\r\n" },
		{ "LOGOUT", "%t OK\r\n" }, END };
	struct scene *s = *state;

	assert_int_equal(fetch_all(s, script), -1);
	assert_fault(s, EX_TEMPFAIL, "[OVERQUOTA] slow down");
	assert_string_equal(s->mails, "11:a;");
	end(s);
}

static void
hands_over_what_came_before_a_fault(void **state)
{
	static const struct {
		const char *reply;
		int status;
		const char *why;
	} rows[] = {
		{ "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n* BYE x\r\n",
		    EX_UNAVAILABLE, "ended the session" },
		{ "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n* 1 FETCH (UID 12 "
		  "BODY[] {1002}\r\n",
		    EX_PROTOCOL, "too large" },
		{ "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\nwhat\r\n"
		  "* 2 FETCH (UID 12 BODY[] {1}\r\nab)\r\n",
		    EX_PROTOCOL, "longer than it was said to be" },
		{ "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n77 OK x\r\n",
		    EX_PROTOCOL, "another command's tag" },
		{ "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n"
		  "%t NO [THROTTLED] x\r\n",
		    EX_TEMPFAIL, "FETCH refused: [THROTTLED] x" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct step script[] = { EXAMINE, SIZES(3, 3, 3),
			{ "UID FETCH", rows[i].reply }, END };

		setup(state);
		assert_int_equal(fetch_all(s, script), -1);
		assert_fault(s, rows[i].status, rows[i].why);
		assert_string_equal(s->mails, "11:a;");
		assert_int_equal(
		    broke_at, rows[i].status == EX_TEMPFAIL ? 0 : 12);
		end(s);
	}
}

/* A mail that the server refuses does not hold up the others. */
static void
seeks_the_mail_that_is_refused(void **state)
{
#define ALL "(UID INTERNALDATE BODY.PEEK[])"
#define LISTING                                        \
	"* 1 FETCH (UID 11)\r\n* 2 FETCH (UID 12)\r\n" \
	"* 3 FETCH (UID 20)\r\n%t OK\r\n"
	static const struct step of_three[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH 11:20 " ALL, "%t BAD what\r\n" },
		{ "UID FETCH 11:20 (UID)", LISTING },
		{ "UID FETCH 11 " ALL,
		    "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n%t OK\r\n" },
		{ "UID FETCH 12:20 " ALL, "%t BAD what\r\n" },
		{ "UID FETCH 12:20 (UID)", LISTING },
		{ "UID FETCH 12 " ALL, "%t BAD what\r\n" },
		{ "UID FETCH 12 (UID)", LISTING },
		{ "UID FETCH 20 " ALL,
		    "* 3 FETCH (UID 20 BODY[] {1}\r\nc)\r\n%t OK\r\n" },
		END };
	/* nor where it refuses to say which mails it has */
	static const struct step unsure[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH 11:20 " ALL,
		    "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n"
		    "* 3 FETCH (UID 20 BODY[] {1}\r\nc)\r\n%t NO x\r\n" },
		{ "UID FETCH 12 (UID)", "%t BAD what\r\n" },
		{ "UID FETCH 12 " ALL, "%t NO x\r\n" },
		{ "UID FETCH 12 (UID)", "%t BAD what\r\n" }, END };
	/* what comes without a body, too */
	static const struct step empty[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH 11:20 " ALL,
		    "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n"
		    "* 2 FETCH (UID 12 BODY[] NIL)\r\n"
		    "* 3 FETCH (UID 20 BODY[] {1}\r\nc)\r\n%t OK\r\n" },
		{ "UID FETCH 12 (UID)", LISTING },
		{ "UID FETCH 12 " ALL, "%t OK\r\n" },
		{ "UID FETCH 12 (UID)", LISTING }, END };

	assert_fetches(*state, of_three, "11:a;12?:;20:c;");
	setup(state);
	assert_fetches(*state, unsure, "11:a;20:c;12?:;");
	setup(state);
	assert_fetches(*state, empty, "11:a;20:c;12?:;");
}

static void
gives_up_when_all_is_refused(void **state)
{
	static const struct step script[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH 11:20 " ALL, "%t NO [TEMPFAIL] x\r\n" },
		{ "UID FETCH 11:20 (UID)", LISTING },
		{ "UID FETCH 11 " ALL, "%t NO [TEMPFAIL] x\r\n" },
		{ "UID FETCH 11 (UID)", LISTING },
		{ "UID FETCH 12 " ALL, "%t NO [TEMPFAIL] x\r\n" },
		{ "UID FETCH 12 (UID)", LISTING },
		{ "UID FETCH 20 " ALL, "%t NO [TEMPFAIL] y\r\n" },
		{ "UID FETCH 20 (UID)", LISTING }, END };

	assert_fetches(*state, script, "11?:;12?:;20?:;");
}

#define FIRST "UID FETCH 1:* (UID RFC822.SIZE)"
#define UIDS "UID FETCH 1:* (UID)"

/* The list is completed without sizes, and by what may be there. */
static void
completes_a_list_that_falls_short(void **state)
{
	static const struct {
		struct step script[12];
		const char *mails;
	} rows[] = {
		{ { EXAMINE,
		      { FIRST, "* 1 FETCH (UID 11 RFC822.SIZE 3)\r\n"
			       "* 3 FETCH (UID 13 RFC822.SIZE 3)\r\n"
			       "%t NO some\r\n" },
		      { UIDS, "* 1 FETCH (UID 11)\r\n* 2 FETCH (UID 12)\r\n"
			      "* 3 FETCH (UID 13)\r\n%t OK\r\n" },
		      END },
		    "11 12? 13 " },
		{ { EXAMINE,
		      { FIRST,
			  "* 1 FETCH (UID 12 RFC822.SIZE 3)\r\n%t OK\r\n" },
		      { UIDS, "* 1 FETCH (UID 11)\r\n* 2 FETCH (UID 12)\r\n"
			      "* 3 FETCH (UID 13)\r\n%t OK\r\n" },
		      END },
		    "11? 12 13? " },
		/* UIDNEXT is 14 */
		{ { EXAMINE,
		      { FIRST,
			  "* 1 FETCH (UID 11 RFC822.SIZE 3)\r\n%t BAD x\r\n" },
		      { UIDS, "%t BAD x\r\n" }, END },
		    "1? 2? 3? 4? 5? 6? 7? 8? 9? 10? 11 12? 13? " },
		/* one was expunged meanwhile */
		{ { EXAMINE,
		      { FIRST,
			  "* 1 FETCH (UID 11 RFC822.SIZE 3)\r\n"
			  "* 2 EXPUNGE\r\n"
			  "* 2 FETCH (UID 13 RFC822.SIZE 3)\r\n%t OK\r\n" },
		      END },
		    "11 13 " },
	};
	struct scene *s = *state;
	char got[200];
	size_t i, k, n;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setup(state);
		open_inbox(s, rows[i].script);
		if (imap_sizes(s->imap, 1, 0, &s->listing, &s->fault) == -1)
			fail_msg("%s %s", s->fault.text, s->server.error);
		for (k = n = 0; k < s->listing.n; k++)
			n += (size_t)snprintf(got + n, sizeof got - n, "%u%s ",
			    (unsigned)s->listing.list[k].uid,
			    s->listing.list[k].unsized ? "?" : "");
		assert_string_equal(got, rows[i].mails);
		assert_false(s->listing.is_guess);
		end(s);
	}
}

static void
says_that_a_list_is_a_guess(void **state)
{
	static const struct step script[] = { EXAMINE, { FIRST, "%t OK\r\n" },
		{ UIDS, "%t OK\r\n" }, END };
	static const struct step no_uidnext[] = { LOGIN,
		{ "EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n"
			     "%t OK\r\n" },
		{ FIRST, "%t OK\r\n" }, { UIDS, "%t OK\r\n" }, END };
	struct scene *s = *state;

	open_inbox(s, script);
	assert_int_equal(imap_sizes(s->imap, 1, 0, &s->listing, &s->fault), 0);
	assert_true(s->listing.is_guess);
	assert_int_equal(s->listing.n, 13);
	end(s);
	setup(state);
	open_inbox(s, no_uidnext);
	assert_int_equal(imap_sizes(s->imap, 1, 0, &s->listing, &s->fault), -1);
	assert_fault(s, EX_TEMPFAIL, "holds 3 mails, and lists none");
	end(s);
}

static void
stops_where_the_handler_says_so(void **state)
{
	static const struct step script[] = { EXAMINE, SIZES(3, 3, 3),
		{ "UID FETCH", "* 1 FETCH (UID 11 BODY[] {1}\r\na)\r\n"
			       "* 2 FETCH (UID 12 BODY[] {1}\r\nb)\r\n"
			       "* 3 FETCH (UID 20 BODY[] {1}\r\nc)\r\n" },
		END };
	struct scene *s = *state;

	s->stop_at = 2;
	assert_int_equal(fetch_all(s, script), -1);
	assert_int_equal(s->fault.scope, FAULT_HOST);
	assert_int_equal(s->fault.status, EX_IOERR);
	assert_string_equal(s->fault.text, "disk full");
	assert_string_equal(s->mails, "11:a;12:b;");
	end(s);
}

/* The date of one mail, as the server gives it. */
static int
take_date(void *arg, const struct imap_mail *m, struct fault *f)
{
	int64_t *date = arg;

	(void)f;
	*date = m->has_date ? m->date : -1;
	return 0;
}

static void
reads_internal_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t date; /* -1: none */
	} rows[] = {
		{ "01-Jan-1970 00:00:00 +0000", 0 },
		{ " 1-Jan-1970 02:30:00 +0230", 0 },
		{ "23-Nov-2026 19:00:00 -0500", 1795478400 },
		{ "32-Nov-2026 19:00:00 -0500", -1 },
		{ "23-Nov-2026 25:00:00 +0000", -1 },
		{ "23-Nov-1969 19:00:00 +0000", -1 },
		{ "23-Nov-2026 19:00:00 +9900", -1 },
	};
	struct imap_size size = { .uid = 11, .size = 1 };
	struct scene *s = *state;
	char text[200];
	int64_t date;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct step script[] = { EXAMINE, { "UID FETCH", text }, END };

		setup(state);
		snprintf(text, sizeof text,
		    "* 1 FETCH (UID 11 INTERNALDATE \"%s\" BODY[] {1}\r\na)"
		    "\r\n%%t OK\r\n",
		    rows[i].text);
		open_inbox(s, script);
		assert_int_equal(fetch(s, &size, 1, take_date, &date), 0);
		if (date != rows[i].date)
			fail_msg("%s: %lld", rows[i].text, (long long)date);
		end(s);
	}
}

/* Just what its date shows to be older; the day begins at midnight UTC. */
static void
marks_what_is_older_to_be_skipped(void **state)
{
#define DATED(n, uid, date)                                   \
	"* " #n " FETCH (INTERNALDATE \"" date "\" UID " #uid \
	" RFC822.SIZE 9)\r\n"
	static const struct step script[] = { EXAMINE,
		{ "UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)",
		    DATED(1, 1, "31-Dec-2025 23:59:59 +0000") DATED(
			2, 2, " 1-Jan-2026 00:00:00 +0000") DATED(3, 3,
			"01-Jan-2026 00:59:59 +0100") DATED(4, 4,
			"31-Dec-2025 20:00:00 -0400") "* 5 FETCH (UID 5 "
						      "RFC822.SIZE "
						      "9)\r\n" DATED(6, 6,
							  "31-Dec-2025 "
							  "00:00:00 +0000")
							  DATED(6, 6,
							      "31-Jan-2026 "
							      "00:00:00 +0000")
							      DATED(7, 7,
								  "01-Jan-1971 "
								  "00:00:00 "
								  "+9999") "%t "
									   "OK"
									   "\r"
									   "\n" },
		{ "UID FETCH 2,4:7 (UID INTERNALDATE BODY.PEEK[])",
		    "* 2 FETCH (UID 2 BODY[] {1}\r\na)\r\n"
		    "* 4 FETCH (UID 4 BODY[] {1}\r\nb)\r\n"
		    "* 5 FETCH (UID 5 BODY[] {1}\r\nc)\r\n"
		    "* 6 FETCH (UID 6 BODY[] {1}\r\nd)\r\n"
		    "* 7 FETCH (UID 7 BODY[] {1}\r\ne)\r\n%t OK\r\n" },
		END };
	static const char skipped[] = "y.y....";
	struct scene *s = *state;
	size_t i;

	open_inbox(s, script);
	if (imap_sizes(s->imap, 1, 1767225600, &s->listing, &s->fault) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
	assert_int_equal(s->listing.n, 7);
	for (i = 0; i < s->listing.n; i++)
		if (s->listing.list[i].skip != (skipped[i] == 'y'))
			fail_msg("UID %u", (unsigned)s->listing.list[i].uid);
	if (fetch(s, s->listing.list, s->listing.n, take_mail, s) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
	end(s);
	assert_string_equal(s->mails, "2:a;4:b;5:c;6:d;7:e;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_a_set_under_1000_characters),
		TEST(lists_sizes_in_order_and_once),
		TEST(lists_sizes_with_a_sample),
		TEST(asks_for_no_sizes_in_an_empty_folder),
		TEST(fetches_all_in_one_command),
		TEST(fetches_large_mails_as_headers),
		TEST(keeps_the_limit_where_the_size_was_wrong),
		TEST(asks_again_for_what_a_limited_answer_left_out),
		TEST(passes_over_what_is_gone),
		TEST(isolates_a_mail_that_cannot_be_read),
		TEST(has_the_next_command_under_way),
		TEST(hears_the_command_under_way_before_it_asks_again),
		TEST(ends_where_the_server_asks_to_come_back),
		TEST(hands_over_what_came_before_a_fault),
		TEST(seeks_the_mail_that_is_refused),
		TEST(gives_up_when_all_is_refused),
		TEST(completes_a_list_that_falls_short),
		TEST(says_that_a_list_is_a_guess),
		TEST(stops_where_the_handler_says_so),
		TEST(reads_internal_dates),
		TEST(marks_what_is_older_to_be_skipped),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
