#include "scenes/containers.h"
#include "scenes/mails.h"

#include "mime/part_body.h"
#include "mime/report_front.h"

static const char report[] = "{\"organization-name\": \"Example\"}";

struct scene {
	struct buf in;	 /* what is looked at */
	struct buf room; /* what it decodes to */
	struct findings fs;
};

static int
setup(void **state)
{
	struct scene *s = xcalloc(1, sizeof *s);

	s->in.max = s->room.max = SIZE_MAX / 2;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	buf_free(&s->in);
	buf_free(&s->room);
	free(s);
	return 0;
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
		rc =
		    part_body_decode(in, rows[i].label, &s->room, &out, &s->fs);
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

	assert_int_equal(part_body_decode(span_of("begin 644 a\n"),
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
	assert_int_equal(part_body_decode(span_of("Zm9v"), MIME_BASE64,
			     &s->room, &out, &s->fs),
	    0);
	assert_int_equal(part_body_decode(span_of("Zm9vZm9vZm9v"), MIME_BASE64,
			     &s->room, &out, &s->fs),
	    -1);
	assert_int_equal(s->fs.reject.code, CODE_MESSAGE_TOO_LARGE);
}

static void
knows_a_report_in_every_container(void **state)
{
	struct scene *s = *state;
	struct buf gz = { .max = 1000 };

	assert_true(begins_as_report(span_of(report), 10));
	assert_true(
	    begins_as_report(span_of("\xef\xbb\xbf { \"date-range\":"), 10));
	assert_true(begins_as_report(
	    span_of("{\"policies\":[{\"policy\":{\"policy-type\":\"sts\""),
	    10));
	assert_false(begins_as_report(span_of("{\"policies\":[]}"), 10));
	assert_false(begins_as_report(span_of("{\"report_id\":1}"), 10));
	assert_false(begins_as_report(span_of("[{\"report-id\":1}]"), 10));
	assert_false(begins_as_report(span_of("{report-id \"report-id\""), 10));
	assert_false(begins_as_report(span_of("<\"report-id\""), 10));
	assert_false(begins_as_report(span_of(""), 10));
	deflate_into(&s->in, MAX_WBITS + 16, report, strlen(report));
	assert_true(begins_as_report(buf_span(&s->in), 10));
	s->in.len -= 12; /* also where the end is missing */
	assert_true(begins_as_report(buf_span(&s->in), 10));
	buf_reset(&s->in);
	deflate_into(&s->in, MAX_WBITS, report, strlen(report));
	assert_true(begins_as_report(buf_span(&s->in), 10));
	zip_into(&s->in, (struct entry[]){ { ENTRY("a", report) }, { 0 } });
	assert_true(begins_as_report(buf_span(&s->in), 10));
	zip_into(&s->in,
	    (struct entry[]){ { ENTRY("a", report), .stored = true }, { 0 } });
	assert_true(begins_as_report(buf_span(&s->in), 10));
	deflate_into(&gz, MAX_WBITS + 16, report, strlen(report));
	zip_into(&s->in,
	    (struct entry[]){
		{ .name = "a", .data = gz.data, .n = gz.len, .stored = true },
		{ 0 } });
	assert_true(begins_as_report(buf_span(&s->in), 10));
	zip_into(
	    &s->in, (struct entry[]){
			{ ENTRY("a", report), .encrypted = true }, { 0 } });
	assert_false(begins_as_report(buf_span(&s->in), 10));
	buf_free(&gz);
}

static void
knows_a_report_behind_what_else_is_in_a_zip(void **state)
{
	struct scene *s = *state;

	zip_into(&s->in,
	    (struct entry[]){ { ENTRY("a/", "") }, { ENTRY("a/README", "x") },
		{ ENTRY("a/b", report) }, { 0 } });
	assert_true(begins_as_report(buf_span(&s->in), 3));
	assert_false(begins_as_report(buf_span(&s->in), 2));
	s->in.data[6] |= 8; /* the size stands behind the data */
	assert_false(begins_as_report(buf_span(&s->in), 3));
}

static void
looks_no_deeper_than_reports_are_packed(void **state)
{
	struct buf in = { .max = 10000 }, out = { .max = 10000 };
	struct buf swap;
	unsigned layers;

	(void)state;
	buf_append(&in, report, strlen(report));
	for (layers = 0; layers < 5; layers++) {
		assert_int_equal(
		    begins_as_report(buf_span(&in), 10), layers <= 2);
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
reads_no_further_than_a_truncation(void **state)
{
	struct scene *s = *state;
	struct span cut;
	size_t n;

	zip_into(&s->in, (struct entry[]){ { ENTRY("a", report) }, { 0 } });
	for (n = 0; n < s->in.len; n++) {
		cut = exact_copy((struct span){ s->in.data, n });
		begins_as_report(cut, 10);
		part_body_is_report(cut, MIME_QUOTED_PRINTABLE, 10);
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
		found = part_body_has_uuencode(text, &name);
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
		/* R4 */
		TEST(trusts_the_bytes_and_not_the_transfer_encoding),
		TEST(refuses_uuencode),
		/* R11 */
		TEST(decodes_no_more_than_its_room),
		TEST(knows_a_report_in_every_container),
		TEST(knows_a_report_behind_what_else_is_in_a_zip),
		TEST(looks_no_deeper_than_reports_are_packed),
		TEST(reads_no_further_than_a_truncation),
		TEST(finds_uuencoded_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
