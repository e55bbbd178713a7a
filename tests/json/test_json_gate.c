#include "scenes/mails.h"

#include "json/json_gate.h"

enum {
	DEPTH = 32
};

static const char *const nothing[] = { NULL };
static const struct json_level whole = { .max = 1, .read = nothing };

/* Scan a copy without slack; the fault when it is refused. */
static struct json_fault
scan(struct span text, unsigned depth)
{
	struct json_fault f = { CODE_NONE, 0, "" };
	struct json_pieces pieces = { 0 };
	struct span copy = exact_copy(text);

	if (json_gate(copy, depth, &whole, 1, &pieces, &f) == 0)
		assert_int_equal(f.code, CODE_NONE);
	else
		assert_int_not_equal(f.code, CODE_NONE);
	json_pieces_free(&pieces);
	free_span(copy);
	return f;
}

static void
assert_taken(struct span text)
{
	assert_int_equal(scan(text, DEPTH).code, CODE_NONE);
}

static void
assert_refused(struct span text, enum code why)
{
	assert_int_equal(scan(text, DEPTH).code, why);
}

struct row {
	const char *text;
	size_t n; /* 0: to the terminator */
	enum code code;
	size_t offset;
};

static void
check_rows(const struct row *rows, size_t n)
{
	struct json_fault f;
	struct span s;
	size_t i;

	for (i = 0; i < n; i++) {
		s = span_of(rows[i].text);
		s.n = rows[i].n > 0 ? rows[i].n : s.n;
		f = scan(s, DEPTH);
		if (f.code != rows[i].code || f.offset != rows[i].offset)
			fail_msg("%s: %s at %zu, not %s at %zu", rows[i].text,
			    f.code ? code_entry(f.code)->name : "taken",
			    f.offset,
			    rows[i].code ? code_entry(rows[i].code)->name
					 : "taken",
			    rows[i].offset);
	}
}

static void
takes_all_that_rfc_8259_allows(void **state)
{
	static const struct row rows[] = {
		{ .text = "{}" },
		{ .text = " \t\r\n[ ] \n" },
		{ .text = "0" },
		{ .text = "-0" },
		{ .text = "-0.0e-0" },
		{ .text = "10.25E+300" },
		{ .text = "1e5" },
		{ .text = "true" },
		{ .text = "false" },
		{ .text = "null" },
		{ .text = "\"\"" },
		{ .text = "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"" },
		{ .text = "\"\\ud83d\\ude00\\uDBFF\\uDFFF\"" },
		{ .text = "\"\x7f\xc2\x80\xe2\x82\xac\xf4\x8f\xbf\xbf\"" },
		{ .text = "\"0123456789abcdef0123456789abcdef\"" },
		{ .text = "[1,[2,[3]],{\"a\":{\"a\":[{}]},\"b\":null}]" },
		{ .text = "[{\"a\":1},{\"a\":1}]" },
		{ .text = "{\"a\":{\"b\":1,\"c\":{}},\"b\":2,\"c\":3}" },
		{ .text = "{\"a\":{\"\\u0062\":1},\"\\u0062\":2}" },
		{ .text = "\xef\xbb\xbf{}" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
refuses_what_rfc_8259_does_not_allow(void **state)
{
	static const struct row rows[] = {
		{ "{", 0, CODE_JSON_SYNTAX, 1 },
		{ "[", 0, CODE_JSON_SYNTAX, 1 },
		{ "[1", 0, CODE_JSON_SYNTAX, 2 },
		{ "[1,", 0, CODE_JSON_SYNTAX, 3 },
		{ "[1,]", 0, CODE_JSON_SYNTAX, 3 },
		{ "[,1]", 0, CODE_JSON_SYNTAX, 1 },
		{ "[1 2]", 0, CODE_JSON_SYNTAX, 3 },
		{ "[1}", 0, CODE_JSON_SYNTAX, 2 },
		{ "{]", 0, CODE_JSON_SYNTAX, 1 },
		{ "{\"a\"}", 0, CODE_JSON_SYNTAX, 4 },
		{ "{\"a\":}", 0, CODE_JSON_SYNTAX, 5 },
		{ "{\"a\":1,}", 0, CODE_JSON_SYNTAX, 7 },
		{ "{\"a\":1 \"b\":2}", 0, CODE_JSON_SYNTAX, 7 },
		{ "{a:1}", 0, CODE_JSON_SYNTAX, 1 },
		{ "{1:1}", 0, CODE_JSON_SYNTAX, 1 },
		{ "{'a':1}", 0, CODE_JSON_SYNTAX, 1 },
		{ "NaN", 0, CODE_JSON_SYNTAX, 0 },
		{ "nul", 0, CODE_JSON_SYNTAX, 3 },
		{ "nulL", 0, CODE_JSON_SYNTAX, 3 },
		{ "tru\"", 0, CODE_JSON_SYNTAX, 3 },
		{ "+1", 0, CODE_JSON_SYNTAX, 0 },
		{ "-", 0, CODE_JSON_SYNTAX, 1 },
		{ "-a", 0, CODE_JSON_SYNTAX, 1 },
		{ "1.", 0, CODE_JSON_SYNTAX, 2 },
		{ "1.e1", 0, CODE_JSON_SYNTAX, 2 },
		{ "1e", 0, CODE_JSON_SYNTAX, 2 },
		{ "1e+", 0, CODE_JSON_SYNTAX, 3 },
		{ "01", 0, CODE_JSON_TRAILING_DATA, 1 },
		{ "[01]", 0, CODE_JSON_SYNTAX, 2 },
		{ "0x1", 0, CODE_JSON_TRAILING_DATA, 1 },
		{ "\"a", 0, CODE_JSON_SYNTAX, 2 },
		{ "\"a\\", 0, CODE_JSON_SYNTAX, 3 },
		{ "\"\\q\"", 0, CODE_JSON_SYNTAX, 2 },
		{ "\"\\u12\"", 0, CODE_JSON_SYNTAX, 5 },
		{ "\"\\u12g4\"", 0, CODE_JSON_SYNTAX, 5 },
		{ "\"\\u12", 0, CODE_JSON_SYNTAX, 5 },
		{ "\"\t\"", 0, CODE_JSON_SYNTAX, 1 },
		{ "\"0123456789\x1f\"", 0, CODE_JSON_SYNTAX, 11 },
		{ "// c\n1", 0, CODE_JSON_SYNTAX, 0 },
		{ "{}{}", 0, CODE_JSON_TRAILING_DATA, 2 },
		{ "{} x", 0, CODE_JSON_TRAILING_DATA, 3 },
		{ "{}\0", 3, CODE_JSON_TRAILING_DATA, 2 },
		{ "[\0]", 3, CODE_JSON_NUL, 1 },
		{ "\"ab\0\"", 5, CODE_JSON_NUL, 3 },
		{ "\"\\u0000\"", 0, CODE_JSON_NUL, 1 },
		{ "", 0, CODE_JSON_EMPTY, 0 },
		{ " \n", 0, CODE_JSON_EMPTY, 2 },
		{ "\xef\xbb\xbf ", 0, CODE_JSON_EMPTY, 4 },
		{ "\xef\xbb\xbf\xef\xbb\xbf{}", 0, CODE_JSON_SYNTAX, 3 },
		{ "{\"a\":1,\"a\":2}", 0, CODE_JSON_DUPLICATE_KEY, 7 },
		{ "{\"\":1,\"\":2}", 0, CODE_JSON_DUPLICATE_KEY, 6 },
		{ "{\"a\":{\"a\":1},\"\\u0061\":2}", 0, CODE_JSON_DUPLICATE_KEY,
		    13 },
		{ "\"\\ud83d\"", 0, CODE_JSON_SURROGATE, 1 },
		{ "\"\\ud83d\\ud83d\"", 0, CODE_JSON_SURROGATE, 1 },
		{ "\"\\ud83dabcdef\"", 0, CODE_JSON_SURROGATE, 1 },
		{ "\"\\ude00\"", 0, CODE_JSON_SURROGATE, 1 },
		{ "{\"\\udead\":1}", 0, CODE_JSON_SURROGATE, 2 },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
finds_a_wrong_encoding_before_all_else(void **state)
{
	static const struct row rows[] = {
		{ "\"\xff\"", 0, CODE_JSON_ENCODING, 1 },
		{ "\"\xc3\"", 0, CODE_JSON_ENCODING, 1 },
		{ "\"\xc0\xaf\"", 0, CODE_JSON_ENCODING, 1 },
		{ "\"\xed\xa0\x80\"", 0, CODE_JSON_ENCODING, 1 },
		{ "\"\xf4\x90\x80\x80\"", 0, CODE_JSON_ENCODING, 1 },
		{ "{,}\xff", 0, CODE_JSON_ENCODING, 3 },
		{ "{\"a\":1,\"a\":\"\x80\"}", 0, CODE_JSON_ENCODING, 12 },
		{ "{} \xf0\x9f\x98", 0, CODE_JSON_ENCODING, 3 },
		{ "{}\xc2\xa0", 0, CODE_JSON_TRAILING_DATA, 2 },
		{ "\xff\xfe{\0}\0", 6, CODE_JSON_ENCODING, 0 },
		{ "{\0}\0", 4, CODE_JSON_ENCODING, 0 },
		{ "\0{\0}", 4, CODE_JSON_ENCODING, 0 },
		{ "\0\0\0{\0\0\0}", 8, CODE_JSON_ENCODING, 0 },
		{ "{\0\0\0}\0\0\0", 8, CODE_JSON_ENCODING, 0 },
		{ "\0\0\0\0", 4, CODE_JSON_NUL, 0 },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

/* `open` n times, 0, `close` n times. */
static struct span
nest(struct buf *b, const char *open, const char *close, size_t n)
{
	size_t i;

	buf_reset(b);
	for (i = 0; i < n; i++)
		buf_append(b, open, strlen(open));
	buf_append(b, "0", 1);
	for (i = 0; i < n; i++)
		buf_append(b, close, strlen(close));
	return buf_span(b);
}

static void
counts_open_objects_and_arrays(void **state)
{
	struct buf b = { .max = SIZE_MAX / 2 };

	(void)state;
	assert_taken(nest(&b, "[", "]", DEPTH));
	assert_refused(nest(&b, "[", "]", DEPTH + 1), CODE_JSON_TOO_DEEP);
	assert_taken(nest(&b, "{\"a\":", "}", DEPTH));
	assert_refused(nest(&b, "{\"a\":", "}", DEPTH + 1), CODE_JSON_TOO_DEEP);
	assert_int_equal(
	    scan(nest(&b, "[", "]", 1000000), 2000000).code, CODE_NONE);
	assert_int_equal(scan(span_of("[]"), 0).code, CODE_JSON_TOO_DEEP);
	assert_int_equal(scan(span_of("5"), 0).code, CODE_NONE);
	buf_free(&b);
}

/* An object of `n` names; name number `again` stands once more at the end. */
static struct span
names(struct buf *b, size_t n, size_t again, bool escaped)
{
	char name[64];
	size_t i;
	int len;

	buf_reset(b);
	buf_append(b, "{", 1);
	for (i = 0; i < n; i++) {
		/* in an order that is neither rising nor falling */
		len = snprintf(name, sizeof name, "%s\"%s%zu\":{}",
		    i > 0 ? "," : "", escaped ? "\\u006b" : "k", i * 7919 % n);
		buf_append(b, name, (size_t)len);
	}
	if (again < n) {
		len = snprintf(name, sizeof name, ",\"k%zu\":1", again);
		buf_append(b, name, (size_t)len);
	}
	buf_append(b, "}", 1);
	return buf_span(b);
}

static void
finds_a_name_that_stands_twice_among_any_number(void **state)
{
	static const size_t sizes[] = { 1, 2, 15, 16, 17, 31, 100, 999 };
	struct buf b = { .max = SIZE_MAX / 2 };
	size_t i, n, again;

	(void)state;
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		n = sizes[i];
		assert_taken(names(&b, n, SIZE_MAX, false));
		for (again = 0; again < n; again += 1 + n / 20) {
			assert_refused(names(&b, n, again, false),
			    CODE_JSON_DUPLICATE_KEY);
			assert_refused(
			    names(&b, n, again, true), CODE_JSON_DUPLICATE_KEY);
		}
	}
	buf_free(&b);
}

static void
counts_the_names_of_one_object(void **state)
{
	struct buf b = { .max = SIZE_MAX / 2 };

	(void)state;
	assert_taken(names(&b, JSON_NAMES, SIZE_MAX, false));
	assert_refused(names(&b, JSON_NAMES + 1, SIZE_MAX, false),
	    CODE_JSON_TOO_MANY_NAMES);
	buf_free(&b);
}

static void
refuses_every_truncation(void **state)
{
	static const char text[] =
	    "{\"a\":[1.5e-3,true,null,\"\\u00e9\\ud83d\\ude00\xc3\xa9\"],"
	    "\"b\":{\"c\":false}}";
	size_t n;

	(void)state;
	assert_int_equal(scan(span_of(text), DEPTH).code, CODE_NONE);
	for (n = 1; n < strlen(text); n++)
		if (scan((struct span){ text, n }, DEPTH).code == CODE_NONE)
			fail_msg("taken: %.*s", (int)n, text);
}

/* What a byte in a string of bytes that need no look ends in, and how far. */
static struct json_fault
end_of_string(char byte, size_t at)
{
	unsigned char c = (unsigned char)byte;

	if (c == '\0')
		return (struct json_fault){ CODE_JSON_NUL, at, "" };
	if (c >= 0x80)
		return (struct json_fault){ CODE_JSON_ENCODING, at, "" };
	if (c < 0x20)
		return (struct json_fault){ CODE_JSON_SYNTAX, at, "" };
	if (c == '\\')
		return (struct json_fault){ CODE_JSON_SYNTAX, at + 1, "" };
	if (c == '"')
		return (
		    struct json_fault){ CODE_JSON_TRAILING_DATA, at + 1, "" };
	return (struct json_fault){ CODE_NONE, 0, "" };
}

static void
sees_every_byte_at_every_place_of_a_string(void **state)
{
	static const char fill[] = { '!', '#', '[', ']', 'a', '\x7f' };
	struct json_fault f, want;
	char text[24] = "\"";
	size_t i, at;
	int c;

	(void)state;
	text[sizeof text - 1] = '"';
	for (i = 0; i < sizeof fill; i++)
		for (c = 0; c < 256; c++)
			for (at = 1; at < sizeof text - 2; at++) {
				memset(text + 1, fill[i], sizeof text - 2);
				text[at] = (char)c;
				f = scan(
				    (struct span){ text, sizeof text }, DEPTH);
				want = end_of_string((char)c, at);
				if (f.code != want.code ||
				    f.offset != want.offset)
					fail_msg("%02x at %zu: %d at %zu",
					    (unsigned)c, at, (int)f.code,
					    f.offset);
			}
}

static void
tells_line_and_column(void **state)
{
	static const char text[] = "{\n \"\xc3\xa9\": 1,\n  x}";
	struct json_fault f = scan(span_of(text), DEPTH);
	size_t line, column;

	(void)state;
	assert_int_equal(f.code, CODE_JSON_SYNTAX);
	json_place(span_of(text), f.offset, &line, &column);
	assert_int_equal(line, 3);
	assert_int_equal(column, 3);
	json_place(span_of(text), 7, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 5);
	json_place(span_of(""), 0, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 1);
}

static void
finds_names_twice_however_they_are_written(void **state)
{
	static const struct row rows[] = {
		{ "{\"a\":1,\"\\u0061\":2}", 0, CODE_JSON_DUPLICATE_KEY, 7 },
		{ "{\"\\u0061\":1,\"a\":2}", 0, CODE_JSON_DUPLICATE_KEY, 12 },
		{ "{\"\\u0061\":1,\"\\u0061\":2}", 0, CODE_JSON_DUPLICATE_KEY,
		    12 },
		{ "{\"\\u00e9\":1,\"\xc3\xa9\":2}", 0, CODE_JSON_DUPLICATE_KEY,
		    12 },
		{ "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", 0,
		    CODE_JSON_DUPLICATE_KEY, 18 },
		{ "{\"\\n\":1,\"\\u000a\":2}", 0, CODE_JSON_DUPLICATE_KEY, 8 },
		{ .text = "{\"\\n\":1,\"n\":2,\"\\\\n\":3}" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_all_that_rfc_8259_allows),
		cmocka_unit_test(refuses_what_rfc_8259_does_not_allow),
		cmocka_unit_test(finds_a_wrong_encoding_before_all_else),
		cmocka_unit_test(counts_open_objects_and_arrays),
		cmocka_unit_test(
		    finds_a_name_that_stands_twice_among_any_number),
		cmocka_unit_test(counts_the_names_of_one_object),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(sees_every_byte_at_every_place_of_a_string),
		cmocka_unit_test(tells_line_and_column),
		cmocka_unit_test(finds_names_twice_however_they_are_written),
	};

	return cmocka_run_group_tests_name("the gate", tests, NULL, NULL);
}
