#include "scenes/containers.h"
#include "scenes/mails.h"

#include "model/limits.h"
#include "unpack/container.h"
#include "unpack/gzip_pack.h"
#include "unpack/unpack.h"

static const char report[] = "{\"organization-name\": \"Example\"}";

struct scene {
	struct buf in;	 /* what is to be unpacked */
	struct buf text; /* what came out last */
	struct buf all;	 /* all that came out, a newline behind each */
	struct buf room;
	struct findings fs;
	struct limits limits;
	char codes[2000];
};

static int
setup(void **state)
{
	struct scene *s = xcalloc(1, sizeof *s);

	s->in.max = s->all.max = s->room.max = SIZE_MAX / 2;
	s->limits = limits_default;
	s->text.max = s->limits.report;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	buf_free(&s->in);
	buf_free(&s->text);
	buf_free(&s->all);
	buf_free(&s->room);
	free(s);
	return 0;
}

static void
gzip_into(struct scene *s, const char *text)
{
	deflate_into(&s->in, MAX_WBITS + 16, text, strlen(text));
}

/*
 * Unpack all that s->in holds, keeping the codes: warnings and notes of all,
 * and the reasons, in the order they came.
 */
static void
unpack(struct scene *s)
{
	struct span bytes = exact_copy(buf_span(&s->in));
	struct unpack *u = unpack_open(bytes, &s->limits);
	size_t n = 0;
	char names[150];
	int got;

	buf_reset(&s->all);
	s->codes[0] = '\0';
	for (;;) {
		memset(&s->fs, 0, sizeof s->fs);
		if ((got = unpack_next(u, &s->text, &s->fs)) == 0)
			break;
		if (got == -1) {
			assert_int_equal(s->text.len, 0);
			n += (size_t)snprintf(s->codes + n, sizeof s->codes - n,
			    "!%s ", code_entry(s->fs.reject.code)->name);
		}
		buf_append(&s->all, s->text.data, s->text.len);
		buf_append(&s->all, "\n", 1);
		findings_names(&s->fs, CLASS_WARN, names, sizeof names);
		n += (size_t)snprintf(
		    s->codes + n, sizeof s->codes - n, "%s ", names);
		findings_names(&s->fs, CLASS_NOTE, names, sizeof names);
		n += (size_t)snprintf(
		    s->codes + n, sizeof s->codes - n, "%s", names);
		assert_true(s->all.len < 100 * 1024 * 1024);
	}
	assert_int_equal(unpack_next(u, &s->text, &s->fs), 0);
	unpack_close(u);
	free_span(bytes);
}

static void
assert_unpacks_to(struct scene *s, const char *text, const char *codes)
{
	unpack(s);
	assert_string_equal(s->codes, codes);
	if (!span_is(buf_span(&s->all), text))
		print_error("'%.*s'\n", (int)s->all.len, s->all.data);
	assert_true(span_is(buf_span(&s->all), text));
}

static void
assert_refused(struct scene *s, const char *code)
{
	char want[100];

	snprintf(want, sizeof want, "!%s ", code);
	unpack(s);
	if (strncmp(s->codes, want, strlen(want)) != 0)
		print_error("%s, got %s\n", code, s->codes);
	assert_true(strncmp(s->codes, want, strlen(want)) == 0);
}

static void
knows_a_container_by_its_first_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum container kind;
	} rows[] = {
		{ "", 0, CONTAINER_NONE },
		{ "\x1f\x8b\x08", 3, CONTAINER_GZIP },
		{ "\x1f\x8b", 2, CONTAINER_GZIP },
		{ "\x1f", 1, CONTAINER_GZIP },
		{ "\x1f\x8a", 2, CONTAINER_NONE },
		{ "PK\3\4", 4, CONTAINER_ZIP },
		{ "PK\5\6", 4, CONTAINER_ZIP },
		{ "PK\3", 3, CONTAINER_NONE },
		{ "\x78\x9c", 2, CONTAINER_ZLIB },
		{ "\x78\x01", 2, CONTAINER_ZLIB },
		{ "\x78\xda", 2, CONTAINER_ZLIB },
		{ "\x78\x9d", 2, CONTAINER_NONE },
		{ "\x78\xbb", 2, CONTAINER_NONE }, /* asks for a dictionary */
		{ "x", 1, CONTAINER_NONE },
		{ "{", 1, CONTAINER_JSON },
		{ "[", 1, CONTAINER_JSON },
		{ " \t\r\n{", 5, CONTAINER_JSON },
		{ "\xef\xbb\xbf{", 4, CONTAINER_JSON },
		{ "\xef\xbb\xbf\n[", 5, CONTAINER_JSON },
		{ "\xef\xbb\xbf", 3, CONTAINER_NONE },
		{ "\v{", 2, CONTAINER_NONE },
		{ "<xml>", 5, CONTAINER_NONE },
	};
	struct span s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		s = exact_copy((struct span){ rows[i].bytes, rows[i].n });
		if (container_kind(s) != rows[i].kind) {
			print_error("row %zu\n", i);
			fail();
		}
		free_span(s);
	}
}

static void
passes_json_on(void **state)
{
	struct scene *s = *state;

	buf_append(&s->in, report, strlen(report));
	assert_unpacks_to(s, "{\"organization-name\": \"Example\"}\n", " ");
	buf_reset(&s->in);
	assert_unpacks_to(s, "\n", " ");
	buf_append(&s->in, "nonsense", 8);
	assert_unpacks_to(s, "nonsense\n", " ");
}

static void
passes_as_much_json_on_as_the_limit(void **state)
{
	struct scene *s = *state;

	s->text.max = 10;
	buf_append(&s->in, "{23456789}", 10);
	assert_unpacks_to(s, "{23456789}\n", " ");
	buf_append(&s->in, "\n", 1);
	assert_refused(s, "json-too-large");
}

static void
unpacks_gzip_and_zlib(void **state)
{
	struct scene *s = *state;

	gzip_into(s, report);
	assert_unpacks_to(s, "{\"organization-name\": \"Example\"}\n", " ");
	buf_reset(&s->in);
	deflate_into(&s->in, MAX_WBITS, report, strlen(report));
	assert_unpacks_to(
	    s, "{\"organization-name\": \"Example\"}\n", "container-zlib ");
	buf_reset(&s->in);
	gzip_into(s, "");
	assert_unpacks_to(s, "\n", " ");
}

/* Make s->in what that many layers of gzip or zlib pack. */
static void
pack_layers(struct scene *s, int bits, unsigned layers)
{
	struct buf inner = { .max = SIZE_MAX / 2 }, swap;

	buf_reset(&s->in);
	buf_append(&s->in, report, strlen(report));
	while (layers-- > 0) {
		swap = inner;
		inner = s->in;
		s->in = swap;
		buf_reset(&s->in);
		s->in.max = SIZE_MAX / 2;
		deflate_into(&s->in, bits, inner.data, inner.len);
	}
	buf_free(&inner);
}

static void
unpacks_two_layers_and_no_third(void **state)
{
	struct scene *s = *state;

	pack_layers(s, MAX_WBITS + 16, 2);
	assert_unpacks_to(s, "{\"organization-name\": \"Example\"}\n", " ");
	pack_layers(s, MAX_WBITS, 2);
	assert_unpacks_to(
	    s, "{\"organization-name\": \"Example\"}\n", "container-zlib ");
	pack_layers(s, MAX_WBITS + 16, 3);
	unpack(s);
	assert_int_equal(container_kind(buf_span(&s->all)), CONTAINER_GZIP);
}

static void
knows_when_the_bytes_are_the_gzip_file_of_the_text(void **state)
{
	struct scene *s = *state;
	struct unpack *u;
	unsigned layers;

	for (layers = 0; layers <= 3; layers++) {
		pack_layers(s, MAX_WBITS + 16, layers);
		u = unpack_open(buf_span(&s->in), &s->limits);
		assert_int_equal(unpack_next(u, &s->text, &s->fs), 1);
		assert_int_equal(unpack_is_gzip_file(u), layers == 1);
		unpack_close(u);
	}
}

static void
counts_the_limit_in_each_layer(void **state)
{
	struct scene *s = *state;
	struct buf inner = { .max = SIZE_MAX / 2 };
	char *data = xcalloc(100001, 1);

	for (size_t n = 100000; n <= 100001; n++) {
		buf_reset(&inner);
		buf_reset(&s->in);
		deflate_into(&inner, MAX_WBITS + 16, data, n);
		deflate_into(&s->in, MAX_WBITS + 16, inner.data, inner.len);
		s->text.max = 100000;
		if (n == 100001) {
			assert_refused(s, "decompressed-too-large");
			continue;
		}
		unpack(s);
		assert_int_equal(s->all.len, n + 1);
	}
	buf_free(&inner);
	free(data);
}

static void
reads_every_optional_field_of_a_gzip_header(void **state)
{
	unsigned char extra[] = { 1, 2, 3 }, name[] = "../../etc/passwd",
		      comment[] = "c";
	gz_header header = { .text = 1,
		.time = 1,
		.extra = extra,
		.extra_len = 3,
		.name = name,
		.comment = comment,
		.hcrc = 1 };
	struct scene *s = *state;
	z_stream zs = { 0 };
	size_t room;

	deflateInit2(&zs, 9, Z_DEFLATED, MAX_WBITS + 16, 8, 0);
	deflateSetHeader(&zs, &header);
	zs.next_in = (const unsigned char *)report;
	zs.avail_in = (uInt)strlen(report);
	zs.next_out = (unsigned char *)buf_room(&s->in, 1000, &room);
	zs.avail_out = (uInt)room;
	assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
	s->in.len += room - zs.avail_out;
	deflateEnd(&zs);
	assert_unpacks_to(s, "{\"organization-name\": \"Example\"}\n", " ");
	s->in.data[12] ^= 1; /* the header has a CRC of its own */
	assert_refused(s, "gzip-invalid");
}

static void
reads_every_member_of_a_gzip_file(void **state)
{
	struct scene *s = *state;

	gzip_into(s, "{\"a\"");
	gzip_into(s, "");
	gzip_into(s, ":1}");
	assert_unpacks_to(s, "{\"a\":1}\n", "gzip-multi-member ");
	buf_append(&s->in, "\0", 1);
	assert_unpacks_to(
	    s, "{\"a\":1}\n", "gzip-multi-member gzip-trailing-data ");
}

static void
overlooks_what_stands_behind_the_last_member(void **state)
{
	static const char *const rows[] = { "\r\n", "\x1f", "\x1f\x8c", "{}" };
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&s->in);
		gzip_into(s, "{}");
		buf_append(&s->in, rows[i], strlen(rows[i]));
		assert_unpacks_to(s, "{}\n", "gzip-trailing-data ");
	}
	buf_reset(&s->in);
	deflate_into(&s->in, MAX_WBITS, "{}", 2);
	buf_append(&s->in, "\x1f\x8b", 2);
	assert_unpacks_to(s, "{}\n", "container-zlib gzip-trailing-data ");
}

static void
counts_the_faults_of_a_further_member(void **state)
{
	struct scene *s = *state;
	size_t first, n;

	gzip_into(s, "{}");
	first = s->in.len;
	gzip_into(s, "x");
	for (n = s->in.len - 1; n >= first + 2; n--) {
		s->in.len = n;
		assert_refused(s, "gzip-truncated");
	}
	s->in.len = first;
	buf_append(&s->in, "\x1f\x8b\x09\0", 4);
	assert_refused(s, "gzip-invalid");
}

static void
refuses_every_truncation(void **state)
{
	struct scene *s = *state;

	gzip_into(s, report);
	while (s->in.len-- > 1)
		assert_refused(s, "gzip-truncated");
	buf_reset(&s->in);
	deflate_into(&s->in, MAX_WBITS, report, strlen(report));
	while (s->in.len-- > 2)
		assert_refused(s, "gzip-truncated");
}

static void
refuses_every_wrong_byte_of_the_check(void **state)
{
	struct scene *s = *state;
	size_t i;

	gzip_into(s, report);
	for (i = s->in.len - 8; i < s->in.len; i++) {
		s->in.data[i] ^= 0x10;
		assert_refused(s, "gzip-invalid");
		s->in.data[i] ^= 0x10;
	}
	s->in.data[2] = 7; /* another method (RFC 1952 §2.3.1) */
	assert_refused(s, "gzip-invalid");
	s->in.data[2] = 8;
	s->in.data[3] = 0x20; /* a reserved flag */
	assert_refused(s, "gzip-invalid");
	s->in.data[3] = 0;
	unpack(s);
	assert_string_equal(s->codes, " ");
}

static void
inflates_as_much_as_the_limit(void **state)
{
	static const size_t sizes[] = { 1, 100, 4096, 65535, 65536, 65537,
		200000 };
	struct scene *s = *state;
	char *data = xmalloc(200000);
	size_t i;
	int bits;

	memset(data, ' ', 200000);
	for (bits = MAX_WBITS; bits <= MAX_WBITS + 16; bits += 16)
		for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			buf_free(&s->text);
			buf_reset(&s->in);
			deflate_into(&s->in, bits, data, sizes[i]);
			s->text.max = sizes[i];
			unpack(s);
			assert_int_equal(s->all.len, sizes[i] + 1);
			s->text.max = sizes[i] - 1;
			buf_free(&s->text);
			assert_refused(s, "decompressed-too-large");
			assert_true(s->text.cap <= sizes[i]);
		}
	free(data);
}

/* The bound is reached, and what is left holds nothing more. */
static void
reads_on_at_the_limit_for_what_adds_nothing(void **state)
{
	struct scene *s = *state;

	gzip_into(s, "{23456789}");
	gzip_into(s, "");
	s->text.max = 10;
	assert_unpacks_to(s, "{23456789}\n", "gzip-multi-member ");
	gzip_into(s, "x");
	assert_refused(s, "decompressed-too-large");
}

static void
stops_a_bomb_at_the_limit(void **state)
{
	struct scene *s = *state;
	size_t n = 64 * 1024 * 1024;
	char *data = xcalloc(n, 1);

	deflate_into(&s->in, MAX_WBITS + 16, data, n);
	free(data);
	assert_refused(s, "decompressed-too-large");
	assert_true(s->text.cap <= s->limits.report);
}

static void
reads_any_number_of_members(void **state)
{
	struct scene *s = *state;
	struct buf one = { .max = 1000 };

	deflate_into(&one, MAX_WBITS + 16, "", 0);
	while (s->in.len < 5 * 1024 * 1024)
		buf_append(&s->in, one.data, one.len);
	buf_free(&one);
	assert_unpacks_to(s, "\n", "gzip-multi-member ");
}

static void
unpacks_zip(void **state)
{
	struct scene *s = *state;

	zip_into(&s->in, (struct entry[]){ { ENTRY("a.json", "{}") }, { 0 } });
	assert_unpacks_to(s, "{}\n", "container-zip ");
	zip_into(
	    &s->in, (struct entry[]){
			{ ENTRY("x", "nonsense"), .stored = true }, { 0 } });
	assert_unpacks_to(s, "nonsense\n", "container-zip ");
	zip_into(&s->in, (struct entry[]){ { ENTRY("a.json", "") }, { 0 } });
	assert_unpacks_to(s, "\n", "container-zip ");
}

static void
unpacks_every_report_of_a_zip(void **state)
{
	struct scene *s = *state;

	zip_into(&s->in,
	    (struct entry[]){ { ENTRY("a/", "") }, { ENTRY("a/1.json", "{1}") },
		{ ENTRY("2.bin", " {2}") }, { ENTRY("README", "words") },
		{ ENTRY("3.json", "three") },
		{ ENTRY("__MACOSX/._1.json", "{}") }, { 0 } });
	assert_unpacks_to(s, "{1}\n {2}\nthree\n",
	    "container-zip multiple-report-parts"
	    "container-zip multiple-report-parts"
	    "container-zip multiple-report-parts");
	zip_into(&s->in, (struct entry[]){ { ENTRY("README", "words") },
			     { ENTRY("1.json", "{1}") }, { 0 } });
	assert_unpacks_to(s, "{1}\n", "container-zip ");
}

static void
unpacks_gzip_in_zip(void **state)
{
	struct scene *s = *state;
	struct buf gz = { .max = 1000 };

	deflate_into(&gz, MAX_WBITS + 16, "{}", 2);
	zip_into(&s->in,
	    (struct entry[]){
		{ .name = "a.json.gz", .data = gz.data, .n = gz.len }, { 0 } });
	assert_unpacks_to(s, "{}\n", "container-zip ");
	zip_into(&s->in,
	    (struct entry[]){
		{ .name = "a.json.gz", .data = gz.data, .n = gz.len - 1 },
		{ 0 } });
	assert_refused(s, "gzip-truncated");
	buf_free(&gz);
}

static void
refuses_a_zip_in_a_zip(void **state)
{
	struct scene *s = *state;
	struct span inner;

	zip_into(&s->in, (struct entry[]){ { ENTRY("a.json", "{}") }, { 0 } });
	inner = exact_copy(buf_span(&s->in));
	zip_into(&s->in,
	    (struct entry[]){
		{ .name = "a.zip", .data = inner.p, .n = inner.n }, { 0 } });
	assert_refused(s, "zip-invalid");
	free_span(inner);
}

static void
goes_on_behind_a_refused_entry(void **state)
{
	struct scene *s = *state;

	zip_into(&s->in, (struct entry[]){ { ENTRY("1.json", "{1}") },
			     { ENTRY("2.json", "{2}"), .encrypted = true },
			     { ENTRY("3.json", "{3}") }, { 0 } });
	assert_unpacks_to(s, "{1}\n\n{3}\n",
	    "container-zip multiple-report-parts"
	    "!zip-encrypted container-zip multiple-report-parts"
	    "container-zip multiple-report-parts");
}

static void
takes_as_many_entries_as_the_limit(void **state)
{
	struct entry e[13] = { { 0 } };
	struct scene *s = *state;
	static const char *const names[] = { "0", "1", "2", "3", "4", "5", "6",
		"7", "8", "9", "10" };
	size_t i;

	for (i = 0; i < 10; i++)
		e[i] = (struct entry){ ENTRY(names[i], "{}") };
	zip_into(&s->in, e);
	unpack(s);
	assert_int_equal(s->all.len, 30);
	e[10] = (struct entry){ ENTRY(names[10], "{}") };
	zip_into(&s->in, e);
	assert_refused(s, "zip-too-many-entries");
}

static void
inflates_as_much_of_an_entry_as_the_limit(void **state)
{
	struct scene *s = *state;
	char *data = xmalloc(100001);

	memset(data, ' ', 100001);
	s->text.max = 100000;
	zip_into(
	    &s->in, (struct entry[]){
			{ .name = "a", .data = data, .n = 100000 }, { 0 } });
	unpack(s);
	assert_int_equal(s->all.len, 100001);
	zip_into(
	    &s->in, (struct entry[]){
			{ .name = "a", .data = data, .n = 100001 }, { 0 } });
	assert_refused(s, "decompressed-too-large");
	zip_into(&s->in,
	    (struct entry[]){
		{ .name = "a", .data = data, .n = 100001, .stored = true },
		{ 0 } });
	assert_refused(s, "decompressed-too-large");
	free(data);
}

static void
refuses_a_zip_that_is_cut_or_damaged(void **state)
{
	struct scene *s = *state;
	size_t n;

	zip_into(
	    &s->in, (struct entry[]){ { ENTRY("a.json", report) }, { 0 } });
	s->in.data[40] ^= 0x40; /* in the data */
	assert_refused(s, "zip-invalid");
	s->in.data[40] ^= 0x40;
	for (n = s->in.len - 1; n >= 4; n--) {
		s->in.len = n;
		assert_refused(s, "zip-invalid");
	}
}

static void
put(struct buf *b, unsigned long long v, unsigned bytes)
{
	char c;

	for (; bytes > 0; bytes--, v >>= 8) {
		c = (char)(v & 0xff);
		buf_append(b, &c, 1);
	}
}

/* A zip64 directory that claims a billion entries where there are none. */
static void
believes_no_count_in_a_directory(void **state)
{
	struct scene *s = *state;
	size_t at;

	zip_into(&s->in, (struct entry[]){ { ENTRY("a.json", "{}") }, { 0 } });
	s->in.len -= 22;
	at = s->in.len;
	buf_append(&s->in, "PK\6\6", 4);
	put(&s->in, 44, 8);
	put(&s->in, 45, 2);
	put(&s->in, 45, 2);
	put(&s->in, 0, 8);
	put(&s->in, 1000000000, 8);
	put(&s->in, 1000000000, 8);
	put(&s->in, 52, 8);
	put(&s->in, 0, 8);
	buf_append(&s->in, "PK\6\7", 4);
	put(&s->in, 0, 4);
	put(&s->in, at, 8);
	put(&s->in, 1, 4);
	buf_append(&s->in, "PK\5\6", 4);
	put(&s->in, 0, 4);
	put(&s->in, 0xffffffffffffffff, 12);
	put(&s->in, 0, 2);
	assert_refused(s, "zip-invalid");
}

static void
counts_the_headers_before_reading_them(void **state)
{
	struct scene *s = *state;
	size_t i;

	buf_append(&s->in, "PK\3\4", 4);
	for (i = 0; i < 100000; i++)
		buf_append(&s->in, "PK\1\2", 4);
	assert_refused(s, "zip-too-many-entries");
}

static void
packs_what_unpacks_to_the_same(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, 65536, 1000000 };
	struct scene *s = *state;
	struct buf again = { .max = SIZE_MAX / 2 };
	char *data = xmalloc(1000000);
	size_t i;

	for (i = 0; i < 1000000; i++)
		data[i] = (char)(i * i >> 5);
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		buf_reset(&s->in);
		buf_reset(&again);
		assert_int_equal(
		    pack_gzip((struct span){ data, sizes[i] }, &s->in), 0);
		pack_gzip((struct span){ data, sizes[i] }, &again);
		assert_true(same(buf_span(&s->in), buf_span(&again)));
		/* no flags, no time, the fastest, no system */
		assert_memory_equal(
		    s->in.data, "\x1f\x8b\x08\0\0\0\0\0\4\xff", 10);
		unpack(s);
		assert_int_equal(s->all.len, sizes[i] + 1);
		assert_memory_equal(s->all.data, data, sizes[i]);
	}
	buf_free(&again);
	free(data);
}

static void
packs_nothing_where_the_room_is_too_small(void **state)
{
	struct scene *s = *state;
	size_t n;

	pack_gzip(span_of(report), &s->in);
	n = s->in.len;
	s->room.max = n + 2;
	buf_append(&s->room, "ab", 2);
	assert_int_equal(pack_gzip(span_of(report), &s->room), 0);
	assert_int_equal(s->room.len, n + 2);
	buf_free(&s->room);
	s->room.max = n + 1;
	buf_append(&s->room, "ab", 2);
	assert_int_equal(pack_gzip(span_of(report), &s->room), -1);
	assert_int_equal(s->room.len, 2);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(knows_a_container_by_its_first_bytes),
		TEST(passes_json_on),
		TEST(passes_as_much_json_on_as_the_limit),
		TEST(unpacks_gzip_and_zlib),
		TEST(unpacks_two_layers_and_no_third),
		TEST(knows_when_the_bytes_are_the_gzip_file_of_the_text),
		TEST(counts_the_limit_in_each_layer),
		/* R12 */
		TEST(reads_every_optional_field_of_a_gzip_header),
		/* R12 */
		TEST(reads_every_member_of_a_gzip_file),
		/* R12 */
		TEST(overlooks_what_stands_behind_the_last_member),
		/* R12 */
		TEST(counts_the_faults_of_a_further_member),
		/* R12 */
		TEST(refuses_every_truncation),
		/* R12 */
		TEST(refuses_every_wrong_byte_of_the_check),
		/* R12 */
		TEST(inflates_as_much_as_the_limit),
		TEST(reads_on_at_the_limit_for_what_adds_nothing),
		TEST(stops_a_bomb_at_the_limit),
		TEST(reads_any_number_of_members),
		/* R3 */
		TEST(unpacks_zip),
		/* R3, R5 */
		TEST(unpacks_every_report_of_a_zip),
		TEST(unpacks_gzip_in_zip),
		TEST(refuses_a_zip_in_a_zip),
		TEST(goes_on_behind_a_refused_entry),
		TEST(takes_as_many_entries_as_the_limit),
		TEST(inflates_as_much_of_an_entry_as_the_limit),
		TEST(refuses_a_zip_that_is_cut_or_damaged),
		TEST(believes_no_count_in_a_directory),
		TEST(counts_the_headers_before_reading_them),
		TEST(packs_what_unpacks_to_the_same),
		TEST(packs_nothing_where_the_room_is_too_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
