#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "probe/smtp_reply.h"

/* Read a text in pieces of `piece` bytes; returns how much was taken. */
static size_t
feed(struct smtp_reply *r, const char *text, size_t n, size_t piece)
{
	size_t at = 0, taken, m;

	memset(r, 0, sizeof *r);
	while (at < n && r->state == REPLY_BEGUN) {
		m = n - at < piece ? n - at : piece;
		taken = smtp_reply_feed(r, text + at, m);
		at += taken;
		if (taken < m)
			break;
	}
	return at;
}

static const struct {
	const char *text;
	enum smtp_reply_state state;
	unsigned code;
	const char *left; /* behind the reply */
	const char *said; /* or what is broken */
} replies[] = {
	{ "220 mx.example ESMTP\r\n", REPLY_WHOLE, 220, "",
	    "220 mx.example ESMTP" },
	{ "220 ready\r\n250 injected\r\n", REPLY_WHOLE, 220, "250 injected\r\n",
	    "220 ready" },
	{ "220 lone\n", REPLY_WHOLE, 220, "", "220 lone" },
	{ "250\r\n", REPLY_WHOLE, 250, "", "250" },
	{ "250-a\r\n250-b\r\n250 c\r\n", REPLY_WHOLE, 250, "", "250-a" },
	{ "250-a\r\n250-b\r\n", REPLY_BEGUN, 250, "", "250-a" },
	{ "250-a\r\n251 b\r\n", REPLY_BROKEN, 0, "", "a reply with two codes" },
	{ "SSH-2.0-x\r\n", REPLY_BROKEN, 0, "", "a line without a reply code" },
	{ "22 x\r\n", REPLY_BROKEN, 0, "", "a line without a reply code" },
	{ "220x\r\n", REPLY_BROKEN, 0, "", "a line without a reply code" },
	{ "600 x\r\n", REPLY_BROKEN, 0, "", "a line without a reply code" },
	{ "\r\n", REPLY_BROKEN, 0, "", "a line without a reply code" },
};

static void
reads_replies_in_pieces_of_any_size(void **state)
{
	struct smtp_reply r;
	size_t i, piece, taken;

	(void)state;
	for (i = 0; i < sizeof replies / sizeof *replies; i++)
		for (piece = 1; piece < 40; piece += 3) {
			taken = feed(&r, replies[i].text,
			    strlen(replies[i].text), piece);
			if (r.state != replies[i].state)
				fail_msg("row %zu: state %d", i, (int)r.state);
			assert_string_equal(
			    replies[i].text + taken, replies[i].left);
			assert_string_equal(
			    r.state == REPLY_BROKEN ? r.broken : r.said,
			    replies[i].said);
			if (r.state != REPLY_BROKEN)
				assert_int_equal(r.code, replies[i].code);
		}
}

static const struct {
	const char *text;
	int starttls;
	const char *hidden;
} offers[] = {
	{ "250-mx\r\n250-STARTTLS\r\n250 SIZE\r\n", 1, "" },
	{ "250-mx\r\n250 starttls\r\n", 1, "" },
	{ "250-mx\r\n250 STARTTLS x\r\n", 1, "" },
	{ "250 STARTTLS\r\n", 0, "" }, /* the server's name */
	{ "250-mx\r\n250 STARTTLSX\r\n", 0, "" },
	{ "250-mx\r\n250 XSTARTTLS\r\n", 0, "" },
	{ "250-mx\r\n250-XXXXXXXA\r\n250 SIZE\r\n", 0, "XXXXXXXA" },
	{ "250-mx\r\n250 XXXXXXXX\r\n", 0, "XXXXXXXX" },
	{ "250-mx\r\n250 XCLIENT\r\n", 0, "" },
	{ "250-mx\r\n250 XXX\r\n", 0, "" },
	{ "250-mx\r\n250 XXXXXAB\r\n", 0, "" },
};

static void
finds_what_is_offered(void **state)
{
	struct smtp_reply r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof offers / sizeof *offers; i++) {
		feed(&r, offers[i].text, strlen(offers[i].text), 1000);
		if (r.starttls != offers[i].starttls ||
		    strcmp(r.hidden, offers[i].hidden) != 0)
			fail_msg("row %zu: %d %s", i, r.starttls, r.hidden);
	}
}

/* A line of that many bytes in all. */
static char *
line_of(size_t n)
{
	char *text = xmalloc(n + 3);

	memset(text, 'x', n);
	memcpy(text, "220 ", 4);
	memcpy(text + n, "\r\n", 3);
	return text;
}

static void
bounds_a_line(void **state)
{
	char *fits = line_of(SMTP_LINE_MAX - 1), *over = line_of(2000);
	struct smtp_reply r;

	(void)state;
	feed(&r, fits, strlen(fits), 7);
	assert_int_equal(r.state, REPLY_WHOLE);
	assert_int_equal(strlen(r.said), SMTP_SAID - 1);
	assert_int_equal(feed(&r, over, strlen(over), 5000), SMTP_LINE_MAX + 1);
	assert_int_equal(r.state, REPLY_BROKEN);
	free(fits);
	free(over);
}

static void
bounds_a_reply(void **state)
{
	struct smtp_reply r = { 0 };
	int i;

	(void)state;
	for (i = 0; i < SMTP_LINES_MAX - 1; i++)
		smtp_reply_feed(&r, "220-x\r\n", 7);
	assert_int_equal(r.state, REPLY_BEGUN);
	smtp_reply_feed(&r, "220-x\r\n", 7);
	assert_int_equal(r.state, REPLY_BROKEN);
	assert_string_equal(r.broken, "a reply without end");
}

static void
refuses_a_nul(void **state)
{
	struct smtp_reply r;

	(void)state;
	feed(&r, "220 a\0b\r\n", 9, 100);
	assert_int_equal(r.state, REPLY_BROKEN);
	assert_string_equal(r.broken, "a NUL byte in a reply");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_replies_in_pieces_of_any_size),
		cmocka_unit_test(finds_what_is_offered),
		cmocka_unit_test(bounds_a_line),
		cmocka_unit_test(bounds_a_reply),
		cmocka_unit_test(refuses_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
