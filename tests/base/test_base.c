#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/hex.h"
#include "base/printable.h"
#include "base/span.h"
#include "base/utc.h"
#include "base/utf8.h"

static void
reads_date_times_as_senders_write_them(void **state)
{
	static const struct {
		const char *text;
		int64_t t; /* -1: refused */
		unsigned deviation;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "2026-03-02T23:59:59Z", 1772495999, 0 },
		{ "2026-03-02t23:59:59z", 1772495999, 0 },
		{ "2026-03-02T23:59:59.999999Z", 1772495999, 0 },
		{ "2026-03-02T23:59:60Z", 1772495999, 0 },
		{ "2026-03-03T00:59:60+01:00", 1772495999, UTC_OFFSET },
		{ "2026-03-02T22:59:60Z", -1, 0 },
		{ "2026-03-02T23:59:61Z", -1, 0 },
		{ "2026-03-02T24:00:00Z", 1772496000, UTC_FORMAT },
		{ "2026-03-02T24:00:01Z", -1, 0 },
		{ "2026-03-02 23:59:59Z", 1772495999, UTC_FORMAT },
		{ "2026-03-02T23:59:59", 1772495999, UTC_NO_ZONE },
		{ "2026-03-02T23:59:59+00:00", 1772495999, 0 },
		{ "2026-03-02T23:59:59-00:00", 1772495999, 0 },
		{ "2026-03-03T01:59:59+0200", 1772495999,
		    UTC_OFFSET | UTC_FORMAT },
		{ "2026-03-02T15:59:59-08:00", 1772495999, UTC_OFFSET },
		{ "2026-02-29T00:00:00Z", -1, 0 },
		{ "2028-02-29T00:00:00Z", 1835395200, 0 },
		{ "2100-02-29T00:00:00Z", -1, 0 },
		{ "2026-13-01T00:00:00Z", -1, 0 },
		{ "2026-00-01T00:00:00Z", -1, 0 },
		{ "2026-04-31T00:00:00Z", -1, 0 },
		{ "1969-12-31T23:59:59Z", -1, 0 },
		{ "9999-12-31T23:59:59Z", 253402300799, 0 },
		{ "2026-03-02T25:00:00Z", -1, 0 },
		{ "2026-03-02T00:60:00Z", -1, 0 },
		{ "2026-03-02T00:00:00+24:00", -1, 0 },
		{ "2026-03-02T00:00:00.Z", -1, 0 },
		{ "2026-03-02T00:00:00ZZ", -1, 0 },
		{ "2026-03-02", -1, 0 },
		{ "2026-3-2T00:00:00Z", -1, 0 },
		{ "", -1, 0 },
	};
	unsigned deviation;
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		int rc;

		t = -1;
		deviation = 0;
		rc = utc_parse(span_of(rows[i].text), &t, &deviation);
		if (t != rows[i].t || deviation != rows[i].deviation ||
		    rc != (rows[i].t == -1 ? -1 : 0))
			fail_msg("%s: %lld, deviation %u", rows[i].text,
			    (long long)t, deviation);
	}
}

static void
formats_what_it_reads_for_every_day_of_a_century(void **state)
{
	int64_t day, t, back;
	char text[UTC_TEXT];
	unsigned deviation;

	(void)state;
	for (day = 0; day < 50000; day++) {
		t = day * UTC_DAY + day % UTC_DAY;
		utc_format(t, text);
		assert_int_equal(
		    utc_parse(span_of(text), &back, &deviation), 0);
		assert_true(back == t && deviation == 0);
		utc_format_date(t, text);
		assert_int_equal(utc_parse_date(span_of(text), &back), 0);
		assert_true(back == day * UTC_DAY);
	}
}

static void
reads_the_dates_of_mail_headers(void **state)
{
	static const struct {
		const char *text;
		int64_t t;
	} rows[] = {
		{ "Tue, 03 Mar 2020 05:24:41 -0500", 1583231081 },
		{ "Wed, 4 Sep 2024 03:53:20 -0700 (PDT)", 1725447200 },
		{ "4 Sep 2024 10:53:20 GMT", 1725447200 },
		{ "Wed,\r\n 4 Sep 24 10:53:20 +0000", 1725447200 },
		{ "4 Sep 2024 06:53:20 EDT", 1725447200 },
		{ "4 Sep 2024 10:53 Z", 1725447180 },
		{ "Fri, May 09 2017 16:54:30 -0800", -1 },
		{ "Wed, 31 Sep 2024 03:53:20 -0700", -1 },
		{ "Wed, 4 Sep 2024 24:00:00 -0700", -1 },
		{ "yesterday", -1 },
		{ "((((((", -1 },
		{ "", -1 },
	};
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		t = -1;
		utc_parse_mail(span_of(rows[i].text), &t);
		if (t != rows[i].t)
			fail_msg("%s: %lld", rows[i].text, (long long)t);
	}
}

static void
a_buffer_holds_its_bound_and_not_a_byte_more(void **state)
{
	struct buf b = { .max = 5000 };
	char bytes[5001] = { 0 };
	size_t room;

	(void)state;
	assert_int_equal(buf_append(&b, bytes, 4999), 0);
	assert_int_equal(buf_append(&b, bytes, 2), -1);
	assert_int_equal(b.len, 4999);
	assert_int_equal(buf_append(&b, bytes, 1), 0);
	assert_int_equal(buf_append(&b, bytes, 1), -1);
	buf_room(&b, 100, &room);
	assert_int_equal(room, 0);
	buf_reset(&b);
	assert_int_equal(buf_append(&b, bytes, 5001), -1);
	assert_int_equal(buf_span(&b).n, 0);
	buf_room(&b, 1, &room);
	assert_in_range(room, 1, 5000);
	buf_free(&b);
}

static void
an_arena_gives_zeroed_memory_that_lives_until_its_reset(void **state)
{
	struct arena a = { 0 };
	char *first, *big;
	size_t i;

	(void)state;
	first = arena_strdup(&a, "first");
	big = arena_alloc(&a, 100000);
	for (i = 0; i < 100000; i++)
		assert_int_equal(big[i], 0);
	assert_string_equal(first, "first");
	assert_string_equal(arena_printf(&a, "%d of %s", 7, "x"), "7 of x");
	assert_string_equal(arena_strndup(&a, "abc", 2), "ab");
	assert_true(a.total >= 100000);
	memset(big, 1, 100000);
	arena_reset(&a);
	assert_int_equal(a.total, 0);
	big = arena_alloc(&a, 1000);
	assert_int_equal(big[999], 0);
	arena_free(&a);
}

static void
an_array_grows_without_losing_an_element(void **state)
{
	struct arena a = { 0 };
	unsigned *in_arena = NULL, *on_heap = NULL, i;
	size_t arena_room = 0, heap_room = 0;

	(void)state;
	for (i = 0; i < 1000; i++) {
		in_arena =
		    arena_grow(&a, in_arena, i, &arena_room, sizeof *in_arena);
		on_heap = xgrow(on_heap, i, &heap_room, sizeof *on_heap);
		in_arena[i] = on_heap[i] = i;
	}
	assert_true(arena_room >= 1000);
	assert_true(heap_room >= 1000);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(in_arena[i], i);
		assert_int_equal(on_heap[i], i);
	}
	arena_free(&a);
	free(on_heap);
}

static void
words_are_what_stands_between_blanks(void **state)
{
	struct span rest = span_of(" \t one two\r\nthree "), word;

	(void)state;
	assert_true(span_next_word(&rest, &word) && span_is(word, "one"));
	assert_true(span_next_word(&rest, &word) && span_is(word, "two"));
	assert_true(span_next_word(&rest, &word) && span_is(word, "three"));
	assert_false(span_next_word(&rest, &word));
	assert_int_equal(word.n, 0);
	assert_int_equal(rest.n, 0);
}

static void
hexadecimal_digits_are_written_and_read(void **state)
{
	static const unsigned char bytes[] = { 0x00, 0x9a, 0xff };
	char text[7];

	(void)state;
	hex_format(bytes, sizeof bytes, text);
	assert_string_equal(text, "009aff");
	assert_int_equal(hex_digit('9'), 9);
	assert_int_equal(hex_digit('a'), 10);
	assert_int_equal(hex_digit('F'), 15);
	assert_int_equal(hex_digit('g'), -1);
	assert_int_equal(hex_digit('/'), -1);
	assert_int_equal(hex_digit('\0'), -1);
}

static void
every_character_is_encoded_as_it_is_read(void **state)
{
	unsigned c, read = 0;
	char text[4];
	size_t n;

	(void)state;
	for (c = 0; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		n = utf8_encode(c, text);
		assert_int_equal(text_utf8(text, n, &read), n);
		assert_int_equal(read, c);
	}
}

static void
days_before_1970_are_rounded_down_like_others(void **state)
{
	(void)state;
	assert_int_equal(utc_day(0), 0);
	assert_int_equal(utc_day(UTC_DAY - 1), 0);
	assert_int_equal(utc_day(UTC_DAY), 1);
	assert_int_equal(utc_day(-1), -1);
	assert_int_equal(utc_day(-UTC_DAY), -1);
	assert_int_equal(utc_day(-UTC_DAY - 1), -2);
}

static void
months_have_names_and_names_have_months(void **state)
{
	int m;

	(void)state;
	for (m = 1; m <= 12; m++)
		assert_int_equal(utc_month_of(span_of(utc_month_name(m))), m);
	assert_int_equal(utc_month_of(span_of("DEC 3")), 12);
	assert_int_equal(utc_month_of(span_of("De")), 0);
	assert_int_equal(utc_month_of(span_of("")), 0);
}

static void
text_for_people_holds_no_controls(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain", "plain" },
		{ "a\033[2Jb", "a?[2Jb" },
		{ "line\r\nnext\t", "line??next?" },
		{ "Gro\xc3\x9fpost", "Gro\xc3\x9fpost" },
		{ "\xe2\x80\xaegnp.exe", "?gnp.exe" }, /* U+202E */
		{ "c1 \xc2\x9b", "c1 ?" },
		{ "\xff\xfe", "??" },
		{ "\xc0\xaf", "??" },	   /* overlong */
		{ "\xed\xa0\x80", "???" }, /* a surrogate */
		{ "cut \xf0\x9f\x98", "cut ???" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\x7f", "?" },
		/* what is not seen */
		{ "a\xe2\x80\x8b"
		  "b",
		    "a?b" }, /* zero-width space */
		{ "a\xc2\xad"
		  "b",
		    "a?b" }, /* soft hyphen */
		{ "\xef\xbb\xbf"
		  "a",
		    "?a" },			      /* byte order mark */
		{ "\xf3\xa0\x81\x81", "?" },	      /* a tag */
		{ "a\xef\xb8\x8f", "a?" },	      /* a variation selector */
		{ "\xd8\x80\xf0\x93\x90\xb0", "??" }, /* format signs */
		{ "a\xc2\xa0"
		  "b",
		    "a\xc2\xa0"
		    "b" }, /* a blank is seen */
		/* marks that combine: four stay */
		{ "e\xcc\x81\xcc\x82", "e\xcc\x81\xcc\x82" },
		{ "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81o",
		    "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81o" },
	};
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text, "%s", rows[i].in);
		text_clean(text);
		assert_string_equal(text, rows[i].out);
	}
}

static void
text_for_people_is_ascii_where_the_locale_is_not_utf8(void **state)
{
	static const struct {
		const char *in, *ascii;
	} rows[] = {
		{ "plain", "plain" },
		{ "M\xc3\xbcller \xc3\x9f", "Muller ss" },
		{ "\xc5\x81\xc3\xb3"
		  "d\xc5\xba",
		    "Lodz" },
		{ "RFC 8460 \xc2\xa7"
		  "4.3",
		    "RFC 8460 section 4.3" },
		{ "\xe2\x80\x9cx\xe2\x80\x9d \xe2\x80\xa6", "\"x\" ..." },
		{ "\xe7\xbd\x91", "\\u7f51" },
		{ "\xf0\x93\x82\x80", "\\u13080" },
		{ "a\033\xe2\x80\x8b", "a??" },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		setenv("LC_ALL", "C", 1);
		printable_init();
		assert_true(printable_is_ascii());
		text = printable(rows[i].in);
		assert_string_equal(text, rows[i].ascii);
		free(text);
		setenv("LC_ALL", "C.UTF-8", 1);
		printable_init();
		assert_false(printable_is_ascii());
		text = printable(rows[i].in);
		if (i + 1 < sizeof rows / sizeof *rows)
			assert_string_equal(text, rows[i].in);
		free(text);
	}
}

static void
plain_text_ends_at_the_first_byte_that_is_not_printable_ascii(void **state)
{
	static const char fill[] = { ' ', 'a', '~' };
	char text[20];
	size_t i, at, want;
	int c;

	(void)state;
	assert_int_equal(text_plain(NULL, 0), 0);
	for (i = 0; i < sizeof fill; i++)
		for (c = 0; c < 256; c++)
			for (at = 0; at < sizeof text; at++) {
				memset(text, fill[i], sizeof text);
				text[at] = (char)c;
				want = c >= 0x20 && c < 0x7f ? sizeof text : at;
				if (text_plain(text, sizeof text) != want)
					fail_msg(
					    "%02x at %zu", (unsigned)c, at);
			}
}

static void
a_fault_keeps_its_scope_and_cleans_its_text(void **state)
{
	struct fault f = { 0 };
	char longer[2 * FAULT_TEXT];

	(void)state;
	assert_int_equal(
	    fault(&f, FAULT_SESSION, EX_UNAVAILABLE, "imap: %s", "a\r\nb"), -1);
	assert_string_equal(f.text, "imap: a??b");
	assert_int_equal(f.scope, FAULT_SESSION);
	assert_int_equal(fault_prefix(&f, "%s", "INBOX"), -1);
	assert_string_equal(f.text, "INBOX: imap: a??b");
	assert_int_equal(f.status, EX_UNAVAILABLE);
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	fault_prefix(&f, "%s", longer);
	assert_int_equal(strlen(f.text), FAULT_TEXT - 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_date_times_as_senders_write_them),
		cmocka_unit_test(
		    formats_what_it_reads_for_every_day_of_a_century),
		cmocka_unit_test(reads_the_dates_of_mail_headers),
		cmocka_unit_test(a_buffer_holds_its_bound_and_not_a_byte_more),
		cmocka_unit_test(
		    an_arena_gives_zeroed_memory_that_lives_until_its_reset),
		cmocka_unit_test(an_array_grows_without_losing_an_element),
		cmocka_unit_test(words_are_what_stands_between_blanks),
		cmocka_unit_test(hexadecimal_digits_are_written_and_read),
		cmocka_unit_test(every_character_is_encoded_as_it_is_read),
		cmocka_unit_test(days_before_1970_are_rounded_down_like_others),
		cmocka_unit_test(months_have_names_and_names_have_months),
		cmocka_unit_test(text_for_people_holds_no_controls),
		cmocka_unit_test(
		    text_for_people_is_ascii_where_the_locale_is_not_utf8),
		cmocka_unit_test(
		    plain_text_ends_at_the_first_byte_that_is_not_printable_ascii),
		cmocka_unit_test(a_fault_keeps_its_scope_and_cleans_its_text),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) /* as the program does */
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
