#include <inttypes.h>
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

#include "base/fault.h"
#include "output/csv.h"

/* A file in memory and how it is to be written. */
struct scene {
	char *text;
	size_t len;
	struct csv csv;
	struct csv_style style;
	struct fault f;
};

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	s->style = csv_style_default;
	s->csv.style = &s->style;
	s->csv.out = open_memstream(&s->text, &s->len);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	if (s->csv.out != NULL)
		fclose(s->csv.out);
	free(s->text);
	free(s);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static struct cell
text(const char *t)
{
	return (struct cell){ .text = t, .len = strlen(t) };
}

static const char *
written(struct scene *s)
{
	fflush(s->csv.out);
	return s->text;
}

/* What one cell of that kind becomes. */
static void
assert_cell(struct scene *s, enum column_kind kind, struct cell cell,
    const char *expected)
{
	struct column column = { "x", kind };
	struct row_sink sink = csv_sink(&s->csv);
	char whole[512];

	rewind(s->csv.out);
	assert_int_equal(sink.head(sink.arg, &column, 1, &s->f), 0);
	assert_int_equal(sink.row(sink.arg, &cell, 1, &s->f), 0);
	snprintf(whole, sizeof whole, "x\r\n%s\r\n", expected);
	written(s);
	s->text[s->len] = '\0';
	if (strcmp(s->text, whole) != 0)
		fail_msg("'%s' becomes %s and not %s",
		    cell.text != NULL ? cell.text : "", s->text, whole);
}

static void
guards_what_a_spreadsheet_runs_or_mangles(void **state)
{
	static const struct {
		const char *text;
		bool guard;
	} cases[] = {
		/* run */
		{ "=1+1", true },
		{ "=", true },
		{ "+a", true },
		{ "-a", true },
		{ "-", true },
		{ "@SUM(A1)", true },
		{ "\ta", true },
		{ "\ra", true },
		{ "\na", true },
		{ " =1", true },
		{ "\n=1", true },
		{ " \t\r\n@", true },
		{ "\xc2\xa0=1", true },		    /* no-break space */
		{ "\xe2\x80\x8b=1", true },	    /* zero-width space */
		{ "\xef\xbb\xbf\xc2\xad+1", true }, /* BOM, soft hyphen */
		{ "\xe3\x80\x80-1", true },	    /* ideographic space */
		{ "\xef\xbc\x9d"
		  "1",
		    true }, /* full-width = + - @ */
		{ "\xef\xbc\x8b"
		  "1",
		    true },
		{ "\xef\xbc\x8d"
		  "1",
		    true },
		{ "\xef\xbc\xa0"
		  "A",
		    true },
		{ "\xef\xb9\xa6=", true }, /* small = + - @ */
		{ "\xef\xb9\xa2=", true },
		{ "\xef\xb9\xa3=", true },
		{ "\xef\xb9\xab=", true },
		{ "\xe2\x88\x92=", true }, /* minus sign */
		{ "\x01=1", true },
		{ "\x7f=1", true },
		{ "\xe1\x9a\x80=1", true },	/* Ogham space */
		{ "\xef\xb8\x8f=1", true },	/* a variation selector */
		{ "\xe3\x85\xa4=1", true },	/* Hangul filler */
		{ "\xf3\xa0\x80\xa0+1", true }, /* a tag */
		{ " 12", true },
		{ " a", false },
		{ " ", false },
		{ "\xc2\xa0", false },
		{ "\xff=1", false },
		{ "a=1", false },
		{ "a\xef\xbc\x9d"
		  "1",
		    false },
		{ "'=1", false },
		/* mangled */
		{ "0", true },
		{ "123", true },
		{ "133925885310113267", true },
		{ "1.5", true },
		{ "1,5", true },
		{ "1e5", true },
		{ "1E5", true },
		{ "5%", true },
		{ "12:30", true },
		{ "1/2", true },
		{ "2026-11-23", true },
		{ "1-2", true },
		{ "1+", true },
		{ ".,+-/:eE%0", true },
		{ "1.2.3", true },
		{ "1.2.3.4.5", true },
		{ "256.1.1.1", true },
		{ "01.2.3.4", true },
		/* no digit, or something else among them */
		{ "", false },
		{ "e", false },
		{ "eE", false },
		{ ".", false },
		{ ":", false },
		{ "%", false },
		{ "1 2", false },
		{ "1a", false },
		{ "a1", false },
		{ "0x10", false },
		{ "2026-11-23T00:00:00Z_example.com", false },
		{ "133925885310113267+example.com", false },
		{ "1\xc3\xa9", false },
		/* addresses */
		{ "192.0.2.1", false },
		{ "0.0.0.0", false },
		{ "255.255.255.255", false },
		{ "::1", false },
		{ "2001::1", false },
		{ "1::e", false },
		{ "1:2:3:4:5:6:7:8", false },
		{ "1:2:3:4:5:6:7", true },
		{ "2001:db8::1", false },
		{ "::", false },
		{ "192.0.2.1 ", false },
		{ "192.0.2.1/32", true },
		{ "192.0.2.1:25", true },
		{ "0000000000000000000000000000000000000000000000000000000000"
		  "000000000001",
		    true },
	};
	struct scene *s = *state;
	char expected[128];
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *t = cases[i].text;

		if (csv_needs_guard(t, strlen(t)) != cases[i].guard)
			fail_msg("'%s' %s", t,
			    cases[i].guard ? "is not guarded" : "is guarded");
		if (t[0] == '\0')
			continue;
		snprintf(expected, sizeof expected, "\"%s%s\"",
		    cases[i].guard ? "'" : "", t);
		assert_cell(s, COLUMN_TEXT, text(t), expected);
		s->style.guard = false;
		snprintf(expected, sizeof expected, "\"%s\"", t);
		assert_cell(s, COLUMN_TEXT, text(t), expected);
		s->style.guard = true;
	}
}

static void
writes_each_kind_as_promised(void **state)
{
	static const struct {
		enum column_kind kind;
		struct cell cell;
		const char *expected;
	} cases[] = {
		{ COLUMN_TEXT, { .text = "a", .len = 1 }, "\"a\"" },
		{ COLUMN_TEXT, { .text = "", .len = 0 }, "" },
		{ COLUMN_TEXT, { .null = true }, "" },
		{ COLUMN_TEXT, { .text = "a,b", .len = 3 }, "\"a,b\"" },
		{ COLUMN_TEXT, { .text = "a\"b", .len = 3 }, "\"a\"\"b\"" },
		{ COLUMN_TEXT, { .text = "\"", .len = 1 }, "\"\"\"\"" },
		{ COLUMN_TEXT, { .text = "a\r\nb", .len = 4 }, "\"a\r\nb\"" },
		{ COLUMN_TEXT, { .text = "\xc3\xa9", .len = 2 },
		    "\"\xc3\xa9\"" },
		{ COLUMN_TEXT, { .text = "abc", .len = 2 }, "\"ab\"" },
		{ COLUMN_NUMBER, { .number = 0 }, "0" },
		{ COLUMN_NUMBER, { .number = INT64_MAX },
		    "9223372036854775807" },
		{ COLUMN_NUMBER, { .number = -1 }, "-1" },
		{ COLUMN_NUMBER, { .null = true }, "" },
		{ COLUMN_RATE, { .rate = 0 }, "0.000000" },
		{ COLUMN_RATE, { .rate = 1 }, "1.000000" },
		{ COLUMN_RATE, { .rate = 10.0 / 105 }, "0.095238" },
		{ COLUMN_RATE, { .rate = 2.0 / 3 }, "0.666667" },
		{ COLUMN_RATE, { .rate = 4e-7 }, "0.000000" },
		{ COLUMN_RATE, { .rate = 6e-7 }, "0.000001" },
		{ COLUMN_RATE, { .rate = 0.9999999 }, "1.000000" },
		{ COLUMN_RATE, { .null = true }, "" },
		{ COLUMN_DATE, { .text = "2026-11-23", .len = 10 },
		    "2026-11-23" },
		{ COLUMN_DATE, { .text = "2026-W48", .len = 8 }, "2026-W48" },
		{ COLUMN_DATE, { .null = true }, "" },
		{ COLUMN_DATE, { .text = "", .len = 0 }, "" },
		{ COLUMN_TIME, { .text = "2026-11-23T01:02:03Z", .len = 20 },
		    "2026-11-23 01:02:03" },
		{ COLUMN_TIME, { .null = true }, "" },
		{ COLUMN_TIME, { .text = "", .len = 0 }, "" },
		{ COLUMN_TIME, { .text = "yesterday", .len = 9 },
		    "\"yesterday\"" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_cell(s, cases[i].kind, cases[i].cell, cases[i].expected);
}

static void
writes_a_table_as_rfc_4180(void **state)
{
	static const struct column columns[] = { { "date", COLUMN_DATE },
		{ "name", COLUMN_TEXT }, { "n", COLUMN_NUMBER },
		{ "rate", COLUMN_RATE } };
	struct scene *s = *state;
	struct row_sink sink = csv_sink(&s->csv);
	struct cell one[] = { text("2026-11-23"), text("a"), { .number = 7 },
		{ .rate = 0.5 } };
	struct cell two[] = { text("2026-11-24"), text(""), { .number = 8 },
		{ .null = true } };

	assert_int_equal(sink.head(sink.arg, columns, 4, &s->f), 0);
	assert_int_equal(s->csv.rows, 0);
	assert_int_equal(sink.row(sink.arg, one, 4, &s->f), 0);
	assert_int_equal(sink.row(sink.arg, two, 4, &s->f), 0);
	assert_int_equal(s->csv.rows, 2);
	assert_string_equal(written(s), "date,name,n,rate\r\n"
					"2026-11-23,\"a\",7,0.500000\r\n"
					"2026-11-24,,8,\r\n");
}

static void
follows_the_style(void **state)
{
	static const struct column columns[] = { { "when", COLUMN_TIME },
		{ "name", COLUMN_TEXT }, { "rate", COLUMN_RATE } };
	struct scene *s = *state;
	struct row_sink sink = csv_sink(&s->csv);
	struct cell row[] = { text("2026-11-23T00:00:00Z"), text("=1;2"),
		{ .rate = 0.25 } };

	s->style =
	    (struct csv_style){ .bom = true, .delimiter = ';', .decimal = ',' };
	assert_int_equal(sink.head(sink.arg, columns, 3, &s->f), 0);
	assert_int_equal(sink.row(sink.arg, row, 3, &s->f), 0);
	assert_string_equal(written(s),
	    "\xef\xbb\xbfwhen;name;rate\r\n"
	    "2026-11-23 00:00:00;\"=1;2\";0,250000\r\n");
}

static void
quotes_what_holds_an_odd_delimiter(void **state)
{
	struct scene *s = *state;
	static const struct column columns[] = { { "d", COLUMN_DATE },
		{ "n", COLUMN_NUMBER } };
	struct row_sink sink = csv_sink(&s->csv);
	struct cell row[] = { text("2026-11-23"), { .number = -5 } };

	s->style.delimiter = '-';
	assert_int_equal(sink.head(sink.arg, columns, 2, &s->f), 0);
	assert_int_equal(sink.row(sink.arg, row, 2, &s->f), 0);
	assert_string_equal(written(s), "d-n\r\n\"2026-11-23\"-\"-5\"\r\n");
}

/* Longer than what is quoted at once, with quotes at every place. */
static void
quotes_text_of_any_length(void **state)
{
	struct scene *s = *state;
	struct column column = { "x", COLUMN_TEXT };
	struct row_sink sink = csv_sink(&s->csv);
	char t[5000];
	const char *p;
	size_t len, i;

	for (len = 1020; len < 5000; len += len < 2060 ? 1 : 97) {
		memset(t, '"', len);
		t[0] = '=';
		rewind(s->csv.out);
		assert_int_equal(sink.head(sink.arg, &column, 1, &s->f), 0);
		assert_int_equal(
		    sink.row(sink.arg, &(struct cell){ .text = t, .len = len },
			1, &s->f),
		    0);
		p = written(s);
		assert_int_equal(s->len, 3 + 1 + 2 + 2 * (len - 1) + 1 + 2);
		assert_memory_equal(p + 3, "\"'=", 3);
		for (i = 0; i < 2 * (len - 1) + 1; i++)
			assert_int_equal(p[6 + i], '"');
	}
}

static void
asks_no_locale(void **state)
{
	struct scene *s = *state;

	/* where it is installed; its decimal sign is a comma */
	setlocale(LC_ALL, "de_DE.UTF-8");
	assert_cell(s, COLUMN_RATE, (struct cell){ .rate = 0.5 }, "0.500000");
	assert_cell(
	    s, COLUMN_NUMBER, (struct cell){ .number = 1234567 }, "1234567");
	setlocale(LC_ALL, "C");
}

static void
says_that_it_cannot_write(void **state)
{
	struct scene *s = *state;
	struct column column = { "x", COLUMN_TEXT };
	struct row_sink sink = csv_sink(&s->csv);
	struct cell cell = text("some text of some length");
	int i, rc = 0;

	fclose(s->csv.out);
	s->csv.out = fopen("/dev/full", "w");
	assert_non_null(s->csv.out);
	s->csv.name = "out/daily.csv";
	rc = sink.head(sink.arg, &column, 1, &s->f);
	for (i = 0; i < 100000 && rc == 0; i++)
		rc = sink.row(sink.arg, &cell, 1, &s->f);
	assert_int_equal(rc, -1);
	assert_int_equal(s->f.status, EX_CANTCREAT);
	assert_string_equal(s->f.text,
	    "out/daily.csv: the disk is full: free room and run again");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(guards_what_a_spreadsheet_runs_or_mangles),
		TEST(writes_each_kind_as_promised),
		TEST(writes_a_table_as_rfc_4180),
		TEST(follows_the_style),
		TEST(quotes_what_holds_an_odd_delimiter),
		TEST(quotes_text_of_any_length),
		TEST(asks_no_locale),
		TEST(says_that_it_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
