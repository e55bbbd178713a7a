#include "scenes/reports.h"

#include <dirent.h>
#include <json-c/json.h>

#include "json/jsontext.h"

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

static const struct jsontext_shape nothing = { .elements = 0 };

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

	json_tokener_set_flags(
	    t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(t, copy, (int)text.n + 1);
	if (json_tokener_get_error(t) != json_tokener_success)
		fail_msg("json-c: %s: %s",
		    json_tokener_error_desc(json_tokener_get_error(t)), copy);
	free(copy);
	json_tokener_free(t);
	return o;
}

/* Names of an object in the text of the scanner, at the depth below it. */
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

/* What json-c is given: it reads some surrogate pairs wrong. */
static struct span
undo_pairs(struct span string, char *out)
{
	return (struct span){ out, jsontext_undo_pairs(string, out) };
}

/* Every string of the text, unescaped by us and by json-c. */
static void
compare_strings(struct span text)
{
	struct json_object *o;
	struct span raw, whole;
	size_t i, begin, n;
	char *out;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] != '"')
			continue;
		begin = i++;
		for (; text.p[i] != '"'; i++)
			i += text.p[i] == '\\';
		whole = (struct span){ text.p + begin, i + 1 - begin };
		raw = (struct span){ whole.p + 1, whole.n - 2 };
		out = xmalloc(2 * whole.n);
		n = jsontext_unescape(raw, out);
		whole = undo_pairs(whole, out + n);
		o = read_with_json_c(whole);
		if ((size_t)json_object_get_string_len(o) != n ||
		    memcmp(json_object_get_string(o), out, n) != 0)
			fail_msg(
			    "read differently: %.*s", (int)whole.n, whole.p);
		json_object_put(o);
		free(out);
	}
}

/* Whether the scanner let it through. */
static bool
compare(struct scene *s, struct span text)
{
	struct jsontext t = { 0 };
	struct jsontext_fault f;
	struct span copy = exact_copy(text), body;
	struct json_object *o;
	int rc;

	rc = jsontext_scan(copy, DEPTH, &nothing, &t, &f);
	if (rc == 0) {
		body = span_skip(copy, t.bom ? 3 : 0);
		o = read_with_json_c(body);
		assert_int_equal(count_values(o), count_values_of_text(body));
		json_object_put(o);
		compare_strings(body);
	}
	parse(s, copy);
	if (rc == -1 && s->rc == 0)
		fail_msg("refused and taken: %.*s", (int)text.n, text.p);
	jsontext_free(&t);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json_c_reads_what_the_scanner_lets_through),
		TEST(strings_of_all_characters_are_read_the_same),
	};

	return cmocka_run_group_tests_name("json-c", tests, NULL, NULL);
}
