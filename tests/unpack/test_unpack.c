#include "scenes/mails.h"

#include <time.h>
#include <zip.h>
#include <zlib.h>

#include "model/limits.h"
#include "unpack/gzip_pack.h"
#include "unpack/peek.h"
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

/* Append `data` in a format that windowBits names (zlib.h). */
static void
deflate_into(struct buf *out, int bits, const void *data, size_t n)
{
	z_stream zs = { .next_in = data, .avail_in = (uInt)n };
	size_t room;

	assert_int_equal(deflateInit2(&zs, 9, Z_DEFLATED, bits, 8, 0), Z_OK);
	zs.next_out = (unsigned char *)buf_room(out, n + 1000, &room);
	zs.avail_out = (uInt)room;
	assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
	out->len += room - zs.avail_out;
	deflateEnd(&zs);
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
		if (unpack_sniff(s) != rows[i].kind) {
			print_error("row %zu\n", i);
			fail();
		}
		free_span(s);
	}
}

static void
trusts_the_bytes_and_not_the_transfer_encoding(void **state)
{
	static const struct {
		const char *in;
		enum mime_encoding label;
		const char *out; /* NULL: refused */
	} rows[] = {
		{ "eyJhIjoxfQ==", MIME_BASE64, "{\"a\":1}" },
		{ "eyJh\r\nIjox fQ", MIME_BASE64, "{\"a\":1}" },
		{ "eyJhIjoxfQ==", MIME_IDENTITY, "{\"a\":1}" },
		{ "eyJhIjoxfQ==", MIME_QUOTED_PRINTABLE, "{\"a\":1}" },
		{ "\r\n eyJhIjoxfQ", MIME_OTHER, "{\"a\":1}" },
		{ "77u/eyJhIjoxfQ==", MIME_IDENTITY, "\xef\xbb\xbf{\"a\":1}" },
		{ "{\"a\":1}", MIME_BASE64, "{\"a\":1}" },
		{ " \n[1]", MIME_BASE64, " \n[1]" },
		{ "{\"a\":1}", MIME_UUENCODE, "{\"a\":1}" },
		{ "{\"a\":1}", MIME_OTHER, "{\"a\":1}" },
		{ "{\"=C3=BC\":1=\r\n}", MIME_QUOTED_PRINTABLE, "{\"ü\":1}" },
		{ "=7B\"a\":1}", MIME_QUOTED_PRINTABLE, "{\"a\":1}" },
		{ "=1F=8B", MIME_QUOTED_PRINTABLE, "\x1f\x8b" },
		{ "x^y", MIME_QUOTED_PRINTABLE, "x^y" },
		{ "\x1f\x8b=3D", MIME_QUOTED_PRINTABLE, "\x1f\x8b=3D" },
		{ "\x1f\x8b+/", MIME_BASE64, "\x1f\x8b+/" },
		{ "plain words", MIME_IDENTITY, "plain words" },
		{ "example, words", MIME_IDENTITY, "example, words" },
		{ "eyJ, words", MIME_IDENTITY, "eyJ, words" },
		{ "ey Jh but no", MIME_IDENTITY, "ey Jh but no" },
		{ "", MIME_BASE64, "" },
		{ "", MIME_IDENTITY, "" },
		{ "", MIME_QUOTED_PRINTABLE, "" },
		{ "eyJh!IjoxfQ==", MIME_BASE64, NULL },
		{ "eyJhI", MIME_BASE64, NULL },
		{ "plain words.", MIME_BASE64, NULL },
	};
	struct scene *s = *state;
	struct span in, out;
	int rc;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		memset(&s->fs, 0, sizeof s->fs);
		in = exact_copy(span_of(rows[i].in));
		rc = unpack_transfer(in, rows[i].label, &s->room, &out, &s->fs);
		if (rows[i].out == NULL
			? rc != -1 ||
			      s->fs.reject.code != CODE_TRANSFER_ENCODING
			: rc != 0 || !span_is(out, rows[i].out)) {
			print_error("%s as %d: %d '%.*s'\n", rows[i].in,
			    (int)rows[i].label, rc, (int)out.n, out.p);
			fail();
		}
		free_span(in);
	}
}

static void
refuses_uuencode(void **state)
{
	struct scene *s = *state;
	struct span out;

	assert_int_equal(unpack_transfer(span_of("begin 644 a\n"),
			     MIME_UUENCODE, &s->room, &out, &s->fs),
	    -1);
	assert_int_equal(s->fs.reject.code, CODE_UUENCODE);
}

static void
decodes_no_more_than_its_room(void **state)
{
	struct scene *s = *state;
	struct span out;

	s->room.max = 6; /* the estimate is three more than four make */
	assert_int_equal(unpack_transfer(span_of("Zm9v"), MIME_BASE64, &s->room,
			     &out, &s->fs),
	    0);
	assert_int_equal(unpack_transfer(span_of("Zm9vZm9vZm9v"), MIME_BASE64,
			     &s->room, &out, &s->fs),
	    -1);
	assert_int_equal(s->fs.reject.code, CODE_MESSAGE_TOO_LARGE);
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
	clock_t begin;

	deflate_into(&s->in, MAX_WBITS + 16, data, n);
	free(data);
	begin = clock();
	assert_refused(s, "decompressed-too-large");
	assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 2);
	assert_true(s->text.cap <= s->limits.report);
}

static void
is_linear_in_the_number_of_members(void **state)
{
	struct scene *s = *state;
	struct buf one = { .max = 1000 };
	clock_t begin;

	deflate_into(&one, MAX_WBITS + 16, "", 0);
	while (s->in.len < 5 * 1024 * 1024)
		buf_append(&s->in, one.data, one.len);
	buf_free(&one);
	begin = clock();
	assert_unpacks_to(s, "\n", "gzip-multi-member ");
	assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 2);
}

struct entry {
	const char *name;
	const void *data;
	size_t n;
	bool stored, encrypted;
};

/* Make s->in a zip of the entries up to one without a name. */
static void
zip_into(struct scene *s, const struct entry *e)
{
	zip_error_t error;
	zip_source_t *out, *in;
	zip_t *z;
	zip_int64_t i, got;
	size_t room;
	char *to;

	zip_error_init(&error);
	out = zip_source_buffer_create(NULL, 0, 0, &error);
	zip_source_keep(out);
	z = zip_open_from_source(out, ZIP_TRUNCATE, &error);
	assert_non_null(z);
	for (; e->name != NULL; e++) {
		in = zip_source_buffer(z, e->data, e->n, 0);
		i = zip_file_add(z, e->name, in, ZIP_FL_OVERWRITE);
		assert_true(i >= 0);
		zip_set_file_compression(z, (zip_uint64_t)i,
		    e->stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 9);
		if (e->encrypted)
			zip_file_set_encryption(
			    z, (zip_uint64_t)i, ZIP_EM_TRAD_PKWARE, "secret");
	}
	assert_int_equal(zip_close(z), 0);
	assert_int_equal(zip_source_open(out), 0);
	buf_reset(&s->in);
	to = buf_room(&s->in, 64 * 1024 * 1024, &room);
	got = zip_source_read(out, to, room);
	assert_true(got > 0);
	s->in.len = (size_t)got;
	zip_source_close(out);
	zip_source_free(out);
	zip_error_fini(&error);
}

#define ENTRY(called, text) \
	.name = (called), .data = (text), .n = sizeof(text) - 1

static void
unpacks_zip(void **state)
{
	struct scene *s = *state;

	zip_into(s, (struct entry[]){ { ENTRY("a.json", "{}") }, { 0 } });
	assert_unpacks_to(s, "{}\n", "container-zip ");
	zip_into(s, (struct entry[]){
			{ ENTRY("x", "nonsense"), .stored = true }, { 0 } });
	assert_unpacks_to(s, "nonsense\n", "container-zip ");
	zip_into(s, (struct entry[]){ { ENTRY("a.json", "") }, { 0 } });
	assert_unpacks_to(s, "\n", "container-zip ");
}

static void
unpacks_every_report_of_a_zip(void **state)
{
	struct scene *s = *state;

	zip_into(
	    s, (struct entry[]){ { ENTRY("a/", "") },
		   { ENTRY("a/1.json", "{1}") }, { ENTRY("2.bin", " {2}") },
		   { ENTRY("README", "words") }, { ENTRY("3.json", "three") },
		   { ENTRY("__MACOSX/._1.json", "{}") }, { 0 } });
	assert_unpacks_to(s, "{1}\n {2}\nthree\n",
	    "container-zip multiple-report-parts"
	    "container-zip multiple-report-parts"
	    "container-zip multiple-report-parts");
	zip_into(s, (struct entry[]){ { ENTRY("README", "words") },
			{ ENTRY("1.json", "{1}") }, { 0 } });
	assert_unpacks_to(s, "{1}\n", "container-zip ");
}

static void
unpacks_gzip_in_zip(void **state)
{
	struct scene *s = *state;
	struct buf gz = { .max = 1000 };

	deflate_into(&gz, MAX_WBITS + 16, "{}", 2);
	zip_into(s,
	    (struct entry[]){
		{ .name = "a.json.gz", .data = gz.data, .n = gz.len }, { 0 } });
	assert_unpacks_to(s, "{}\n", "container-zip ");
	zip_into(
	    s, (struct entry[]){
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

	zip_into(s, (struct entry[]){ { ENTRY("a.json", "{}") }, { 0 } });
	inner = exact_copy(buf_span(&s->in));
	zip_into(
	    s, (struct entry[]){
		   { .name = "a.zip", .data = inner.p, .n = inner.n }, { 0 } });
	assert_refused(s, "zip-invalid");
	free_span(inner);
}

static void
goes_on_behind_a_refused_entry(void **state)
{
	struct scene *s = *state;

	zip_into(s, (struct entry[]){ { ENTRY("1.json", "{1}") },
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
	zip_into(s, e);
	unpack(s);
	assert_int_equal(s->all.len, 30);
	e[10] = (struct entry){ ENTRY(names[10], "{}") };
	zip_into(s, e);
	assert_refused(s, "zip-too-many-entries");
}

static void
inflates_as_much_of_an_entry_as_the_limit(void **state)
{
	struct scene *s = *state;
	char *data = xmalloc(100001);

	memset(data, ' ', 100001);
	s->text.max = 100000;
	zip_into(s, (struct entry[]){
			{ .name = "a", .data = data, .n = 100000 }, { 0 } });
	unpack(s);
	assert_int_equal(s->all.len, 100001);
	zip_into(s, (struct entry[]){
			{ .name = "a", .data = data, .n = 100001 }, { 0 } });
	assert_refused(s, "decompressed-too-large");
	zip_into(
	    s, (struct entry[]){
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

	zip_into(s, (struct entry[]){ { ENTRY("a.json", report) }, { 0 } });
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

	zip_into(s, (struct entry[]){ { ENTRY("a.json", "{}") }, { 0 } });
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

static void
peeks_into_every_container(void **state)
{
	struct scene *s = *state;
	struct buf gz = { .max = 1000 };

	assert_true(peek_bytes(span_of(report), 10));
	assert_true(peek_bytes(span_of("\xef\xbb\xbf { \"date-range\":"), 10));
	assert_true(peek_bytes(
	    span_of("{\"policies\":[{\"policy\":{\"policy-type\":\"sts\""),
	    10));
	assert_false(peek_bytes(span_of("{\"policies\":[]}"), 10));
	assert_false(peek_bytes(span_of("{\"report_id\":1}"), 10));
	assert_false(peek_bytes(span_of("[{\"report-id\":1}]"), 10));
	assert_false(peek_bytes(span_of("{report-id \"report-id\""), 10));
	assert_false(peek_bytes(span_of("<\"report-id\""), 10));
	assert_false(peek_bytes(span_of(""), 10));
	gzip_into(s, report);
	assert_true(peek_bytes(buf_span(&s->in), 10));
	s->in.len -= 12; /* also where the end is missing */
	assert_true(peek_bytes(buf_span(&s->in), 10));
	buf_reset(&s->in);
	deflate_into(&s->in, MAX_WBITS, report, strlen(report));
	assert_true(peek_bytes(buf_span(&s->in), 10));
	zip_into(s, (struct entry[]){ { ENTRY("a", report) }, { 0 } });
	assert_true(peek_bytes(buf_span(&s->in), 10));
	zip_into(s,
	    (struct entry[]){ { ENTRY("a", report), .stored = true }, { 0 } });
	assert_true(peek_bytes(buf_span(&s->in), 10));
	deflate_into(&gz, MAX_WBITS + 16, report, strlen(report));
	zip_into(s,
	    (struct entry[]){
		{ .name = "a", .data = gz.data, .n = gz.len, .stored = true },
		{ 0 } });
	assert_true(peek_bytes(buf_span(&s->in), 10));
	zip_into(s, (struct entry[]){
			{ ENTRY("a", report), .encrypted = true }, { 0 } });
	assert_false(peek_bytes(buf_span(&s->in), 10));
	buf_free(&gz);
}

static void
peeks_behind_what_else_is_in_a_zip(void **state)
{
	struct scene *s = *state;

	zip_into(s,
	    (struct entry[]){ { ENTRY("a/", "") }, { ENTRY("a/README", "x") },
		{ ENTRY("a/b", report) }, { 0 } });
	assert_true(peek_bytes(buf_span(&s->in), 3));
	assert_false(peek_bytes(buf_span(&s->in), 2));
	s->in.data[6] |= 8; /* the size stands behind the data */
	assert_false(peek_bytes(buf_span(&s->in), 3));
}

static void
peeks_no_deeper_than_reports_are_packed(void **state)
{
	struct buf in = { .max = 10000 }, out = { .max = 10000 };
	struct buf swap;
	unsigned layers;

	(void)state;
	buf_append(&in, report, strlen(report));
	for (layers = 0; layers < 5; layers++) {
		assert_int_equal(peek_bytes(buf_span(&in), 10), layers <= 2);
		buf_reset(&out);
		deflate_into(&out, MAX_WBITS + 16, in.data, in.len);
		swap = in;
		in = out;
		out = swap;
	}
	buf_free(&in);
	buf_free(&out);
}

static void
peeks_into_every_truncation(void **state)
{
	struct scene *s = *state;
	struct span cut;
	size_t n;

	zip_into(s, (struct entry[]){ { ENTRY("a", report) }, { 0 } });
	for (n = 0; n < s->in.len; n++) {
		cut = exact_copy((struct span){ s->in.data, n });
		peek_bytes(cut, 10);
		peek_part(cut, MIME_QUOTED_PRINTABLE, 10);
		free_span(cut);
	}
}

static void
finds_uuencoded_text(void **state)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{ "begin 644 a.b\nM", "a.b" },
		{ "x\r\nbegin 0755 two words\r\nM", "two words" },
		{ "begin 644 ", "" },
		{ "begin the day\nbegin 644 a", "a" },
		{ "begin begin 644 a", NULL },
		{ "> begin 644 a", NULL },
		{ "begin 64 a", NULL },
		{ "begin 648 a", NULL },
		{ "begin 644a", NULL },
		{ "begin", NULL },
		{ "", NULL },
	};
	struct span text, name;
	size_t i;
	bool found;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		text = exact_copy(span_of(rows[i].text));
		found = peek_uuencode(text, &name);
		if (found != (rows[i].name != NULL) ||
		    (found && !span_is(name, rows[i].name))) {
			print_error("%s\n", rows[i].text);
			fail();
		}
		free_span(text);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(knows_a_container_by_its_first_bytes),
		/* R4 */
		TEST(trusts_the_bytes_and_not_the_transfer_encoding),
		TEST(refuses_uuencode),
		/* R11 */
		TEST(decodes_no_more_than_its_room),
		TEST(passes_json_on),
		TEST(passes_as_much_json_on_as_the_limit),
		TEST(unpacks_gzip_and_zlib),
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
		TEST(is_linear_in_the_number_of_members),
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
		TEST(peeks_into_every_container),
		TEST(peeks_behind_what_else_is_in_a_zip),
		TEST(peeks_no_deeper_than_reports_are_packed),
		TEST(peeks_into_every_truncation),
		TEST(finds_uuencoded_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
