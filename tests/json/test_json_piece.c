#include "scenes/mails.h"

#include <json-c/json.h>

#include "base/arena.h"
#include "json/json_gate.h"

/*
 * How a text is divided, and what json-c gets of each piece.
 */
static const char *const in_list[] = { "kept", "strings", NULL };
static const char *const in_entry[] = { NULL };

static const struct json_level levels[] = {
	{ NULL, 1, in_list },
	{ "entries", 3, in_list },
	{ "details", 4, in_entry },
};

/* Every piece as json-c prints it, with "!" and "~" for too many and cut. */
static const char *
pieces_of(const char *text, struct arena *a)
{
	struct json_pieces ps = { 0 };
	struct json_reader reader;
	struct json_fault f;
	struct json_object *o;
	const char *all = "";
	struct span copy = exact_copy(span_of(text));
	size_t i;

	json_reader_init(&reader);
	assert_int_equal(json_gate(copy, 32, levels, 3, &ps, &f), 0);
	for (i = 0; i < ps.n; i++) {
		all = arena_printf(a, "%s%s%s%s", all, i > 0 ? " " : "",
		    ps.piece[i].too_many ? "!" : "",
		    ps.piece[i].cut ? "~" : "");
		if (json_piece_is_object(&ps, i)) {
			o = json_piece_read(&reader, &ps, i);
			all = arena_printf(a, "%s%s", all,
			    json_object_to_json_string_ext(
				o, JSON_C_TO_STRING_PLAIN));
			json_object_put(o);
		} else {
			all = arena_printf(a, "%s%.*s", all,
			    (int)ps.piece[i].len, copy.p + ps.piece[i].at);
		}
	}
	json_reader_free(&reader);
	json_pieces_free(&ps);
	free_span(copy);
	return all;
}

struct row {
	const char *text, *pieces;
};

static void
check_rows(const struct row *rows, size_t n)
{
	struct arena a = { 0 };
	const char *found;
	size_t i;

	for (i = 0; i < n; i++) {
		found = pieces_of(rows[i].text, &a);
		if (strcmp(found, rows[i].pieces) != 0)
			fail_msg("%s: %s, not %s", rows[i].text, found,
			    rows[i].pieces);
	}
	arena_free(&a);
}

static void
a_text_is_divided_at_the_arrays_that_are_named(void **state)
{
	static const struct row rows[] = {
		{ "{}", "{}" },
		{ "[]", "[]" },
		{ " 5 ", "5" },
		{ "{\"entries\":[]}", "{\"entries\":[]}" },
		{ "{\"a\":1,\"entries\":[{\"b\":2},3, null ],\"c\":4}",
		    "{\"a\":1,\"entries\":[],\"c\":4} {\"b\":2} 3 null" },
		{ "{\"entries\":[{\"details\":[{\"d\":1},{\"d\":2}],\"b\":2},"
		  "{\"details\":[]}]}",
		    "{\"entries\":[]} {\"details\":[],\"b\":2} {\"d\":1} "
		    "{\"d\":2} {\"details\":[]}" },
		{ "{\"\\u0065ntries\":[{\"b\":1}]}",
		    "{\"entries\":[]} {\"b\":1}" },
		/* at their own place, and as arrays, alone */
		{ "{\"details\":[{\"d\":1}]}", "{\"details\":[]}" },
		{ "{\"entries\":{\"b\":1}}", "{\"entries\":{}}" },
		{ "{\"kept\":{\"entries\":[{}]}}",
		    "{\"kept\":{\"entries\":[]}}" },
		{ "[{\"entries\":[{}]}]", "[{\"entries\":[{}]}]" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
objects_and_arrays_that_nobody_reads_are_emptied(void **state)
{
	static const struct row rows[] = {
		{ "{\"x\":[{},{}],\"y\":{\"z\":1}}", "{\"x\":[],\"y\":{}}" },
		{ "{\"kept\":{\"a\":1,\"x\":[1]},\"strings\":[\"a\",2,[3]]}",
		    "{\"kept\":{\"a\":1,\"x\":[]},"
		    "\"strings\":[\"a\",2,[]]}" },
		{ "{\"kept\":{\"strings\":[\"a\"],\"kept\":{\"kept\":{"
		  "\"a\":1}}}}",
		    "{\"kept\":{\"strings\":[\"a\"],\"kept\":{\"kept\":{}}}"
		    "}" },
		{ "{\"entries\":[{\"details\":[{\"kept\":{\"a\":1}}]}]}",
		    "{\"entries\":[]} {\"details\":[]} {\"kept\":{}}" },
		{ "{\"x\":{\"kept\":{\"a\":[]}}}", "{\"x\":{}}" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
pieces_beyond_their_number_are_not_there(void **state)
{
	static const struct row rows[] = {
		{ "{\"entries\":[1,2,3]}", "{\"entries\":[]} 1 2 3" },
		{ "{\"entries\":[1,2,3,{\"a\":[1]}]}",
		    "!{\"entries\":[]} 1 2 3" },
		{ "{\"entries\":[{\"details\":[1,2,3]},{\"details\":[4,5]},"
		  "{\"details\":[{}]}]}",
		    "{\"entries\":[]} {\"details\":[]} 1 2 3 "
		    "!{\"details\":[]} 4 !{\"details\":[]}" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
pairs_that_json_c_misreads_come_as_characters(void **state)
{
	static const struct row rows[] = {
		/* U+1D800, U+2DFFF, and U+1F600, which it reads right */
		{ "{\"a\":\"\\ud836\\udc00\",\"b\":\"\\uD877\\uDFFF\","
		  "\"c\":\"\\ud83d\\ude00\"}",
		    "{\"a\":\"\xf0\x9d\xa0\x80\",\"b\":"
		    "\"\xf0\xad\xbf\xbf\",\"c\":\"\xf0\x9f\x98\x80\"}" },
		{ "{\"x\":[\"\\ud836\\udc00\"],\"a\":\"\\ud836\\udc00\"}",
		    "{\"x\":[],\"a\":\"\xf0\x9d\xa0\x80\"}" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

/* `n` strings in the array "strings", and one more in that of "kept". */
static size_t
count_read(size_t n, bool *cut)
{
	struct buf b = { .max = SIZE_MAX / 2 };
	struct json_pieces ps = { 0 };
	struct json_reader reader;
	struct json_fault f;
	struct json_object *o;
	size_t i, found;

	buf_append(&b, "{\"strings\":[", 12);
	for (i = 0; i < n; i++)
		buf_append(&b, i > 0 ? " , \"\"" : "\"\"", i > 0 ? 5 : 2);
	buf_append(&b, "],\"kept\":[1 ]}", 14);
	json_reader_init(&reader);
	assert_int_equal(json_gate(buf_span(&b), 32, levels, 3, &ps, &f), 0);
	o = json_piece_read(&reader, &ps, 0);
	found = json_object_array_length(json_object_object_get(o, "strings")) +
		json_object_array_length(json_object_object_get(o, "kept"));
	json_object_put(o);
	*cut = ps.piece[0].cut;
	json_reader_free(&reader);
	json_pieces_free(&ps);
	buf_free(&b);
	return found;
}

static void
the_arrays_of_a_piece_have_only_so_many_elements(void **state)
{
	bool cut;

	(void)state;
	assert_int_equal(
	    count_read(JSON_PIECE_ELEMENTS - 1, &cut), JSON_PIECE_ELEMENTS);
	assert_false(cut);
	assert_int_equal(
	    count_read(JSON_PIECE_ELEMENTS, &cut), JSON_PIECE_ELEMENTS);
	assert_true(cut);
	assert_int_equal(
	    count_read(JSON_PIECE_ELEMENTS + 1, &cut), JSON_PIECE_ELEMENTS);
	assert_true(cut);
}

/* A string of `n` times `unit` without its end; how many times it is read. */
static size_t
count_units(const char *unit, const char *character, size_t n, bool *cut)
{
	struct buf b = { .max = SIZE_MAX / 2 };
	struct json_pieces ps = { 0 };
	struct json_reader reader;
	struct json_fault f;
	struct json_object *o, *s;
	size_t i, len = strlen(character), found;

	buf_append(&b, "{\"a\":\"", 6);
	for (i = 0; i < n; i++)
		buf_append(&b, unit, strlen(unit));
	buf_append(&b, "\",\"b\":\"\\ud83d\\ude00\"}", 21);
	json_reader_init(&reader);
	assert_int_equal(json_gate(buf_span(&b), 32, levels, 3, &ps, &f), 0);
	o = json_piece_read(&reader, &ps, 0);
	s = json_object_object_get(o, "a");
	found = (size_t)json_object_get_string_len(s) / len;
	assert_int_equal(json_object_get_string_len(s), found * len);
	for (i = 0; i < found; i++)
		assert_memory_equal(
		    json_object_get_string(s) + i * len, character, len);
	assert_string_equal(
	    json_object_get_string(json_object_object_get(o, "b")),
	    "\xf0\x9f\x98\x80");
	json_object_put(o);
	*cut = ps.piece[0].cut;
	json_reader_free(&reader);
	json_pieces_free(&ps);
	buf_free(&b);
	return found;
}

static void
long_strings_are_cut_between_characters(void **state)
{
	static const struct {
		const char *unit, *character;
	} rows[] = { { "a", "a" }, { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\xe2\x82\xac", "\xe2\x82\xac" }, { "\\n", "\n" },
		{ "\\u20ac", "\xe2\x82\xac" },
		{ "\\ud83d\\ude00", "\xf0\x9f\x98\x80" } };
	size_t i, whole, n;
	bool cut;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		whole = JSON_STRING / strlen(rows[i].unit);
		n = count_units(rows[i].unit, rows[i].character, whole, &cut);
		assert_int_equal(n, whole);
		assert_false(cut);
		n = count_units(
		    rows[i].unit, rows[i].character, 3 * whole, &cut);
		assert_in_range(n, whole, whole + 1);
		assert_true(cut);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_text_is_divided_at_the_arrays_that_are_named),
		cmocka_unit_test(
		    objects_and_arrays_that_nobody_reads_are_emptied),
		cmocka_unit_test(pieces_beyond_their_number_are_not_there),
		cmocka_unit_test(pairs_that_json_c_misreads_come_as_characters),
		cmocka_unit_test(
		    the_arrays_of_a_piece_have_only_so_many_elements),
		cmocka_unit_test(long_strings_are_cut_between_characters),
	};

	return cmocka_run_group_tests_name("pieces", tests, NULL, NULL);
}
