#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/fault.h"
#include "imap_text/guard.h"

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

#define FETCH_OF(n) "* 1 FETCH (UID 3 BODY[] {" n "}\r\n"

static const struct {
	enum guard_command command;
	const char *in, *out; /* NULL: as it came */
} passing[] = {
	{ GUARD_GENERAL, "1 OK done\r\n", NULL },
	{ GUARD_GENERAL, "1 OK [READ-ONLY] {5}\r\n", NULL },
	{ GUARD_GENERAL, "1 OK\r\n", NULL },
	{ GUARD_GENERAL, "12 bad \xff\xfe\n", "12 bad \xff\xfe\r\n" },
	{ GUARD_GENERAL, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "" },
	{ GUARD_GENERAL, "* OK [PERMANENTFLAGS (* ])] \"y\r\n", "" },
	{ GUARD_GENERAL, "* OK see {5}\r\n1 OK\r\n", "1 OK\r\n" },
	{ GUARD_GENERAL, "* FLAGS (\\Seen [a] b( \"c {5} \x01\r\n", "" },
	{ GUARD_GENERAL, "* 3 EXISTS\r\n", "" },
	{ GUARD_GENERAL, "* NOBODY KNOWS {THIS}\r\n", "" },
	{ GUARD_GENERAL, "* ((((((((((((((((((((((((((((((((((((((((\r\n", "" },
	{ GUARD_GENERAL, "\r\n \r\n", "" },
	{ GUARD_GENERAL, "ID (without \"star)\r\n", "" },
	{ GUARD_GENERAL, "+ go on\r\n", "" },
	{ GUARD_GENERAL, "* 1 FETCH (UID 3)\r\n", "" },
	{ GUARD_GENERAL, "* 1 FETCH (X-ID {4}\r\n1 OK UID 3)\r\n1 OK\r\n",
	    "1 OK\r\n" },
	{ GUARD_GENERAL, "* LIST () \"/\" a\r\n", "" },
	{ GUARD_GENERAL, "* STATUS {4}\r\n1 OK (UIDNEXT 4)\r\n1 OK done\r\n",
	    "1 OK done\r\n" },
	{ GUARD_GENERAL,
	    "* ID (\"name\" {4}\r\n1 OK \"y\" {1}\r\nz)\r\n1 OK\r\n",
	    "1 OK\r\n" },
	{ GUARD_LOGIN, "+ QUJD\r\n", NULL },
	{ GUARD_LOGIN, "+\r\n", NULL },
	{ GUARD_FOLDERS, "* LIST (\\Junk) \"/\" a.b\r\n", NULL },
	{ GUARD_FOLDERS, "* XLIST (\\Spam) \"/\" {4}\r\nSpam\r\n", NULL },
	{ GUARD_FOLDERS, "* ID NIL\r\n", "" },
	{ GUARD_FETCH, "* 1 FETCH (UID 3 RFC822.SIZE 4)\r\n", NULL },
	{ GUARD_FETCH, FETCH_OF("3") "a)\n UID 7)\r\n", NULL },
	{ GUARD_FETCH, FETCH_OF("0") " FLAGS ([x] {5} y))\r\n", NULL },
	{ GUARD_FETCH, "* 1 FETCH (UID 3 BODY[] {3}\na)\n)\n",
	    "* 1 FETCH (UID 3 BODY[] {3}\na)\n)\r\n" },
	{ GUARD_FETCH, "* STATUS {4}\r\n1 OK (UIDNEXT 4)\r\n", "" },
	/* a FETCH goes on in the next line, unless that is another answer */
	{ GUARD_FETCH, "* 1 FETCH (UID 3\r\nRFC822.SIZE 4\r\n)\r\n",
	    "* 1 FETCH (UID 3 RFC822.SIZE 4 )\r\n" },
	{ GUARD_FETCH, FETCH_OF("3") "abc\r\n\r\n)\r\n",
	    FETCH_OF("3") "abc  )\r\n" },
	{ GUARD_FETCH, "* 1 FETCH (\r\nBODY[] {3}\r\nabc\r\n UID 3)\r\n",
	    "* 1 FETCH ( BODY[] {3}\r\nabc  UID 3)\r\n" },
	{ GUARD_FETCH, "* 1 FETCH (UID 3\r\n* 2 FETCH (UID 4)\r\n",
	    "* 1 FETCH (UID 3\r\n* 2 FETCH (UID 4)\r\n" },
	{ GUARD_FETCH, "* 1 FETCH (UID 3\r\n* 4 EXISTS\r\n1 OK\r\n",
	    "* 1 FETCH (UID 3\r\n1 OK\r\n" },
	{ GUARD_FETCH, "* 1 FETCH (FLAGS (:-( ))\r\n1 OK\r\n", NULL },
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
	const char *why;
} refused[] = {
	{ GUARD_FETCH, FETCH_OF("101"), "too large" },
	{ GUARD_FETCH, FETCH_OF("4294967301"), "too large" },
	{ GUARD_FETCH, FETCH_OF("99999999999999999999999"), "too large" },
	{ GUARD_FETCH, FETCH_OF("-5"), "may be a literal, or not" },
	{ GUARD_FETCH, FETCH_OF(" 5 "), "may be a literal, or not" },
	{ GUARD_FETCH, FETCH_OF("5+"), "may be a literal, or not" },
	{ GUARD_FETCH, "1 FETCH (UID 3 BODY[] {5}\r\n",
	    "may be a literal, or not" },
	{ GUARD_FETCH, FETCH_OF("2") "abc)\r\n", "longer than" },
	{ GUARD_FETCH, FETCH_OF("0") "a", "longer than" },
	{ GUARD_FETCH,
	    "* 1 FETCH (BODY[] {60}\r\n"
	    "123456789012345678901234567890123456789012345678901234567890"
	    " BODY[] {60}\r\n",
	    "too large" },
	{ GUARD_GENERAL, "* 1 FETCH (BODY[] {1025}\r\n", "too large" },
	{ GUARD_GENERAL, "* ID (\"a\" {1025}\r\n", "too large" },
	{ GUARD_FOLDERS, "* LIST () \"/\" {1025}\r\n", "too large" },
	{ GUARD_GENERAL, "* BYE\r\n", "gone" },
};

static void
refuses_what_is_open_to_doubt(void **state)
{
	struct scene *s = *state;
	size_t i, n;

	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		begin(s, refused[i].command);
		n = strlen(refused[i].in);
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
		n = strlen(refused[i].in);
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

/* A line of that many bytes between two ends. */
static void
feed_long(struct scene *s, const char *begin, size_t n, const char *end)
{
	char *line = malloc(n);

	memset(line, 'x', n);
	memcpy(line, begin, strlen(begin));
	memcpy(line + n - strlen(end), end, strlen(end));
	assert_int_equal(feed(s, line, n), 0);
	free(line);
}

/* Of a longer one there are the beginning and whether a literal follows. */
static void
cuts_an_answer_that_is_too_long(void **state)
{
	struct scene *s = *state;

	begin(s, GUARD_FETCH);
	feed_long(s, "* 1 FETCH (UID 3 ", GUARD_LINE, ")\r\n");
	assert_int_equal(s->out.len, GUARD_LINE);
	begin(s, GUARD_FETCH);
	feed_long(s, "* 1 FETCH (UID 3 ", 2 * GUARD_LINE, " BODY[] {9}\r\n");
	assert_int_equal(feed(s, "abc\r\n1 OK", 9), 0);
	assert_int_equal(feed(s, ")\r\n1 OK\r\n", 9), 0);
	assert_true(s->out.len < GUARD_LINE + 10);
	assert_memory_equal(s->out.data, "* 1 FETCH (UID 3 ", 17);
	assert_memory_equal(
	    s->out.data + s->out.len - 10, "xx\r\n1 OK\r\n", 10);
	begin(s, GUARD_GENERAL);
	feed_long(s, "* OK [PERMANENTFLAGS (", 3 * GUARD_LINE, "]\r\n");
	assert_int_equal(s->out.len, 0);
	assert_int_equal(s->lines, 1);
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

/* Whatever it is, for it is to be quoted. */
static void
passes_the_first_line(void **state)
{
	static const char *const greetings[] = { "* OK {5}\r\n",
		"+OK POP3 ready\r\n", "220 mail ESMTP\r\n", "421 busy\r\n" };
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof greetings / sizeof *greetings; i++) {
		guard_init(&s->guard, on_line, s);
		buf_reset(&s->out);
		assert_passes(
		    s, greetings[i], strlen(greetings[i]), greetings[i]);
	}
}

static void
takes_a_nul_in_a_line_for_text(void **state)
{
	static const char in[] = "1 OK a\0b\r\n";
	struct scene *s = *state;

	begin(s, GUARD_GENERAL);
	assert_int_equal(feed(s, in, sizeof in - 1), 0);
	assert_string_equal(s->last, "1 OK a?b");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(passes_what_is_needed_and_drops_the_rest),
		TEST(stops_behind_a_tagged_line),
		TEST(lets_a_nul_pass_in_a_mail),
		TEST(refuses_what_is_open_to_doubt),
		TEST(gives_the_same_verdict_byte_by_byte),
		TEST(cuts_an_answer_that_is_too_long),
		TEST(bounds_what_comes_for_a_command),
		TEST(bounds_all_literals_of_a_command),
		TEST(passes_what_came_before_the_fault),
		TEST(hands_out_each_line),
		TEST(passes_the_first_line),
		TEST(takes_a_nul_in_a_line_for_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
