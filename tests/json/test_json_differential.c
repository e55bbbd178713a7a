#include "scenes/reports.h"

#include <dirent.h>
#include <json-c/json.h>

#include "base/utf8.h"
#include "json/json_gate.h"

/*
 * What the scanner lets through, json-c must read, and read the same: the
 * texts are the vectors, and mutations of them with a fixed seed.
 */
enum {
	DEPTH = 32,
	MUTATIONS = 150, /* of each vector */
	MUTABLE = 4000	 /* bytes; larger texts are only read as they are */
};

static const char folder[] = "tests/fixtures/vectors";

static const char *const nothing[] = { NULL };
static const struct json_level whole = { .max = 1, .read = nothing };

/* xorshift64 */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct json_object *
read_with_json_c(struct span text)
{
	struct json_tokener *t = json_tokener_new_ex(DEPTH + 1);
	struct json_object *o;

	/* the terminator ends a number that is the whole text */
	char *copy = xstrndup(text.p, text.n);

	/* not STRICT: json-c 0.18 then refuses all that is not ASCII */
	json_tokener_set_flags(t, JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(t, copy, (int)text.n + 1);
	if (json_tokener_get_error(t) != json_tokener_success)
		fail_msg("json-c: %s: %s",
		    json_tokener_error_desc(json_tokener_get_error(t)), copy);
	free(copy);
	json_tokener_free(t);
	return o;
}

/* How many values there are in what json-c read. */
static size_t
count_values(struct json_object *o)
{
	size_t i, n = 1;

	switch (json_object_get_type(o)) {
	case json_type_object: {
		json_object_object_foreach(o, name, value)
		{
			(void)name;
			n += count_values(value);
		}
		break;
	}
	case json_type_array:
		for (i = 0; i < json_object_array_length(o); i++)
			n += count_values(json_object_array_get_idx(o, i));
		break;
	default:
		break;
	}
	return n;
}

/* Values in a checked text: those that follow `[`, `,` or `:`, and the first.
 */
static size_t
count_values_of_text(struct span text)
{
	size_t i, n = 1;
	bool in_string = false, in_object[DEPTH + 1] = { false };
	unsigned depth = 0;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (in_string) {
			i += c == '\\';
			in_string = c != '"';
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			in_object[++depth] = c == '{';
			if (c == '[' &&
			    span_trim(span_skip(text, i + 1)).p[0] != ']')
				n++;
		} else if (c == '}' || c == ']') {
			depth--;
		} else if (c == ':' || (c == ',' && !in_object[depth])) {
			n++;
		}
	}
	return n;
}

/* The character of the checked escape at `p`, and the escape's length. */
static unsigned
escaped(const char *p, size_t *len)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	unsigned unit, low;

	*len = 2;
	if (p[1] != 'u')
		return (unsigned char)to[strchr(from, p[1]) - from];
	assert_int_equal(sscanf(p + 2, "%4x", &unit), 1);
	*len = 6;
	if (unit < 0xd800 || unit > 0xdbff)
		return unit;
	assert_int_equal(sscanf(p + 8, "%4x", &low), 1);
	*len = 12;
	return ((unit - 0xd800) << 10) + (low - 0xdc00) + 0x10000;
}

/* Undo the escapes of a string's inside, by the book. */
static size_t
decode(struct span raw, char *out)
{
	size_t i, n = 0, len;

	for (i = 0; i < raw.n; i += len) {
		len = 1;
		if (raw.p[i] == '\\')
			n += utf8_encode(escaped(raw.p + i, &len), out + n);
		else
			out[n++] = raw.p[i];
	}
	return n;
}

/* The one element of an array, as it comes through the gate and json-c. */
static struct json_object *
read_element(struct span text, struct json_object **array)
{
	struct json_pieces pieces = { 0 };
	struct json_reader reader;
	struct json_fault f;
	struct buf b = { .max = SIZE_MAX / 2 };

	buf_append(&b, "[", 1);
	buf_append(&b, text.p, text.n);
	buf_append(&b, "]", 1);
	json_reader_init(&reader);
	assert_int_equal(
	    json_gate(buf_span(&b), DEPTH, &whole, 1, &pieces, &f), 0);
	*array = json_piece_read(&reader, &pieces, 0);
	json_reader_free(&reader);
	json_pieces_free(&pieces);
	buf_free(&b);
	assert_int_equal(json_object_array_length(*array), 1);
	return json_object_array_get_idx(*array, 0);
}

/* Every string of the text, decoded here and by json-c. */
static void
compare_strings(struct span text)
{
	struct json_object *o, *array;
	struct span string;
	size_t i, begin, n;
	char *out;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] != '"')
			continue;
		begin = i++;
		for (; text.p[i] != '"'; i++)
			i += text.p[i] == '\\';
		string = (struct span){ text.p + begin, i + 1 - begin };
		out = xmalloc(string.n);
		n = decode((struct span){ string.p + 1, string.n - 2 }, out);
		o = read_element(string, &array);
		if ((size_t)json_object_get_string_len(o) != n ||
		    memcmp(json_object_get_string(o), out, n) != 0)
			fail_msg(
			    "read differently: %.*s", (int)string.n, string.p);
		json_object_put(array);
		free(out);
	}
}

/* Whether the scanner let it through. */
static bool
compare(struct scene *s, struct span text)
{
	struct json_pieces pieces = { 0 };
	struct json_fault f;
	struct span copy = exact_copy(text), body;
	struct json_object *o;
	int rc;

	rc = json_gate(copy, DEPTH, &whole, 1, &pieces, &f);
	if (rc == 0) {
		body = span_skip(copy, pieces.bom ? 3 : 0);
		o = read_with_json_c(body);
		assert_int_equal(count_values(o), count_values_of_text(body));
		json_object_put(o);
		compare_strings(body);
	}
	parse(s, copy);
	if (rc == -1 && s->rc == 0)
		fail_msg("refused and taken: %.*s", (int)text.n, text.p);
	json_pieces_free(&pieces);
	free_span(copy);
	return rc == 0;
}

/* Change a byte or a few, as hostile hands and bad lines do. */
static void
mutate(struct buf *b, uint64_t *seed)
{
	static const char *const tokens[] = { "\"", "\\", "{", "}", "[", "]",
		":", ",", "null", "true", "-", "0", "1e5", ".5", " ", "\n",
		"\\u0000", "\\ud83d", "\\u0041", "\xc3\xa9", "\xff", "{}", "[]",
		"\"\"", "\"policies\"" };
	const char *token = tokens[next_random(seed) % LENGTH(tokens)];
	size_t at = next_random(seed) % (b->len + 1), n = strlen(token), room;

	switch (next_random(seed) % 4) {
	case 0: /* insert */
		buf_room(b, n, &room);
		memmove(b->data + at + n, b->data + at, b->len - at);
		memcpy(b->data + at, token, n);
		b->len += n;
		break;
	case 1: /* remove */
		n = next_random(seed) % 8 + 1;
		n = n < b->len - at ? n : b->len - at;
		memmove(b->data + at, b->data + at + n, b->len - at - n);
		b->len -= n;
		break;
	case 2: /* overwrite */
		if (at < b->len)
			b->data[at] = (char)next_random(seed);
		break;
	default: /* cut */
		if (next_random(seed) % 4 == 0)
			b->len = at;
		break;
	}
}

static void
compare_mutations(struct scene *s, struct span text, uint64_t seed)
{
	struct buf b = { .max = SIZE_MAX / 2 };
	size_t i, j, changes;

	for (i = 0; i < MUTATIONS; i++) {
		buf_reset(&b);
		buf_append(&b, text.p, text.n);
		changes = next_random(&seed) % 3 + 1;
		for (j = 0; j < changes; j++)
			mutate(&b, &seed);
		compare(s, buf_span(&b));
	}
	buf_free(&b);
}

static void
json_c_reads_what_the_scanner_lets_through(void **state)
{
	struct scene *s = *state;
	DIR *dir = opendir(folder);
	struct dirent *e;
	struct span text;
	size_t taken = 0;
	char path[1000];

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		if (!span_ends_nocase(span_of(e->d_name), ".json"))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		text = read_whole(path);
		taken += compare(s, text);
		if (text.n < MUTABLE) /* the seed of a vector is its number */
			compare_mutations(s, text,
			    UINT64_C(0x9e3779b97f4a7c15) *
				(strtoull(e->d_name, NULL, 10) + 1));
		free_span(text);
	}
	closedir(dir);
	assert_true(taken > 200);
}

static void
strings_of_all_characters_are_read_the_same(void **state)
{
	struct scene *s = *state;
	unsigned c;

	for (c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		start_text(s);
		if (c < 0x10000)
			addf(s, "\"\\u%04x\\u%04X\"", c, c);
		else
			addf(s, "\"\\u%04x\\u%04X\"",
			    0xd800 + ((c - 0x10000) >> 10),
			    0xdc00 + ((c - 0x10000) & 0x3ff));
		compare_strings(buf_span(&s->text));
	}
}

/* Whole numbers are known exactly, or else to be too large or too small. */
static void
numbers_without_a_point_are_read_exactly(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "-1", -1 },
		{ "9007199254740991", 9007199254740991 },
		{ "9007199254740993", 9007199254740993 },
		{ "9223372036854775807", INT64_MAX },
		{ "9223372036854775808", INT64_MAX },
		{ "18446744073709551615", INT64_MAX },
		{ "18446744073709551616", INT64_MAX },
		{ "100000000000000000000000000000000000000000", INT64_MAX },
		{ "-9223372036854775809", INT64_MIN },
	};
	struct json_object *o, *array;
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(rows); i++) {
		o = read_element(span_of(rows[i].text), &array);
		assert_true(json_object_is_type(o, json_type_int));
		assert_int_equal(json_object_get_int64(o), rows[i].value);
		json_object_put(array);
	}
}

/* Of the others json-c keeps the digits, from which the count is taken. */
static void
other_numbers_keep_their_digits(void **state)
{
	static const char *const rows[] = { "1.0", "4.12e2", "1E5", "-0.0",
		"1e400", "0.1000000000000000055511151231257827",
		"900719925474099100000e-5" };
	struct json_object *o, *array;
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(rows); i++) {
		o = read_element(span_of(rows[i]), &array);
		assert_true(json_object_is_type(o, json_type_double));
		assert_string_equal(json_object_get_string(o), rows[i]);
		json_object_put(array);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json_c_reads_what_the_scanner_lets_through),
		TEST(strings_of_all_characters_are_read_the_same),
		TEST(numbers_without_a_point_are_read_exactly),
		TEST(other_numbers_keep_their_digits),
	};

	return cmocka_run_group_tests_name("json-c", tests, NULL, NULL);
}
