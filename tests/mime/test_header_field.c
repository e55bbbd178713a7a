#include "scenes/mails.h"

#include "base/arena.h"
#include "mime/charset.h"
#include "mime/encoded_words.h"
#include "mime/header_field.h"
#include "mime/mail_header.h"
#include "mime/parameter.h"
#include "mime/transfer_encoding.h"

static struct arena arena;

static int
teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void
assert_span(struct span got, const char *want)
{
	if (!span_is(got, want))
		print_error("got '%.*s', want '%s'\n", (int)got.n, got.p, want);
	assert_true(span_is(got, want));
}

static void
finds_fields_by_name(void **state)
{
	struct span header = span_of("From a@b Tue Mar 3 05:24:41 2026\r\n"
				     " folded\r\n"
				     "Subject: one\r\n"
				     "no field at all\r\n"
				     " folded\r\n"
				     "CONTENT-type :  a\r\n\tb\r\n  c \r\n"
				     "SUBJECT: two\r\n folded\r\n"
				     "Date:\r\n"
				     "Received : \r\n\r\n"
				     "Dates: x\r\n folded\r\n"
				     ": y\r\n"
				     "Message-ID: end");
	struct head h;

	(void)state;
	head_read(header, &h);
	assert_ptr_equal(h.block.p, header.p);
	assert_int_equal(h.block.n, header.n);
	assert_int_equal(h.count[HEAD_FROM], 0);
	assert_null(h.value[HEAD_FROM].p);
	assert_int_equal(h.count[HEAD_SUBJECT], 2);
	assert_span(h.value[HEAD_SUBJECT], "one");
	assert_int_equal(h.count[HEAD_CONTENT_TYPE], 1);
	assert_span(h.value[HEAD_CONTENT_TYPE], "a\r\n\tb\r\n  c");
	assert_int_equal(h.count[HEAD_DATE], 1);
	assert_span(h.value[HEAD_DATE], "");
	assert_span(h.value[HEAD_RECEIVED], "");
	assert_span(h.value[HEAD_MESSAGE_ID], "end");
	head_read((struct span){ NULL, 0 }, &h);
	assert_int_equal(h.count[HEAD_MESSAGE_ID], 0);
}

static void
reads_headers_with_any_line_end(void **state)
{
	static const char *const ends[] = { "\n", "\r\n", "\r" };
	struct span header;
	struct head h;
	char *mail;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		mail = xasprintf("From: 1%s 2%sDate: 3%s%sSubject: %s", ends[i],
		    ends[i], ends[i], ends[i], ends[i]);
		header = field_block(span_of(mail));
		assert_int_equal(
		    header.n, strlen("From: 1 2Date: 3") + 3 * strlen(ends[i]));
		head_read(header, &h);
		assert_int_equal(h.value[HEAD_FROM].n, 2 + strlen(ends[i]) + 1);
		assert_span(h.value[HEAD_DATE], "3");
		assert_int_equal(h.count[HEAD_SUBJECT], 0);
		free(mail);
	}
}

static void
finds_the_header_behind_blank_lines_and_a_byte_order_mark(void **state)
{
	(void)state;
	assert_span(field_block(span_of("\xef\xbb\xbf\r\n\r\nA: b\r\n\r\nc")),
	    "A: b\r\n");
	assert_span(field_block(span_of("A: b")), "A: b");
	assert_span(field_block(span_of("\n\n")), "");
	assert_span(field_block(span_of("")), "");
}

static void
reads_media_types(void **state)
{
	static const struct {
		const char *value, *type, *subtype;
	} rows[] = {
		{ "text/plain", "text", "plain" },
		{ "Text/HTML; charset=x", "Text", "HTML" },
		{ "(a (b) \\) c) application (d) / (e) tlsrpt+gzip;name=x",
		    "application", "tlsrpt+gzip" },
		{ "application/tlsrpt+gzip name=x", "application",
		    "tlsrpt+gzip" },
		{ " \r\n\tmultipart/\r\n report", "multipart", "report" },
		{ "text", NULL, NULL },
		{ "text/", NULL, NULL },
		{ "/plain", NULL, NULL },
		{ "", NULL, NULL },
		{ "(open comment text/plain", NULL, NULL },
		{ "\"text\"/plain", NULL, NULL },
	};
	struct span type, subtype;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (field_media_type(span_of(rows[i].value), &type, &subtype) !=
		    (rows[i].type != NULL)) {
			print_error("%s\n", rows[i].value);
			fail();
		}
		if (rows[i].type == NULL)
			continue;
		assert_span(type, rows[i].type);
		assert_span(subtype, rows[i].subtype);
	}
}

static void
reads_parameters(void **state)
{
	static const struct {
		const char *value, *name, *want;
	} rows[] = {
		{ "a/b; x=y", "x", "y" },
		{ "a/b; x=y", "X", "y" },
		{ "a/b; x=y", "y", NULL },
		{ "a/b", "b", NULL },
		{ "a/b; x=\"y; z=1\"; z=2", "z", "2" },
		{ "a/b; x=\"q\\\"u\\\\o\"", "x", "q\"u\\o" },
		{ "a/b; x=\"open", "x", "open" },
		{ "a/b; x = (c) y", "x", "y" },
		{ "a/b; x=y (comment); z=1", "x", "y" },
		{ "a/b; x=y (comment); z=1", "z", "1" },
		{ "a/b; x=report(1).json", "x", "report(1).json" },
		{ "a/b; x=two words; z=1", "x", "two words" },
		{ "a/b; x=y z=1", "x", "y" },
		{ "a/b; x=y z=1", "z", "1" },
		{ "a/b; x=\"y\" z=1", "z", "1" },
		{ "a/b x=y", "x", "y" },
		{ "a/b;;; x=y;", "x", "y" },
		{ "a/b; x=; z=1", "x", "" },
		{ "a/b; x=", "x", "" },
		{ "a/b; x=first; x=second", "x", "first" },
		{ "a/b; x=\"fol\r\n ded\"", "x", "fol ded" },
		{ "a/b; = ; x=y", "x", "y" },
		{ "a/b; xx=1; x=2", "x", "2" },
		{ "a/b; x==_b1 ; z=1", "x", "=_b1" },
		/* RFC 2231 */
		{ "a/b; x*=utf-8''%e2%82%ac%20rates", "x", "\u20ac rates" },
		{ "a/b; x*=iso-8859-1'en'%A3%20rates", "x", "\u00a3 rates" },
		{ "a/b; x*=ISO-8859-15''%A4", "x", "\u20ac" },
		{ "a/b; x*=unheard-of''%41%e9", "x", "A\u00e9" },
		{ "a/b; x*=%41%zz%4", "x", "A%zz%4" },
		{ "a/b; x*=utf-8''\"a%20b\"", "x", "a b" },
		{ "a/b; x*0=a; x*1=b; x*2=c", "x", "abc" },
		{ "a/b; x*2=c; x*0=a; x*1=\"b;\"", "x", "ab;c" },
		{ "a/b; x*0*=utf-8''%61; x*1=%62; x*2*=%63", "x", "a%62c" },
		{ "a/b; x*0=a; x*2=c", "x", "a" },
		{ "a/b; x*1=b; x=plain", "x", "plain" },
		{ "a/b; x*1=b", "x", NULL },
		{ "a/b; x*0=a; x*0=z", "x", "a" },
		{ "a/b; x*=utf-8''ext; x=plain", "x", "ext" },
		{ "a/b; x*99999999999999999999=b", "x", NULL },
		{ "a/b; x*64=b; x*0=a", "x", "a" },
		{ "a/b; x*0a=b", "x", NULL },
		{ "a/b; x*=utf-8'", "x", "utf-8'" },
		/* bytes that are not UTF-8 */
		{ "a/b; x=caf\xe9", "x", "caf\u00e9" },
	};
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		got = parameter_text(
		    span_of(rows[i].value), rows[i].name, &arena);
		if (got == NULL && rows[i].want == NULL)
			continue;
		if (got == NULL || rows[i].want == NULL ||
		    strcmp(got, rows[i].want) != 0) {
			print_error("%s of %s: got '%s'\n", rows[i].name,
			    rows[i].value, got != NULL ? got : "(none)");
			fail();
		}
	}
}

static void
reads_text(void **state)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{ "plain", "plain" },
		{ "", "" },
		{ "  outer blanks \r\n", "outer blanks" },
		{ "a\r\n\t b\n c", "a b c" },
		{ "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Gr\u00fc\u00dfe" },
		{ "=?UTF-8?b?R3LDvMOfZQ==?= an alle",
		    "Gr\u00fc\u00dfe an alle" },
		{ "=?utf-8*de?q?a_b?=", "a b" },
		{ "=?utf-8?q?a?= =?utf-8?q?b?=", "ab" },
		{ "=?utf-8?q?a?=\r\n\t=?iso-8859-1?q?=e9?=", "a\u00e9" },
		{ "=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b" },
		/* cut inside a character */
		{ "=?utf-8?q?=c3?= =?utf-8?q?=bc?=", "\u00fc" },
		{ "=?iso-8859-15?q?=a4?=", "\u20ac" },
		{ "=?windows-1251?q?=ce?=", "\u041e" },
		{ "=?shift_jis?b?k/o=?=", "\u65e5" },
		{ "=?gb2312?b?yNU=?=", "\u65e5" },
		{ "=?iso-2022-jp?b?GyRCRnwbKEI=?=", "\u65e5" },
		/* left as they are */
		{ "=?utf-8?q?=ff?=", "=?utf-8?q?=ff?=" },
		{ "=?utf-8//IGNORE?q?a?=", "=?utf-8//IGNORE?q?a?=" },
		{ "=?no-such?q?a?=", "=?no-such?q?a?=" },
		{ "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
		{ "=?utf-8?q?a", "=?utf-8?q?a" },
		{ "=?utf-8?q?a? =", "=?utf-8?q?a? =" },
		{ "=??q?a?=", "=??q?a?=" },
		{ "=?=?=?", "=?=?=?" },
		{ "=?", "=?" },
		/* bytes that are no UTF-8 are taken for Latin 1 */
		{ "caf\xe9", "caf\u00e9" },
		{ "caf\u00e9", "caf\u00e9" },
	};
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		got = encoded_words_text(span_of(rows[i].value), &arena);
		if (strcmp(got, rows[i].want) != 0) {
			print_error("%s: got '%s', want '%s'\n", rows[i].value,
			    got, rows[i].want);
			fail();
		}
	}
}

static void
takes_no_nul_for_the_end_of_a_text(void **state)
{
	static const char raw[] = "a\0b";

	(void)state;
	assert_string_equal(
	    encoded_words_text((struct span){ raw, 3 }, &arena), "a?b");
	assert_string_equal(
	    encoded_words_text(span_of("=?utf-8?q?a=00b?="), &arena), "a?b");
	assert_string_equal(
	    parameter_text((struct span){ "t; x=\"a\0b\"", 10 }, "x", &arena),
	    "a?b");
}

static void
bounds_what_a_text_may_cost(void **state)
{
	char *s = xmalloc(1 << 20);
	size_t n = 0;
	const char *text;

	(void)state;
	while (n + 32 < 1 << 20) /* each in another charset than before */
		n += (size_t)snprintf(
		    s + n, 32, "=?koi8-%c?q?a?= ", n % 2 == 0 ? 'r' : 'u');
	text = encoded_words_text((struct span){ s, n }, &arena);
	assert_true(strlen(text) <= 16 * 1024);
	assert_true(arena.total < 1 << 20);
	memset(s, 'x', 1 << 20);
	text = encoded_words_text((struct span){ s, 1 << 20 }, &arena);
	assert_int_equal(strlen(text), 16 * 1024);
	free(s);
}

static void
reads_what_a_mail_says_of_itself(void **state)
{
	struct head h;
	struct mail_head text;
	int64_t arrival = 0;

	(void)state;
	head_read(span_of("Received: from a\n\tby b; Tue, 24 Nov 2026\n"
			  "\t03:10:06 +0100 (CET)\n"
			  "Received: from c by d; Mon, 23 Nov 2026 00:00:00 Z\n"
			  "FROM: =?utf-8?q?A?= <a@example.org>\n"
			  "Subject: Report\n Domain: x\n"
			  "message-id: <1@x>\nDate: today\n"
			  "TLS-Report-Domain: example.org\n"
			  "TLS-Report-Submitter: a\n"
			  "TLS-Report-Submitter: b\n"),
	    &h);
	head_text(&h, &arena, &text);
	assert_string_equal(text.from, "A <a@example.org>");
	assert_string_equal(text.subject, "Report Domain: x");
	assert_string_equal(text.message_id, "<1@x>");
	assert_string_equal(text.date, "today");
	assert_string_equal(text.report_domain, "example.org");
	assert_string_equal(text.report_submitter, ""); /* twice: none */
	assert_true(head_claims(&h, &arena));
	assert_true(head_arrival(h.value[HEAD_RECEIVED], &arrival));
	assert_int_equal(arrival, 1795486206);
}

static void
finds_no_arrival_in_a_broken_received(void **state)
{
	static const char *const rows[] = { "", "Received: from a by b\n",
		"Received: from a; yesterday\n", "Received: ;\n",
		"X-Received: a; Tue, 24 Nov 2026 03:10:06 +0100\n" };
	struct head h;
	int64_t arrival;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		head_read(span_of(rows[i]), &h);
		assert_false(head_arrival(h.value[HEAD_RECEIVED], &arrival));
	}
}

static void
knows_what_claims_to_be_a_report(void **state)
{
	static const struct {
		const char *header;
		bool claims;
	} rows[] = {
		{ "Content-Type: multipart/report; report-type=tlsrpt\n",
		    true },
		{ "Content-Type: Multipart/Report; Report-Type=\"TLSRPT\"\n",
		    true },
		{ "Content-Type: multipart/mixed; report-type=tlsrpt\n",
		    false },
		{ "Content-Type: multipart/report;"
		  " report-type=delivery-status\n",
		    false },
		{ "Content-Type: multipart/report\n", false },
		{ "Content-Type: application/tlsrpt+gzip\n", true },
		{ "Content-Type: application/tlsrpt+json\n", true },
		{ "Content-Type: application/gzip\n", false },
		{ "TLS-Report-Domain: a\n", true },
		{ "tls-report-submitter:\n", true },
		{ "X-TLS-Report-Domain: a\n", false },
		{ "Subject: Report Domain: a Submitter: b Report-ID: <c>\n",
		    false },
		{ "", false },
	};
	struct head h;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		head_read(span_of(rows[i].header), &h);
		if (head_claims(&h, &arena) != rows[i].claims) {
			print_error("%s", rows[i].header);
			fail();
		}
	}
}

static void
decodes_base64(void **state)
{
	static const struct {
		const char *in, *out;
		bool bad;
	} rows[] = {
		{ "", "", false },
		{ "Zm9vYmFy", "foobar", false },
		{ "Zm9vYmE=", "fooba", false },
		{ "Zm9vYg==", "foob", false },
		{ "Zm9vYg", "foob", false },
		{ "Zm9vYg=", "foob", false },
		{ "Zm9vYmE", "fooba", false },
		{ "Zm\r\n9v Ym\tFy\r\n\r\n", "foobar", false },
		{ "Zg==Zm9v", "ffoo", false },
		{ "Zm8=\nZm8=\n", "fofo", false },
		{ "Zm9v====", "foo", false },
		{ "Zm9vY", "foo", true },
		{ "Z", "", true },
		{ "Z===", "", true },
		{ "Zm9v!mFy", "foo", true },
		{ "Zm9v\nZm!y", "foof", true },
		{ "Zm9v_-", "foo", true },
		{ "\xffZm9v", "", true },
	};
	struct span in, got;
	char out[64];
	bool bad;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		in = exact_copy(span_of(rows[i].in));
		got.p = out;
		got.n = transfer_base64(in, out, sizeof out, &bad);
		free_span(in);
		if (!span_is(got, rows[i].out) || bad != rows[i].bad) {
			print_error("%s: '%.*s' %d\n", rows[i].in, (int)got.n,
			    got.p, bad);
			fail();
		}
	}
}

static void
decodes_no_more_base64_than_there_is_room_for(void **state)
{
	const char *in = "Zm9v YmFy Zm9v YmFy";
	char out[16];
	size_t room, n;
	bool bad;

	(void)state;
	for (room = 0; room <= 12; room++) {
		memset(out, '#', sizeof out);
		n = transfer_base64(span_of(in), out, room, &bad);
		assert_int_equal(n, room);
		assert_memory_equal(out, "foobarfoobar", room);
		assert_int_equal(out[room], '#');
		assert_false(bad);
	}
}

static void
decodes_quoted_printable(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" },
		{ "plain\r\n", "plain\r\n" },
		{ "a=3Db=3d", "a=b=" },
		{ "soft=\r\nbreak", "softbreak" },
		{ "soft=\nbreak", "softbreak" },
		{ "soft= \t\r\nbreak", "softbreak" },
		{ "soft=\rbreak", "softbreak" },
		{ "end=", "end" },
		{ "not=zz hex", "not=zz hex" },
		{ "not=4", "not=4" },
		{ "=C3=BC", "\u00fc" },
		{ "==41", "=A" },
	};
	struct span in, got;
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		in = exact_copy(span_of(rows[i].in));
		got.p = out;
		got.n = transfer_quoted_printable(in, out, in.n);
		free_span(in);
		if (!span_is(got, rows[i].out)) {
			print_error(
			    "%s: '%.*s'\n", rows[i].in, (int)got.n, got.p);
			fail();
		}
	}
	assert_int_equal(
	    transfer_quoted_printable(span_of("a=3Dbc"), out, 2), 2);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		TEST(finds_fields_by_name),
		TEST(reads_headers_with_any_line_end),
		TEST(finds_the_header_behind_blank_lines_and_a_byte_order_mark),
		TEST(reads_media_types),
		/* R1, R8 */
		TEST(reads_parameters),
		TEST(reads_text),
		TEST(takes_no_nul_for_the_end_of_a_text),
		TEST(bounds_what_a_text_may_cost),
		/* R6 */
		TEST(reads_what_a_mail_says_of_itself),
		TEST(finds_no_arrival_in_a_broken_received),
		/* R1, R3 */
		TEST(knows_what_claims_to_be_a_report),
		/* R4 */
		TEST(decodes_base64),
		TEST(decodes_no_more_base64_than_there_is_room_for),
		TEST(decodes_quoted_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
