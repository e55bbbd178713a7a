#include "scenes/containers.h"

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
#include "base/span.h"
#include "mime/mail_preview.h"
#include "mime/part_body.h"
#include "model/message.h"
#include "unpack/gzip_pack.h"

enum {
	FRONT = 512,
	PACKED = 400, /* what is asked of a part that says to be packed */
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

#define XML                                                                    \
	"<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<feedback><report_"      \
	"metadata><org_name>sender.example</org_name><report_id>1</report_id>" \
	"</report_metadata><policy_published><domain>example.net</domain>"     \
	"<p>none</p></policy_published></feedback>\n"
static const char xml[] = XML;
#define DMARC "sender.example!example.net!1790000000!1790086399.xml"

enum {
	GZIP = 31, /* windowBits (zlib.h) */
	ZLIB = 15
};

/* Packed so, and perhaps once more. */
static struct content
deflated(const char *name, const char *text, int first, int second)
{
	struct buf once = { .max = ROOM }, twice = { .max = ROOM };

	deflate_into(&once, first, text, strlen(text));
	if (second != 0) {
		deflate_into(&twice, second, once.data, once.len);
		buf_free(&once);
		once = twice;
	}
	return (struct content){ name, once.data, once.len, text == json };
}

static struct content
zipped(const char *name, const struct entry *entries, bool is_report)
{
	struct buf packed = { .max = 64 * 1024 * 1024 };

	zip_into(&packed, entries);
	return (struct content){ name, packed.data, packed.len, is_report };
}

static struct content
base64_of(const char *name, const struct content *c)
{
	char *out = malloc(c->n * 2 + 8);
	int n = EVP_EncodeBlock(
	    (unsigned char *)out, (const unsigned char *)c->bytes, (int)c->n);

	return (struct content){ name, out, (size_t)n, c->is_report };
}

static bool
may_be_report(struct span bytes, bool is_all, size_t size)
{
	struct part_front front = {
		.bytes = bytes, .is_all = is_all, .size = size
	};

	return part_body_may_be_report(&front);
}

static bool
is_report(struct span whole)
{
	enum mime_encoding label;
	bool is = false;

	for (label = MIME_IDENTITY; label <= MIME_OTHER; label++)
		is |= part_body_is_report(whole, label, ENTRIES);
	return is;
}

static void
assert_not_overlooked(
    const struct content *c, const char *whole, size_t n, size_t lead)
{
	struct span front = { whole, n < FRONT ? n : FRONT };
	bool may = may_be_report(front, n < FRONT, n);
	bool is = is_report((struct span){ whole, n });

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
	all[n++] = deflated("gzip", json, GZIP, 0);
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

/* In lines, as senders write it. */
static struct content
lines_of(const struct content *c)
{
	struct content line = base64_of(c->name, c), lines = *c;
	size_t at, n;

	lines.bytes = malloc(line.n + line.n / 76 * 2 + 3);
	lines.n = 0;
	for (at = 0; at < line.n; at += n) {
		n = line.n - at < 76 ? line.n - at : 76;
		memcpy(lines.bytes + lines.n, line.bytes + at, n);
		memcpy(lines.bytes + lines.n + n, "\r\n", 2);
		lines.n += n + 2;
	}
	free(line.bytes);
	return lines;
}

static size_t
pack_all(struct content *all)
{
	static char many[20000];
	static const struct entry one[] = { { ENTRY(DMARC, XML) },
		{ .name = NULL } };
	static const struct entry stored[] = {
		{ ENTRY(DMARC, XML), .stored = true }, { .name = NULL }
	};
	static const struct entry second[] = { { ENTRY(DMARC, XML) },
		{ .name = "a", .data = json, .n = sizeof json - 1 },
		{ .name = NULL } };
	static const struct entry report[] = {
		{ .name = "a", .data = json, .n = sizeof json - 1 },
		{ .name = NULL }
	};
	static const struct entry document[] = {
		{ ENTRY("[Content_Types].xml", XML) },
		{ .name = "a", .data = json, .n = sizeof json - 1 },
		{ .name = NULL }
	};
	struct entry large[] = { { .name = DMARC, .data = many },
		{ .name = NULL } };
	size_t n = 0;

	for (n = 0; n < sizeof many - sizeof xml; n += sizeof xml - 1)
		snprintf(many + n, sizeof many - n, "%s%zu", xml, n * 7919);
	large[0].n = strlen(many);
	n = 0;
	all[n++] = deflated("gzip of a report", json, GZIP, 0);
	all[n++] = deflated("two layers of a report", json, ZLIB, GZIP);
	all[n++] = zipped("zip of a report", report, true);
	all[n++] = zipped("zip with a report behind", second, true);
	all[n++] = deflated("gzip", xml, GZIP, 0);
	all[n++] = deflated("zlib", xml, ZLIB, 0);
	all[n++] = deflated("gzip in gzip", xml, GZIP, GZIP);
	all[n++] = zipped("zip", one, false);
	all[n++] = zipped("stored zip", stored, false);
	all[n++] = zipped("large zip", large, false);
	all[n++] = zipped("document", document, false);
	return n;
}

/*
 * Whatever the number of bytes that are known, no report is overlooked; and as
 * many as are asked for tell that a DMARC report is none.
 */
static void
packed_parts_are_known_by_their_front(void **state)
{
	struct content all[16], coded;
	size_t i, k, n = pack_all(all);
	bool may;

	(void)state;
	for (i = 0; i < n; i++) {
		coded = lines_of(&all[i]);
		assert_int_equal(
		    is_report((struct span){ coded.bytes, coded.n }),
		    all[i].is_report);
		for (k = 0; k <= coded.n; k++) {
			may = may_be_report((struct span){ coded.bytes, k },
			    k == coded.n, coded.n);
			if (all[i].is_report && !may)
				fail_msg("%s: %zu bytes", all[i].name, k);
			if (!all[i].is_report && k >= PACKED && may)
				fail_msg("not %s: %zu bytes", all[i].name, k);
		}
		free(coded.bytes);
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
		if (may_be_report(span_of(fronts[i]), false, 9000))
			fail_msg("%s", fronts[i]);
	assert_false(may_be_report(span_of(""), true, 9));
	assert_true(may_be_report(span_of(""), false, 9));
	assert_true(may_be_report(span_of("Hi\n"), false, 9));
	assert_false(may_be_report(span_of("Hi\n"), true, 9));
}

#define FROM "From: a@example.net\r\n"
#define MIXED "Content-Type: multipart/mixed; boundary=\"b c\"\r\n"

/* With a part of text and another; `boundary` NULL: a mail that is one text. */
static bool
may_hold(const char *header, const char *boundary, const char *text,
    const char *parameters)
{
	struct message_front front = { .n_mails = 1,
		.mail[0] = { .header = span_of(header),
		    .is_multipart = boundary != NULL,
		    .boundary = span_of(boundary != NULL ? boundary : "") },
		.n = boundary != NULL ? 2 : 1 };
	size_t last = front.n - 1;

	front.part[0].bytes = span_of("Hello there, dear customer of ours.");
	front.part[last].bytes = span_of(text);
	front.part[last].is_all = true;
	front.part[last].size = strlen(text);
	front.part[last].parameters = span_of(parameters);
	return preview_may_hold(&front);
}

static void
what_says_that_it_is_a_report_may_be_one(void **state)
{
	static const char text[] = "Nothing.";
	static const char *const names[] = {
		";filename=\"a!b!1!2.json\"",
		";name=a!b!1!2.json.gz",
		";filename=x;name=a!b!1!2.json",
		";filename*0*=utf-8''a%21b!1;filename*1=!2.json",
		";name=\"=?utf-8?q?a!b!1!2=2ejson?=\"",
	};
	size_t i;

	(void)state;
	assert_false(may_hold(FROM, NULL, text, ""));
	assert_false(may_hold(FROM MIXED, "b c", text, ";name=a.json"));
	/* the server sees parts, or none, where we do not; or other ones */
	assert_true(may_hold(FROM, "b c", text, ""));
	assert_true(may_hold(FROM MIXED, NULL, text, ""));
	assert_true(may_hold(FROM MIXED, "b", text, ""));
	assert_true(may_hold(FROM MIXED, "", text, ""));
	assert_true(may_hold(FROM, NULL, json, ""));
	assert_true(
	    may_hold(FROM, NULL, "Hi!\r\nbegin 644 a!b!1!2.json\r\n", ""));
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (!may_hold(FROM MIXED, "b c", text, names[i]))
			fail_msg("%s", names[i]);
}

/* With such a mail in it, of which nothing else speaks for a report. */
static bool
may_hold_in_mail(const char *header, const char *boundary)
{
	struct message_front front = { .n_mails = 2,
		.mail[0] = { .header = span_of(FROM MIXED),
		    .is_multipart = true,
		    .boundary = span_of("b c") },
		.mail[1] = { .header = span_of(header),
		    .is_multipart = boundary != NULL,
		    .boundary = span_of(boundary != NULL ? boundary : "") },
		.n = 1 };

	front.part[0].bytes = span_of("Hello there, dear customer of ours.");
	return preview_may_hold(&front);
}

static void
a_mail_inside_may_be_a_report_too(void **state)
{
	static const char *const fields[] = {
		"Subject: a\r\nTLS-Report-Domain: a\r\n",
		"Subject: a\r\nTLS-Report-Submitter: a\r\n",
		"Subject: Report Domain: a\r\n",
		"Subject: a\r\nContent-Type: text/plain\r\nContent-Type: "
		"x/y\r\n",
		"Subject: a\r\nContent-Type: message/rfc822\r\n",
		"Subject: a\r\nContent-Disposition: x; "
		"filename=a!b!1!2.json\r\n",
		"Subject: a\r\n" MIXED,
		"\r\n",
	};
	size_t i;

	(void)state;
	assert_false(may_hold_in_mail("Subject: a\r\n", NULL));
	assert_false(may_hold_in_mail("Subject: a\r\n" MIXED, "b c"));
	assert_true(may_hold_in_mail("Subject: a\r\n" MIXED, "b"));
	for (i = 0; i < sizeof fields / sizeof *fields; i++)
		if (!may_hold_in_mail(fields[i], NULL))
			fail_msg("%s", fields[i]);
}

static void
fields_tell_what_is_needed(void **state)
{
	static const struct {
		enum message_need need;
		const char *fields;
	} rows[] = {
		{ MESSAGE_NEEDS_TEXT, FROM },
		{ MESSAGE_NEEDS_TEXT, "Subject: x\r\nContent-Type: x\r\n" },
		{ MESSAGE_NEEDS_TEXT, FROM "Content-Type: text/html\r\n" },
		{ MESSAGE_NEEDS_PARTS, FROM "Content-Type: image/png\r\n" },
		{ MESSAGE_NEEDS_PARTS, FROM MIXED },
		{ MESSAGE_NEEDS_PARTS,
		    FROM "Subject: Report Domain: a Submitter: b\r\n" MIXED },
		{ MESSAGE_NEEDS_PARTS,
		    FROM "Content-Type: message/delivery-status\r\n" },
		/* it may stand in uuencode anywhere */
		{ MESSAGE_NEEDS_ALL,
		    FROM "Subject: report domain: a Submitter: b\r\n" },
		{ MESSAGE_NEEDS_ALL, FROM "TLS-Report-Domain: a\r\n" },
		{ MESSAGE_NEEDS_ALL, FROM "TLS-Report-Submitter: a\r\n" },
		{ MESSAGE_NEEDS_ALL,
		    FROM "Content-Type: application/tlsrpt+gzip\r\n" },
		{ MESSAGE_NEEDS_ALL,
		    FROM "Content-Type: multipart/report; report-type=tlsrpt;"
			 " boundary=x\r\n" },
		{ MESSAGE_NEEDS_ALL,
		    FROM "Content-Disposition: x; filename=a!b!1!2.json\r\n" },
		/* a server may read it otherwise */
		{ MESSAGE_NEEDS_ALL, FROM
		    "Content-Type: text/plain\r\nContent-Type: text/html\r\n" },
		{ MESSAGE_NEEDS_ALL, "Content-Type: text/plain\r\n" },
		{ MESSAGE_NEEDS_ALL, "\r\n" },
		{ MESSAGE_NEEDS_ALL, FROM "Content-Type: message/rfc822\r\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (preview_need(span_of(rows[i].fields)) != rows[i].need)
			fail_msg("%s", rows[i].fields);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_report_is_overlooked_by_its_front),
		cmocka_unit_test(packed_parts_are_known_by_their_front),
		cmocka_unit_test(fields_tell_what_is_needed),
		cmocka_unit_test(what_people_send_is_ruled_out),
		cmocka_unit_test(what_says_that_it_is_a_report_may_be_one),
		cmocka_unit_test(a_mail_inside_may_be_a_report_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
