#include "scenes/mails.h"

#include <zlib.h>

#include "base/arena.h"
#include "mime/candidates.h"
#include "mime/mail_header.h"
#include "mime/part_body.h"
#include "model/limits.h"
#include "unpack/gzip_pack.h"
#include "unpack/unpack.h"

#define REPORT "{\"organization-name\":\"x\",\"report-id\":\"1\"}"
#define HEAD "TLS-Report-Domain: example.org\nTLS-Report-Submitter: x\n"
#define MULTI "Content-Type: multipart/report; report-type=tlsrpt; boundary=b\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\n"

struct scene {
	struct arena arena;
	struct span mail;
	struct candidates c;
	struct findings fs;
	int rc;
	char codes[500];
};

static int
setup(void **state)
{
	*state = xcalloc(1, sizeof(struct scene));
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	arena_free(&s->arena);
	free_span(s->mail);
	free(s);
	return 0;
}

static void
look(struct scene *s, struct span mail)
{
	free_span(s->mail);
	s->mail = exact_copy(mail);
	memset(&s->fs, 0, sizeof s->fs);
	s->rc =
	    candidates_find(s->mail, &limits_default, &s->arena, &s->c, &s->fs);
	if (s->rc == -1)
		assert_int_not_equal(s->fs.reject.code, CODE_NONE);
	else
		assert_int_equal(s->fs.reject.code, CODE_NONE);
}

__attribute__((format(printf, 2, 3))) static void
lookf(struct scene *s, const char *fmt, ...)
{
	char mail[20000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(mail, sizeof mail, fmt, ap);
	va_end(ap);
	look(s, span_of(mail));
}

/* Warnings and notes on a candidate, and its refusal. */
static const char *
codes(struct scene *s, size_t i)
{
	static const struct findings none;
	struct findings *fs = &s->fs;
	size_t n;

	*fs = none;
	candidates_judge(&s->c, i, fs);

	s->codes[0] = '\0';
	if (fs->reject.code != CODE_NONE)
		snprintf(s->codes, sizeof s->codes, "!%s ",
		    code_entry(fs->reject.code)->name);
	n = strlen(s->codes);
	findings_names(fs, CLASS_WARN, s->codes + n, sizeof s->codes - n);
	n = strlen(s->codes);
	if (n > 0 && s->codes[n - 1] != ' ')
		n += (size_t)snprintf(s->codes + n, sizeof s->codes - n, " ");
	findings_names(fs, CLASS_NOTE, s->codes + n, sizeof s->codes - n);
	return s->codes;
}

static void
assert_candidates(struct scene *s, size_t n, const char *first)
{
	assert_int_equal(s->rc, 0);
	assert_int_equal(s->c.n, n);
	if (n > 0)
		assert_string_equal(codes(s, 0), first);
}

static void
assert_no_report(struct scene *s)
{
	assert_int_equal(s->rc, 0);
	assert_int_equal(s->c.n, 0);
	assert_false(s->c.claims);
}

static void
assert_refused(const struct scene *s, enum code why)
{
	assert_int_equal(s->rc, -1);
	assert_int_equal(s->fs.reject.code, why);
	assert_int_equal(s->c.n, 0);
}

static void
takes_parts_by_media_type(void **state)
{
	static const struct {
		const char *type, *body, *codes;
	} rows[] = {
		{ "application/tlsrpt+json", "{}", "" },
		{ "Application/TLSRPT+JSON; charset=x", "{}", "" },
		{ "application/tlsrpt+gzip", "\x1f\x8b\x08", "" },
		{ "application/tlsrpt+gzip", "{}", "media-type" },
		{ "application/tlsrpt+json", "\x1f\x8b\x08", "media-type" },
		{ "application/tlsrpt+json", "x", "" },
		{ "application/tlsrpt+json", "", "" },
		{ "application/tlsrpt+gzip", "x", "!gzip-invalid " },
		{ "application/tlsrpt+gzip", "", "!gzip-truncated " },
		{ "application/tlsrpt+gzip", "begin 644 x", "!uuencode " },
		{ "application/tlsrpt+json", "begin 644 x", "!uuencode " },
		{ "application/tlsrpt+gzip", "PK\3\4", "media-type" },
		{ "application/tlsrpt", "{}", "media-type" },
		{ "application/x-tlsrpt+json", "{}", "media-type" },
		{ "text/tlsrpt+json", "{}", "media-type" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		lookf(s,
		    MULTI "\n--b\n\n{}\n--b\nContent-Type: %s\n\n%s\n--b--",
		    rows[i].type, rows[i].body);
		if (s->c.n != 1 || strcmp(codes(s, 0), rows[i].codes) != 0)
			print_error("row %zu: %zu %s\n", i, s->c.n, s->codes);
		assert_candidates(s, 1, rows[i].codes);
	}
}

static void
prefers_the_media_type_to_all_else(void **state)
{
	struct scene *s = *state;

	lookf(s, HEAD MIXED "\n--b\nContent-Type: application/json;"
			    " name=a.json\n\n" REPORT "\n"
			    "--b\nContent-Type: application/tlsrpt+json\n\n"
			    "{}\n--b--\n");
	assert_candidates(s, 1, "report-type-missing ");
	assert_true(span_is(s->c.part[0].body, "{}"));
}

static void
takes_by_name_or_content_what_claims_to_be_a_report(void **state)
{
	static const struct {
		const char *header, *body;
		bool taken;
	} rows[] = {
		{ "Content-Type: application/gzip", "\x1f\x8b", true },
		{ "Content-Type: application/gzip", "nonsense", true },
		{ "Content-Type: application/octet-stream", "\x1f\x8b", true },
		{ "Content-Type: application/octet-stream", "PK\3\4", true },
		{ "Content-Type: application/octet-stream", "{", true },
		{ "Content-Type: application/octet-stream", "H4sIAAAA", true },
		{ "Content-Type: application/octet-stream\n"
		  "Content-Transfer-Encoding: base64",
		    "H4sIAAAA", true },
		{ "Content-Type: application/octet-stream", "MZ", false },
		{ "Content-Type: application/json", "", true },
		{ "Content-Type: application/zip", "", true },
		{ "Content-Type: text/plain; name=a.json", "x", true },
		{ "Content-Type: text/plain; name=A.JSON.GZ", "x", true },
		{ "Content-Type: image/png; name=a.json", "x", true },
		{ "Content-Type: text/plain", REPORT, true },
		{ "X-Nothing: at all", REPORT, true },
		{ "Content-Type: text/plain", "{ hello }", false },
		{ "Content-Type: text/plain", "x^2", false },
		{ "Content-Type: text/plain", "[External] hello", false },
		{ "Content-Type: text/plain", "example", false },
		{ "Content-Type: text/html", "<p>", false },
		{ "Content-Type: image/png", "\x89PNG", false },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		lookf(s, HEAD MIXED "\n--b\n\ntext\n--b\n%s\n\n%s\n--b--\n",
		    rows[i].header, rows[i].body);
		if ((s->c.n == 1) != rows[i].taken)
			print_error("row %zu\n", i);
		if (!rows[i].taken) {
			assert_refused(s, CODE_NO_REPORT_PART);
			continue;
		}
		assert_candidates(s, 1, "media-type");
		assert_true(s->c.claims);
	}
}

static void
takes_by_content_alone_what_claims_nothing(void **state)
{
	static const struct {
		const char *header, *body;
		bool taken;
	} rows[] = {
		{ "Content-Type: application/json; name=a.json", REPORT, true },
		{ "Content-Type: application/octet-stream", REPORT, true },
		{ "Content-Type: text/plain", "\xef\xbb\xbf" REPORT, true },
		{ "Content-Transfer-Encoding: base64", "eyJyZXBvcnQtaWQiOjF9",
		    true },
		{ "Content-Transfer-Encoding: quoted-printable",
		    "{\"report=2Did\":1}", true },
		{ "Content-Type: application/json; name=a.json", "{}", false },
		{ "Content-Type: application/json", "{\"policies\":[]}",
		    false },
		{ "Content-Type: text/plain", "\"report-id\"", false },
		{ "Content-Type: application/gzip", "\x1f\x8b\x08", false },
		{ "Content-Type: application/zip", "PK\3\4", false },
		{ "Content-Type: application/gzip; name=a.json.gz", "x",
		    false },
		/* but for a name that says it all (RFC 8460 §5.1) */
		{ "Content-Type: a/b; name=\"s.example!d.example!1!2.json\"",
		    "x", true },
		{ "Content-Type: a/b; name=\"s.example!d.example!1!2!3."
		  "json.gz\"",
		    "x", true },
		{ "Content-Type: a/b; name=\"s.example!d.example!1.json\"", "x",
		    false },
		{ "Content-Type: a/b; name=\"!d.example!1!2.json\"", "x",
		    false },
		{ "Content-Type: a/b; name=\"s.example!d.example!a!b.json\"",
		    "x", false },
		/* reports of DMARC */
		{ "Content-Type: a/b; name=\"s.example!d.example!1!2.xml.gz\"",
		    "x", false },
		{ "Content-Type: a/b; name=\"s.example!d.example!1!2.zip\"",
		    "x", false },
		{ "Content-Type: a/b; name=\"s.example!d.example!1!2.xml\"",
		    "<feedback>", false },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		lookf(s, MIXED "\n--b\n\ntext\n--b\n%s\n\n%s\n--b--\n",
		    rows[i].header, rows[i].body);
		if ((s->c.n == 1) != rows[i].taken)
			print_error("row %zu\n", i);
		if (rows[i].taken)
			assert_candidates(s, 1, "media-type");
		else
			assert_no_report(s);
	}
}

static void
warns_of_a_missing_report_type(void **state)
{
	static const struct {
		const char *mail, *codes;
	} rows[] = {
		{ "Content-Type: application/tlsrpt+json\n\n{}",
		    "report-type-missing " },
		{ MIXED "\n--b\nContent-Type: application/tlsrpt+json\n\n{}",
		    "report-type-missing " },
		{ "Content-Type: multipart/report; boundary=b\n\n"
		  "--b\nContent-Type: application/tlsrpt+json\n\n{}",
		    "report-type-missing " },
		{ "Content-Type: multipart/report; report-type=disposition;"
		  " boundary=b\n\n"
		  "--b\nContent-Type: application/tlsrpt+json\n\n{}",
		    "report-type-missing " },
		{ MULTI "\n--b\nContent-Type: application/tlsrpt+json\n\n{}",
		    "" },
		{ "Content-Type: multipart/mixed; boundary=a\n\n--a\n" MULTI
		  "\n--b\nContent-Type: application/tlsrpt+json\n\n{}",
		    "" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		lookf(s, "%s", rows[i].mail);
		assert_candidates(s, 1, rows[i].codes);
	}
}

static void
takes_forwarded_reports_with_the_head_of_their_mail(void **state)
{
	struct scene *s = *state;

	lookf(s,
	    "Subject: outer\n" MIXED "\n--b\nContent-Type: message/rfc822\n\n"
	    "Subject: inner\n" HEAD
	    "Content-Type: application/tlsrpt+json\n\n{}\n"
	    "--b\nContent-Type: application/tlsrpt+json\n\n{}\n--b--\n");
	assert_int_equal(s->c.n, 2);
	assert_false(s->c.claims); /* the outer mail does not */
	assert_string_equal(
	    codes(s, 0), "report-type-missing forwarded multiple-report-parts");
	assert_string_equal(
	    codes(s, 1), "report-type-missing multiple-report-parts");
	assert_string_equal(s->c.head.subject, "outer");
	assert_string_equal(s->c.head_of[0].subject, "inner");
	assert_string_equal(s->c.head_of[0].report_domain, "example.org");
	assert_string_equal(s->c.head_of[1].subject, "outer");
	assert_string_equal(s->c.head_of[1].report_domain, "");
	/* what the inner mail claims holds for what is in it */
	lookf(s, "Content-Type: message/rfc822\n\n" HEAD
		 "Content-Type: application/gzip\n\nnonsense\n");
	assert_candidates(s, 1, "forwarded media-type");
}

static void
takes_as_many_reports_as_the_limit(void **state)
{
	struct scene *s = *state;
	struct buf mail = { .max = 100000 };
	static const char part[] =
	    "--b\nContent-Type: application/tlsrpt+json\n\n{}\n";
	size_t i;

	buf_append(&mail, MULTI "\n", sizeof MULTI);
	for (i = 0; i < 10; i++)
		buf_append(&mail, part, sizeof part - 1);
	look(s, buf_span(&mail));
	assert_candidates(s, 10, "multiple-report-parts");
	assert_string_equal(codes(s, 9), "multiple-report-parts");
	buf_append(&mail, part, sizeof part - 1);
	look(s, buf_span(&mail));
	assert_refused(s, CODE_TOO_MANY_REPORTS);
	buf_free(&mail);
}

static void
refuses_a_broken_mail_only_if_it_claims_to_be_a_report(void **state)
{
	static const struct {
		const char *front, *rest;
		enum code why; /* CODE_NONE: no_report */
	} rows[] = {
		{ HEAD, "Content-Type: multipart/mixed\n\nx",
		    CODE_MIME_MALFORMED },
		{ "", "Content-Type: multipart/mixed\n\nx", CODE_NONE },
		{ "", "Content-Type: multipart/report; report-type=tlsrpt\n\nx",
		    CODE_MIME_MALFORMED },
		{ "", "Content-Type: multipart/report\n\nx", CODE_NONE },
		{ HEAD, MIXED "\n--b\nContent-Type: multipart/x\n\nx\n--b--",
		    CODE_MIME_MALFORMED },
		{ "", MIXED "\n--b\nContent-Type: multipart/x\n\nx\n--b--",
		    CODE_NONE },
		{ HEAD, MIXED "\n--b\n\nnothing\n--b--", CODE_NO_REPORT_PART },
		{ "", MIXED "\n--b\n\nnothing\n--b--", CODE_NONE },
		{ HEAD, MIXED "\n--b--\n", CODE_NO_REPORT_PART },
		{ HEAD, "\nbegin 644 x\n#\n`\nend\n", CODE_UUENCODE },
		{ "A: b\n", "\nbegin 644 x\n#\n`\nend\n", CODE_NONE },
		{ "A: b\n",
		    "\nbegin 644 a.example!b.example!1!2.json.gz\n#\n`\nend\n",
		    CODE_UUENCODE },
		{ "A: b\n",
		    "\nbegin 644 a.example!b.example!1!2.xml.gz\n#\n`\nend\n",
		    CODE_NONE },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		lookf(s, "%s%s", rows[i].front, rows[i].rest);
		if (s->fs.reject.code != rows[i].why)
			print_error("row %zu\n", i);
		if (rows[i].why != CODE_NONE)
			assert_refused(s, rows[i].why);
		else
			assert_no_report(s);
	}
}

static void
takes_the_report_beside_a_broken_multipart(void **state)
{
	struct scene *s = *state;

	lookf(s, MULTI "\n--b\nContent-Type: multipart/alternative\n\nlost\n"
		       "--b\nContent-Type: application/tlsrpt+json\n\n{}\n");
	assert_candidates(s, 1, "");
}

/* What claims stands behind the point where the walk was given up. */
static void
reads_the_claim_of_a_header_that_is_too_large(void **state)
{
	struct scene *s = *state;
	struct buf mail = { .max = SIZE_MAX / 2 };

	while (mail.len < 24 * 1024 * 1024)
		buf_append(&mail, "X-Padding: 345678901234567890\n", 30);
	look(s, buf_span(&mail));
	assert_no_report(s);
	buf_append(&mail, HEAD "\n", sizeof HEAD);
	look(s, buf_span(&mail));
	assert_refused(s, CODE_HEADER_TOO_LARGE);
	buf_free(&mail);
}

static void
refuses_a_hundred_and_one_parts_behind_a_typed_one(void **state)
{
	struct scene *s = *state;
	struct buf mail = { .max = 100000 };
	size_t i;

	buf_append(&mail, MIXED "\n", sizeof MIXED);
	for (i = 0; i < 101; i++)
		buf_append(&mail, "--b\n\nx\n", 7);
	look(s, buf_span(&mail));
	assert_no_report(s);
	buf_reset(&mail);
	buf_append(&mail, MIXED "\n", sizeof MIXED);
	buf_append(
	    &mail, "--b\nContent-Type: application/tlsrpt+json\n\n{}\n", 46);
	for (i = 0; i < 100; i++)
		buf_append(&mail, "--b\n\nx\n", 7);
	look(s, buf_span(&mail));
	assert_refused(s, CODE_MIME_TOO_MANY_PARTS);
	buf_free(&mail);
}

static void
reads_the_head_also_of_what_is_no_report(void **state)
{
	struct scene *s = *state;
	struct mail_head head;
	int64_t arrival = 0;

	lookf(s, "Received: a; Tue, 24 Nov 2026 03:10:06 +0000\n"
		 "From: =?utf-8?q?=C3=BC?= <a@b>\nSubject: x\n\nspam\n");
	assert_no_report(s);
	assert_true(head_arrival(s->c.received, &arrival));
	assert_int_equal(arrival, 1795489806);
	assert_string_equal(s->c.head.from, "ü <a@b>");
	assert_string_equal(s->c.head.message_id, "");
	head_text_of_mail(
	    span_of("\nFrom: x\r\n\r\nSubject: y"), &s->arena, &head);
	assert_string_equal(head.from, "x");
	assert_string_equal(head.subject, "");
}

/* Tabs cut a line of the table into so many fields. */
enum {
	FILE_NAME,
	VERDICT,
	CODES,
	NOTES,
	FIELDS
};

/* Those that are found before anybody reads the JSON. */
static bool
is_of_transport(const char *code)
{
	static const char *const rows[] = { "mime-malformed", "mime-too-deep",
		"no-report-part", "transfer-encoding", "gzip-invalid",
		"gzip-truncated", "decompressed-too-large", "zip-invalid",
		"uuencode", "mime-too-many-parts", "header-too-large",
		"too-many-reports", "zip-too-many-entries", "zip-encrypted",
		"report-type-missing", "container-zip", "container-zlib",
		"forwarded", "gzip-multi-member", "gzip-trailing-data",
		"media-type", "multiple-report-parts" };
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i], code) == 0)
			return true;
	return false;
}

/* `list` without what the JSON alone could tell. */
static void
keep_transport(char *list)
{
	char *word, *rest = list;
	size_t n = 0, len;

	while ((word = strtok_r(rest, " ", &rest)) != NULL)
		if (is_of_transport(word)) {
			len = strlen(word);
			if (n > 0)
				list[n++] = ' ';
			memmove(list + n, word, len);
			n += len;
		}
	list[n] = '\0';
}

/* What one report of a mail came to, in the words of the table. */
struct outcome {
	const char *verdict;
	char codes[300], notes[300];
};

static void
record(struct outcome *o, const struct findings *fs)
{
	*o = (struct outcome){ .verdict = "reject" };
	if (fs->reject.code != CODE_NONE) {
		snprintf(o->codes, sizeof o->codes, "%s",
		    code_entry(fs->reject.code)->name);
		return;
	}
	findings_names(fs, CLASS_WARN, o->codes, sizeof o->codes);
	findings_names(fs, CLASS_NOTE, o->notes, sizeof o->notes);
	o->verdict = o->codes[0] != '\0' ? "warn" : "accept";
}

static size_t
unpack_part(const struct candidates *c, size_t i, struct outcome *o)
{
	static struct findings fs, chosen, none;
	struct buf room = { .max = limits_default.message };
	struct buf text = { .max = limits_default.report };
	struct unpack *u;
	struct span bytes;
	size_t n = 0;

	fs = none;
	if (part_body_decode(c->part[i].body, c->part[i].encoding, &room,
		&bytes, &fs) == -1) {
		record(&o[n++], &fs);
		buf_free(&room);
		return n;
	}
	fs = none;
	candidates_judge(c, i, &fs);
	chosen = fs;
	u = unpack_open(bytes, &limits_default);
	while (unpack_next(u, &text, &fs) != 0) {
		record(&o[n++], &fs);
		fs = chosen;
	}
	unpack_close(u);
	buf_free(&room);
	buf_free(&text);
	return n;
}

static size_t
examine(struct scene *s, const char *path, struct outcome *o)
{
	struct span mail = read_whole(path);
	size_t i, n = 0;

	if (mail.p == NULL)
		print_error("%s\n", path);
	assert_non_null(mail.p);
	look(s, mail);
	free_span(mail);
	if (s->rc == -1)
		record(&o[n++], &s->fs);
	else if (s->c.n == 0)
		o[n++].verdict = s->c.claims ? "?" : "no_report";
	else
		for (i = 0; i < s->c.n; i++)
			n += unpack_part(&s->c, i, o + n);
	return n;
}

static bool
matches(struct outcome *o, char *const field[FIELDS])
{
	bool rejected = strcmp(o->verdict, "reject") == 0;

	if (strcmp(field[VERDICT], "no_report") == 0)
		return strcmp(o->verdict, "no_report") == 0;
	keep_transport(o->codes);
	keep_transport(o->notes);
	keep_transport(field[CODES]);
	keep_transport(field[NOTES]);
	if (strcmp(field[VERDICT], "reject") == 0 && field[CODES][0] == '\0')
		return !rejected; /* the JSON will be */
	return rejected == (strcmp(field[VERDICT], "reject") == 0) &&
	       strcmp(o->codes, field[CODES]) == 0 &&
	       strcmp(o->notes, field[NOTES]) == 0;
}

static void
finds_in_every_fixture_what_the_table_says(void **state)
{
	struct scene *s = *state;
	struct outcome o[64];
	FILE *f = fopen("tests/fixtures/MAILS.tsv", "r");
	char line[1000], last[200] = "", *field[FIELDS], *rest, *path;
	size_t i, n = 0, next = 0, lines = 0;

	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		if (line[0] == '#')
			continue;
		lines++;
		for (i = 0, rest = line; i < FIELDS; i++)
			assert_non_null(field[i] = strtok_r(rest, "\t", &rest));
		if (strcmp(field[FILE_NAME], last) != 0) {
			assert_int_equal(next, n); /* none left over */
			path = xasprintf("tests/fixtures/%s", field[FILE_NAME]);
			n = examine(s, path, o);
			free(path);
			next = 0;
			snprintf(last, sizeof last, "%s", field[FILE_NAME]);
		}
		if (next >= n || !matches(&o[next], field))
			print_error("%s: %s '%s' '%s', want %s '%s' '%s'\n",
			    last, o[next].verdict, o[next].codes, o[next].notes,
			    field[VERDICT], field[CODES], field[NOTES]);
		assert_true(next < n && matches(&o[next], field));
		next++;
	}
	fclose(f);
	assert_int_equal(next, n);
	assert_true(lines > 80);
}

/* Every prefix of a mail: no crash, and no report made out of nothing. */
static void
survives_every_truncation(void **state)
{
	struct scene *s = *state;
	struct span mail = read_whole("tests/fixtures/valid/zip-two.eml");
	struct outcome o[64];
	struct span cut = mail;
	size_t i;

	assert_non_null(mail.p);
	for (cut.n = 0; cut.n < mail.n; cut.n++) {
		look(s, cut);
		for (i = 0; i < s->c.n; i++)
			unpack_part(&s->c, i, o);
		arena_reset(&s->arena);
	}
	free_span(mail);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		/* R3, R4 */
		TEST(takes_parts_by_media_type),
		/* R3 */
		TEST(prefers_the_media_type_to_all_else),
		/* R3 */
		TEST(takes_by_name_or_content_what_claims_to_be_a_report),
		/* R3, R14 */
		TEST(takes_by_content_alone_what_claims_nothing),
		/* R1, R2 */
		TEST(warns_of_a_missing_report_type),
		/* R2 */
		TEST(takes_forwarded_reports_with_the_head_of_their_mail),
		/* R5 */
		TEST(takes_as_many_reports_as_the_limit),
		TEST(
		    refuses_a_broken_mail_only_if_it_claims_to_be_a_report), /* R2, R3, R14 */
		/* R2 */
		TEST(takes_the_report_beside_a_broken_multipart),
		TEST(reads_the_claim_of_a_header_that_is_too_large),
		TEST(refuses_a_hundred_and_one_parts_behind_a_typed_one),
		TEST(reads_the_head_also_of_what_is_no_report),
		/* R1 to R5, R12, R14 */
		TEST(finds_in_every_fixture_what_the_table_says),
		TEST(survives_every_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
