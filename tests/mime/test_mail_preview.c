#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "unpack/gzip_pack.h"
#include "mime/part_body.h"
#include "mime/mail_preview.h"

enum {
	FRONT = 512,
	ENTRIES = 10,
	ROOM = 100000
};

static const char json[] =
    "{\"organization-name\":\"A\",\"report-id\":\"b\",\"policies\":[]}";

/* What a part may hold: a report in every wrapping, and what is none. */
struct content {
	const char *name;
	char *bytes;
	size_t n;
	bool is_report;
};

static struct content
text_content(const char *name, const char *text, bool is_report)
{
	return (struct content){ name, strdup(text), strlen(text), is_report };
}

static struct content
gzip_content(void)
{
	struct buf packed = { .max = ROOM };

	assert_int_equal(
	    pack_gzip((struct span){ json, sizeof json - 1 }, &packed), 0);
	return (struct content){ "gzip", packed.data, packed.len, true };
}

static struct content
base64_of(const char *name, const struct content *c)
{
	char *out = malloc(c->n * 2 + 8);
	int n = EVP_EncodeBlock(
	    (unsigned char *)out, (const unsigned char *)c->bytes, (int)c->n);

	return (struct content){ name, out, (size_t)n, c->is_report };
}

static void
assert_not_overlooked(
    const struct content *c, const char *whole, size_t n, size_t lead)
{
	struct span front = { whole, n < FRONT ? n : FRONT };
	enum mime_encoding label;
	bool may = part_body_may_be_report(front, n < FRONT), is = false;

	for (label = MIME_IDENTITY; label <= MIME_OTHER; label++)
		is |= part_body_is_report(
		    (struct span){ whole, n }, label, ENTRIES);
	if (lead == 0 && is != c->is_report)
		fail_msg("%s is %sa report", c->name, is ? "" : "not ");
	if (is && !may)
		fail_msg("%s behind %zu blanks is overlooked", c->name, lead);
}

/* Behind so many blanks or line ends, and with a long text behind it. */
static void
try_leads(const struct content *c, char blank)
{
	char *whole = malloc(ROOM);
	size_t lead, n;

	for (lead = 0; lead < FRONT + 100; lead += lead < 20 ? 1 : 7) {
		memset(whole, blank, lead);
		memcpy(whole + lead, c->bytes, c->n);
		n = lead + c->n;
		assert_not_overlooked(c, whole, n, lead);
		memset(whole + n, '\n', 2000);
		assert_not_overlooked(c, whole, n + 2000, lead);
	}
	free(whole);
}

static void
no_report_is_overlooked_by_its_front(void **state)
{
	struct content all[8];
	size_t i, n = 0;

	(void)state;
	all[n++] = text_content("json", json, true);
	all[n++] = text_content("quoted-printable",
	    "=7B=22organization-name=22:=22A=22,=22report-id=22:1=7D", true);
	all[n++] = text_content(
	    "bom", "\xef\xbb\xbf{ \"report-id\": 1, \"policies\": []}", true);
	all[n++] = gzip_content();
	all[n] = base64_of("base64 of json", &all[0]);
	n++;
	all[n] = base64_of("base64 of gzip", &all[3]);
	n++;
	all[n++] = text_content("prose",
	    "Dear Sir or Madam, we are pleased to announce our new shop",
	    false);
	all[n++] = text_content("markup",
	    "<!DOCTYPE html><html><head><title>x</title></head>", false);
	for (i = 0; i < n; i++) {
		try_leads(&all[i], ' ');
		try_leads(&all[i], '\n');
		free(all[i].bytes);
	}
}

static void
what_people_send_is_ruled_out(void **state)
{
	static const char *const fronts[] = {
		"Dear Sir or Madam, we are pleased to announce our new shop",
		"<!DOCTYPE html><html><head><title>x</title></head><body>",
		"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
		"JVBERi0xLjcKJeLjz9MKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUGFnZXMg",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof fronts / sizeof *fronts; i++)
		if (part_body_may_be_report(span_of(fronts[i]), false))
			fail_msg("%s", fronts[i]);
	assert_false(part_body_may_be_report(span_of(""), true));
	assert_true(part_body_may_be_report(span_of(""), false));
	assert_true(part_body_may_be_report(span_of("Hi\n"), false));
	assert_false(part_body_may_be_report(span_of("Hi\n"), true));
}

static bool
may_hold(const char *header, bool is_multipart, const char *text)
{
	struct message_front front = {
		.header = span_of(header), .is_multipart = is_multipart, .n = 2
	};

	front.part[0].bytes = span_of("Hello there, dear customer of ours.");
	front.part[1].bytes = span_of(text);
	front.part[1].is_all = true;
	return preview_may_hold(&front);
}

static void
what_says_that_it_is_a_report_may_be_one(void **state)
{
	static const char plain[] = "Subject: x\r\n", text[] = "Nothing.";
	static const char *const headers[] = {
		"TLS-Report-Domain: example.com\r\n",
		"Subject: x\r\nTLS-Report-Submitter: example.com\r\n",
		"Content-Type: application/tlsrpt+gzip\r\n",
		"Content-Type: text/plain\r\nContent-Type: text/html\r\n",
		/* the server sees no multipart here */
		"Content-Type: Multipart/mixed; boundary=x\r\n",
	};
	size_t i;

	(void)state;
	assert_false(may_hold(plain, false, text));
	assert_false(may_hold("Content-Type: multipart/mixed\r\n", true, text));
	assert_true(may_hold(plain, true, text));
	assert_true(may_hold(plain, false, json));
	assert_true(
	    may_hold(plain, false, "Hi!\r\nbegin 644 a!b!1!2.json\r\n"));
	for (i = 0; i < sizeof headers / sizeof *headers; i++)
		if (!may_hold(headers[i], false, text))
			fail_msg("%s", headers[i]);
	assert_true(may_hold("Content-Type: multipart/report; "
			     "report-type=tlsrpt; boundary=x\r\n",
	    true, text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_report_is_overlooked_by_its_front),
		cmocka_unit_test(what_people_send_is_ruled_out),
		cmocka_unit_test(what_says_that_it_is_a_report_may_be_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
