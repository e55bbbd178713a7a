#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/fault.h"
#include "imap/guard.h"

enum {
	LITERAL_MAX = 100,
	LINES_MAX = 200000
};

struct scene {
	struct guard guard;
	struct buf out;
	struct fault fault;
	size_t lines;
	char last[200];
};

static int
on_line(void *arg, const char *line, size_t n, struct fault *f)
{
	struct scene *s = arg;

	s->lines++;
	snprintf(s->last, sizeof s->last, "%.*s", (int)n, line);
	if (strcmp(s->last, "* BYE") == 0)
		return fault(f, FAULT_SESSION, EX_UNAVAILABLE, "gone");
	return 0;
}

static int
setup(void **state)
{
	static struct scene scene;

	memset(&scene, 0, sizeof scene);
	scene.out.max = 1 << 20;
	guard_init(&scene.guard, on_line, &scene);
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	buf_free(&s->out);
	return 0;
}

static void
expect(struct scene *s, enum guard_command command)
{
	struct guard_limits limits = { .command = command,
		.literal_max = LITERAL_MAX,
		.literals = 10 * LITERAL_MAX,
		.lines = LINES_MAX };

	guard_expect(&s->guard, &limits);
}

static int
feed(struct scene *s, const char *bytes, size_t n)
{
	struct span in = { bytes, n };

	while (in.n > 0)
		if (guard_feed(&s->guard, &in, &s->out, &s->fault) == -1)
			return -1;
	return 0;
}

/* Start over behind a greeting. */
static void
begin(struct scene *s, enum guard_command command)
{
	static const char greeting[] = "* OK hi\r\n";

	guard_init(&s->guard, on_line, s);
	assert_int_equal(feed(s, greeting, sizeof greeting - 1), 0);
	buf_reset(&s->out);
	s->lines = 0;
	memset(&s->fault, 0, sizeof s->fault);
	expect(s, command);
}

static void
assert_passes(struct scene *s, const char *in, size_t n, const char *out)
{
	if (feed(s, in, n) == -1)
		fail_msg("refused: %s: %s", in, s->fault.text);
	if (s->out.len != strlen(out) ||
	    (s->out.len > 0 && memcmp(s->out.data, out, s->out.len) != 0))
		fail_msg("%s became %.*s", in, (int)s->out.len, s->out.data);
}

static const struct {
	enum guard_command command;
	const char *in, *out; /* NULL: as it came */
} passing[] = {
	{ GUARD_GENERAL, "1 OK done\r\n", NULL },
	{ GUARD_FOLDERS, "* XLIST (\\Spam) \"/\" {4}\r\nSpam\r\n", NULL },
	{ GUARD_FOLDERS, "* ID NIL\r\n", "" },
	{ GUARD_NAMES, "* STATUS Done (UIDNEXT 4)\r\n", "" },
	{ GUARD_NAMES, "* STATUS {4}\r\n1 OK (UIDNEXT 4)\r\n1 OK done\r\n",
	    "1 OK done\r\n" },
	{ GUARD_NAMES, "* XLIST (\\Spam) \"/\" Spam\r\n", "" },
	{ GUARD_GENERAL, "1 OK [READ-ONLY] {x}\r\n", "1 OK done\r\n" },
	{ GUARD_GENERAL, "1 OK\r\n", "1 OK done\r\n" },
	{ GUARD_GENERAL, "1 NO [ALERT] say \"please\r\n", "1 NO done\r\n" },
	{ GUARD_GENERAL, "12 bad \xff\xfe\n", "12 bad done\r\n" },
	{ GUARD_GENERAL, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "" },
	{ GUARD_GENERAL, "* OK [PERMANENTFLAGS (* x)] y\r\n", "" },
	{ GUARD_GENERAL, "* NO [ALERT]\r\n", "" },
	{ GUARD_GENERAL, "* FLAGS (\\Seen\r\n", "" },
	{ GUARD_GENERAL, "* 3 EXISTS\r\n", "" },
	{ GUARD_GENERAL, "* STATUS x ()y\r\n", "" },
	{ GUARD_GENERAL, "* SEARCH 1 2 3\r\n", "" },
	{ GUARD_GENERAL, "* NOBODY KNOWS {THIS}\r\n", "" },
	{ GUARD_GENERAL, "\r\n", "" },
	{ GUARD_GENERAL, "+ go on\r\n", "" },
	{ GUARD_GENERAL, "* 1 FETCH (UID 3)\r\n", "" },
	{ GUARD_GENERAL, "* LIST () \"/\" a\r\n", "" },
	{ GUARD_LOGIN, "+ QUJD\r\n", NULL },
	{ GUARD_LOGIN, "+\r\n", NULL },
	{ GUARD_FOLDERS, "* LIST (\\Junk \\HasNoChildren) \"/\" a.b\r\n",
	    NULL },
	{ GUARD_FOLDERS, "* LIST () \"\\\\\" \"a \\\"b\\\"\"\r\n", NULL },
	{ GUARD_FOLDERS, "* LIST () NIL {3}\r\na b\r\n", NULL },
	{ GUARD_NAMES, "* ID NIL\r\n", "" },
	{ GUARD_NAMES, "* ID (\"name\" {4}\r\n1 OK \"y\" {1}\r\nz)\r\n", "" },
	{ GUARD_FOLDERS, "* LIST (\\Junk \"/\" a\r\n", "" },
	{ GUARD_FETCH, "* 1 FETCH (UID 3 RFC822.SIZE 4)\r\n", NULL },
	{ GUARD_FETCH, "* 1 fetch (uid 4294967295 flags (\\Seen $x) )\r\n",
	    NULL },
	{ GUARD_FETCH,
	    "* 1 FETCH (INTERNALDATE \" 1-Jan-2026 00:00:00 +0000\""
	    " BODY[] {3}\r\na)\n UID 7)\r\n",
	    NULL },
	{ GUARD_FETCH,
	    "* 1 FETCH (INTERNALDATE \"1-Jan-2026 0:00:00 -0800\" UID 7)\r\n",
	    NULL },
	{ GUARD_FETCH, "* 1 FETCH (BODY[HEADER]<0> {0}\r\n MODSEQ (7))\r\n",
	    NULL },
	{ GUARD_FETCH,
	    "* 1 FETCH (BODY[HEADER.FIELDS (Subject \"TLS-Report-Domain\")]"
	    " {3}\r\na)\n UID 7)\r\n",
	    NULL },
	{ GUARD_FETCH, "* 1 FETCH (UID 1 BODY[] NIL)\r\n", NULL },
	{ GUARD_FETCH, "* 1 FETCH (UID 1 BODY[] \"\")\r\n", NULL },
	{ GUARD_FETCH, "* 1 FETCH (X-GM-MSGID 12345678901234)\r\n", "" },
};

static void
passes_what_is_needed_and_drops_the_rest(void **state)
{
	struct scene *s = *state;
	const char *in, *out;
	size_t i;

	for (i = 0; i < sizeof passing / sizeof *passing; i++) {
		begin(s, passing[i].command);
		in = passing[i].in;
		out = passing[i].out;
		assert_passes(s, in, strlen(in), out != NULL ? out : in);
		assert_int_equal(s->guard.line, 0);
	}
}

/* What is behind it is the answer to the next command, with its own limits. */
static void
stops_behind_a_tagged_line(void **state)
{
	static const char in[] = "* 1 FETCH (UID 7 BODY[] {5}\r\n2 OK\n)\r\n"
				 "2 OK done\r\n* 2 FETCH (UID 8)\r\n";
	struct scene *s = *state;
	struct span rest = { in, sizeof in - 1 };

	begin(s, GUARD_FETCH);
	assert_int_equal(guard_feed(&s->guard, &rest, &s->out, &s->fault), 0);
	assert_true(span_is(rest, "* 2 FETCH (UID 8)\r\n"));
	assert_string_equal(s->last, "2 OK done");
	expect(s, GUARD_GENERAL);
	buf_reset(&s->out);
	assert_int_equal(guard_feed(&s->guard, &rest, &s->out, &s->fault), 0);
	assert_int_equal(rest.n, 0);
	assert_int_equal(s->out.len, 0);
}

static void
lets_a_nul_pass_in_a_mail(void **state)
{
	static const char in[] = "* 1 FETCH (UID 7 BODY[] {3}\r\na\0b)\r\n";
	struct scene *s = *state;

	begin(s, GUARD_FETCH);
	assert_int_equal(feed(s, in, sizeof in - 1), 0);
	assert_int_equal(s->out.len, sizeof in - 1);
	assert_memory_equal(s->out.data, in, sizeof in - 1);
}

static const struct {
	enum guard_command command;
	const char *in;
	size_t n; /* 0: to the end */
	const char *why;
} refused[] = {
	{ GUARD_GENERAL, "220 smtp.example.com ESMTP\r\n", 0, "not IMAP" },
	{ GUARD_GENERAL, "HTTP/1.1 400 Bad Request\r\n", 0, "not IMAP" },
	{ GUARD_GENERAL, "garbage\r\n", 0, "not IMAP" },
	{ GUARD_GENERAL, " \r\n", 0, "not IMAP" },
	{ GUARD_GENERAL, "* OK a\0b\r\n", 10, "a NUL" },
	{ GUARD_GENERAL, "* OK {5}\r\n", 0, "where none may be" },
	{ GUARD_GENERAL, "* 1 FETCH (BODY[] {5}\r\n", 0, "where none may be" },
	{ GUARD_GENERAL, "* LIST () \"/\" {5}\r\n", 0, "where none may be" },
	{ GUARD_FETCH, "* LIST () \"/\" {5}\r\n", 0, "where none may be" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] {101}\r\n", 0, "too large" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] {4294967301}\r\n", 0, "too large" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] {99999999999999999999999}\r\n", 0,
	    "too large" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] {5} x\r\n", 0, "inside a line" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] {5}\rx", 0, "inside a line" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] {-5}\r\n", 0, "inside a line" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] { 5 }\r\n", 0, "inside a line" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] {5+}\r\n", 0, "inside a line" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] \"{5}\r\n", 0, "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (RFC822.HEADER {5}\r\n", 0, "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[1] {5}\r\n", 0, "not asked for" },
	{ GUARD_FETCH, "* 1  FETCH (BODY[] {5}\r\n", 0, "where none may be" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[HEADER.FIELDS ()] {5}\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[HEADER.FIELDS (a (b))] {5}\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[HEADER.FIELDS (a b] {5}\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[HEADER.FIELDS ({3}\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[HEADER.FIELDS.NOT (a)] {5}\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (UID 4294967296)\r\n", 0, "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (UID 1 FOO 2)\r\n", 0, "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (UID 1 INTERNALDATE \"yesterday\")\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH,
	    "* 1 FETCH (UID 1 INTERNALDATE \"1-Jan-2026 0:00:00 +0000)\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (UID 1\r\n", 0, "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (UID 1 FLAGS (\\Seen)\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH, "* 1 FETCH (BODY[] {2}\r\nab UID 5\r\n", 0,
	    "not asked for" },
	{ GUARD_FETCH,
	    "* 1 FETCH (BODY[] {60}\r\n"
	    "123456789012345678901234567890123456789012345678901234567890"
	    " BODY[] {60}\r\n",
	    0, "too large" },
	{ GUARD_NAMES, "* ID (\"a\" {1025}\r\n", 0, "too large" },
	{ GUARD_NAMES, "* ID (\"a\" {5}\r\na\r\n", 0, "control character" },
	{ GUARD_NAMES, "* ID (\"a\" {5}\r\na\0", 18, "control character" },
	{ GUARD_FOLDERS, "* LIST () \"/\" a {5}\r\n", 0, "not asked for" },
	{ GUARD_FOLDERS, "* STATUS {4}\r\n", 0, "where none may be" },
	{ GUARD_NAMES, "* LIST () \"/\" {4}\r\n", 0, "where none may be" },
	{ GUARD_GENERAL, "* BYE\r\n", 0, "gone" },
};

static void
refuses_what_could_harm_the_parser(void **state)
{
	struct scene *s = *state;
	size_t i, n;

	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		begin(s, refused[i].command);
		n = refused[i].n > 0 ? refused[i].n : strlen(refused[i].in);
		if (feed(s, refused[i].in, n) != -1)
			fail_msg("not refused: %s", refused[i].in);
		if (strstr(s->fault.text, refused[i].why) == NULL)
			fail_msg("%s: %s", refused[i].in, s->fault.text);
		assert_int_equal(s->fault.scope, FAULT_SESSION);
	}
}

static void
gives_the_same_verdict_byte_by_byte(void **state)
{
	struct scene *s = *state;
	size_t i, j, n;
	int rc;

	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		begin(s, refused[i].command);
		n = refused[i].n > 0 ? refused[i].n : strlen(refused[i].in);
		for (j = 0, rc = 0; j < n && rc == 0; j++)
			rc = feed(s, refused[i].in + j, 1);
		if (rc != -1 || strstr(s->fault.text, refused[i].why) == NULL)
			fail_msg("%s: %s", refused[i].in, s->fault.text);
	}
	for (i = 0; i < sizeof passing / sizeof *passing; i++) {
		begin(s, passing[i].command);
		for (j = 0; j < strlen(passing[i].in); j++)
			assert_int_equal(feed(s, passing[i].in + j, 1), 0);
	}
}

/* `n` times `c` in a FETCH. */
static int
feed_repeated(struct scene *s, char c, size_t n)
{
	size_t i;
	int rc = feed(s, "* 1 FETCH ", 10);

	for (i = 0; i < n && rc == 0; i++)
		rc = feed(s, &c, 1);
	return rc;
}

static void
bounds_brackets_on_both_sides(void **state)
{
	struct scene *s = *state;

	begin(s, GUARD_GENERAL);
	assert_int_equal(feed_repeated(s, '(', 32), 0);
	assert_int_equal(feed(s, "(", 1), -1);
	assert_non_null(strstr(s->fault.text, "too many brackets"));
	begin(s, GUARD_FETCH);
	assert_int_equal(feed_repeated(s, '[', 32), 0);
	assert_int_equal(feed(s, "(", 1), -1);
}

static void
bounds_the_line_on_both_sides(void **state)
{
	struct scene *s = *state;

	begin(s, GUARD_GENERAL);
	assert_int_equal(feed_repeated(s, 'x', GUARD_LINE - 10), 0);
	assert_int_equal(feed(s, "x", 1), -1);
	assert_non_null(strstr(s->fault.text, "a line too long"));
}

static void
bounds_what_comes_for_a_command(void **state)
{
	struct guard_limits limits = { .command = GUARD_GENERAL, .lines = 12 };
	struct scene *s = *state;

	begin(s, GUARD_GENERAL);
	guard_expect(&s->guard, &limits);
	assert_int_equal(feed(s, "* 3 EXISTS\r\n", 12), 0);
	assert_int_equal(feed(s, "*", 1), -1);
	assert_non_null(strstr(s->fault.text, "more than was asked for"));
}

static void
bounds_all_literals_of_a_command(void **state)
{
	struct guard_limits limits = { .command = GUARD_FETCH,
		.literal_max = 5,
		.literals = 9,
		.lines = 1000 };
	static const char mail[] = "* 1 FETCH (UID 1 BODY[] {5}\r\nabcde)\r\n";
	struct scene *s = *state;

	begin(s, GUARD_GENERAL);
	guard_expect(&s->guard, &limits);
	assert_int_equal(feed(s, mail, sizeof mail - 1), 0);
	assert_int_equal(feed(s, mail, sizeof mail - 1), -1);
	assert_non_null(strstr(s->fault.text, "more mail than was asked for"));
}

static void
passes_what_came_before_the_fault(void **state)
{
	static const char in[] = "* 1 FETCH (UID 1)\r\n* BYE\r\n1 OK x\r\n";
	struct scene *s = *state;

	begin(s, GUARD_FETCH);
	assert_int_equal(feed(s, in, sizeof in - 1), -1);
	assert_int_equal(s->fault.status, EX_UNAVAILABLE);
	assert_int_equal(s->out.len, 19);
}

static void
hands_out_each_line(void **state)
{
	static const char in[] =
	    "* 1 FETCH (UID 1 BODY[] {2}\r\nab)\r\n\r\n1 OK [X] y\r\n";
	struct scene *s = *state;

	begin(s, GUARD_FETCH);
	assert_int_equal(feed(s, in, sizeof in - 1), 0);
	assert_int_equal(s->lines, 3);
	assert_string_equal(s->last, "1 OK [X] y");
}

static void
greets_without_the_text(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} rows[] = {
		{ "* OK [PERMANENTFLAGS (x)] hi\r\n", "* OK done\r\n" },
		{ "* PREAUTH hi\r\n", "* PREAUTH done\r\n" },
		{ "* OK\r\n", "* OK done\r\n" },
		{ "* BYE bye\r\n", "" },
		{ "* CAPABILITY A\r\n", NULL },
		{ "1 OK hi\r\n", NULL },
		{ "+OK POP3 ready\r\n", NULL },
		{ "220 mail ESMTP\r\n", NULL },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		guard_init(&s->guard, on_line, s);
		buf_reset(&s->out);
		if (rows[i].out != NULL)
			assert_passes(
			    s, rows[i].in, strlen(rows[i].in), rows[i].out);
		else if (feed(s, rows[i].in, strlen(rows[i].in)) != -1)
			fail_msg("not refused: %s", rows[i].in);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(passes_what_is_needed_and_drops_the_rest),
		TEST(stops_behind_a_tagged_line),
		TEST(lets_a_nul_pass_in_a_mail),
		TEST(refuses_what_could_harm_the_parser),
		TEST(gives_the_same_verdict_byte_by_byte),
		TEST(bounds_brackets_on_both_sides),
		TEST(bounds_the_line_on_both_sides),
		TEST(bounds_what_comes_for_a_command),
		TEST(bounds_all_literals_of_a_command),
		TEST(passes_what_came_before_the_fault),
		TEST(hands_out_each_line),
		TEST(greets_without_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
