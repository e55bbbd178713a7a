#include "scenes/mails.h"

#include "base/arena.h"
#include "mime/mime.h"
#include "model/limits.h"

/* The mail under test and what was read of it. */
struct scene {
	struct arena arena;
	struct buf mail;
	struct findings fs;
	struct mime_part part[16];
	size_t n; /* leaves; part[] has the first of them */
	int rc;	  /* of the last mime_next() */
};

static int
setup(void **state)
{
	struct scene *s = xcalloc(1, sizeof *s);

	s->mail.max = SIZE_MAX / 2;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	arena_free(&s->arena);
	buf_free(&s->mail);
	free(s);
	return 0;
}

static void
add(struct scene *s, const char *text)
{
	buf_append(&s->mail, text, strlen(text));
}

__attribute__((format(printf, 2, 3))) static void
addf(struct scene *s, const char *fmt, ...)
{
	char text[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	add(s, text);
}

static void
add_times(struct scene *s, const char *text, size_t times)
{
	while (times-- > 0)
		add(s, text);
}

static void
walk_with(struct scene *s, const struct limits *limits)
{
	struct mime *m = mime_open(buf_span(&s->mail), limits, &s->arena);
	struct mime_part p;

	memset(&s->fs, 0, sizeof s->fs);
	s->n = 0;
	while ((s->rc = mime_next(m, &p, &s->fs)) == 1) {
		if (s->n < 16)
			s->part[s->n] = p;
		s->n++;
	}
	if (s->rc == 0) /* the end stays the end */
		assert_int_equal(mime_next(m, &p, &s->fs), 0);
	mime_close(m);
}

static void
walk(struct scene *s, const char *mail)
{
	buf_reset(&s->mail);
	add(s, mail);
	walk_with(s, &limits_default);
}

/* "text/plain:body type/sub:body ..." */
static void
assert_leaves(const struct scene *s, const char *want)
{
	char got[2000] = "";
	size_t i, n = 0;

	for (i = 0; i < s->n && i < 16; i++)
		n += (size_t)snprintf(got + n, sizeof got - n,
		    "%s%.*s/%.*s:%.*s", i > 0 ? " " : "",
		    (int)s->part[i].type.n, s->part[i].type.p,
		    (int)s->part[i].subtype.n, s->part[i].subtype.p,
		    (int)s->part[i].body.n, s->part[i].body.p);
	assert_string_equal(got, want);
	assert_int_equal(s->rc, 0);
}

static void
assert_refused(const struct scene *s, enum code why)
{
	assert_int_equal(s->rc, -1);
	assert_int_equal(s->fs.reject.code, why);
}

static void
reads_a_mail_without_parts(void **state)
{
	struct scene *s = *state;

	walk(s, "Subject: x\n\nhello\n");
	assert_leaves(s, "text/plain:hello\n");
	assert_int_equal(s->part[0].depth, 0);
	assert_int_equal(s->part[0].encoding, MIME_IDENTITY);
	assert_false(s->part[0].forwarded);
	assert_string_equal(s->part[0].filename, "");
	assert_true(span_is(s->part[0].around, "Subject: x\n"));
	walk(s, "Content-Type: application/tlsrpt+gzip\n"
		"Content-Transfer-Encoding: Base64 (comment)\n"
		"Content-Disposition: Attachment; filename=a.json.gz\n\nH4sI");
	assert_leaves(s, "application/tlsrpt+gzip:H4sI");
	assert_int_equal(s->part[0].encoding, MIME_BASE64);
	assert_string_equal(s->part[0].filename, "a.json.gz");
	walk(s, "");
	assert_leaves(s, "text/plain:");
	walk(s, "Subject: no body");
	assert_leaves(s, "text/plain:");
}

static void
leaves_preamble_and_epilogue_out(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: multipart/mixed; boundary=b\n\n"
		"preamble\n--c\n--b\n\none\n--b\n\ntwo\n\n--b--\nepilogue\n"
		"--b\n\nnever\n");
	assert_leaves(s, "text/plain:one text/plain:two\n");
	assert_int_equal(s->part[0].depth, 1);
}

static void
takes_any_line_end(void **state)
{
	static const char *const ends[] = { "\n", "\r\n", "\r" };
	struct scene *s = *state;
	const char *e;
	size_t i;

	for (i = 0; i < 3; i++) {
		e = ends[i];
		buf_reset(&s->mail);
		addf(s,
		    "Content-Type: multipart/mixed;%s boundary=b%s%s--b%s%s"
		    "one%s--b%s%stwo%s--b--%s",
		    e, e, e, e, e, e, e, e, e, e);
		walk_with(s, &limits_default);
		assert_leaves(s, "text/plain:one text/plain:two");
	}
	/* mixed ones as well, where there is any LF */
	walk(s, "Content-Type: multipart/mixed; boundary=b\r\n\n"
		"--b\n\r\na\rb\n--b\r\n\nc\r\n--b--");
	assert_leaves(s, "text/plain:a\rb text/plain:c");
	/* a header that is the last line has an end of its own */
	walk(s, "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		"Content-Type: a/b\rContent-Disposition: x; filename=c");
	assert_leaves(s, "a/b:");
	assert_string_equal(s->part[0].filename, "c");
}

static void
takes_a_delimiter_only_where_it_is_one(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: multipart/mixed; boundary=\"b \"\n\n"
		"--b \t\n\n--bb\n--b x\n --b\n-b\n--\n--B\nx--b\n--b- \n"
		"--b-- \t\n");
	assert_leaves(
	    s, "text/plain:--bb\n--b x\n --b\n-b\n--\n--B\nx--b\n--b- ");
	/* one boundary the beginning of another */
	walk(s, "Content-Type: multipart/mixed; boundary=a\n\n"
		"--a\nContent-Type: multipart/mixed; boundary=ab\n\n"
		"--ab\n\n1\n--ab--\n--a\n\n2\n--a--\n");
	assert_leaves(s, "text/plain:1 text/plain:2");
	walk(s, "Content-Type: multipart/mixed; boundary=ab\n\n"
		"--ab\nContent-Type: multipart/mixed; boundary=a\n\n"
		"--a\n\n1\n--a--\n--ab\n\n2\n--ab--\n");
	assert_leaves(s, "text/plain:1 text/plain:2");
}

static void
takes_boundaries_as_they_are_written(void **state)
{
	static const char *const rows[] = { "=_a/b:c?d", "a b", "'()+_,-./:=?",
		"a\\\\b", "\xe9", "\xc3\xa9",

		"0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEF" };
	struct scene *s = *state;
	char raw[100];
	const char *p;
	size_t i, n;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (p = rows[i], n = 0; *p != '\0'; p++) {
			if (*p == '\\')
				p++;
			raw[n++] = *p;
		}
		raw[n] = '\0';
		buf_reset(&s->mail);
		addf(s,
		    "Content-Type: multipart/mixed; boundary=\"%s\"\n\n"
		    "--%s\n\nx\n--%s--\n",
		    rows[i], raw, raw);
		walk_with(s, &limits_default);
		assert_leaves(s, "text/plain:x");
	}
}

static void
takes_what_is_there_of_a_multipart_that_does_not_end(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: multipart/mixed; boundary=b\n\n"
		"--b\n\none\n--b\nX: y\n\ntwo");
	assert_leaves(s, "text/plain:one text/plain:two");
	walk(s, "Content-Type: multipart/mixed; boundary=a\n\n"
		"--a\nContent-Type: multipart/mixed; boundary=b\n\n"
		"--b\n\none\n--a\n\ntwo\n--a--\n");
	assert_leaves(s, "text/plain:one text/plain:two");
	walk(s, "Content-Type: multipart/mixed; boundary=b\n\n--b");
	assert_leaves(s, "text/plain:");
	walk(s, "Content-Type: multipart/mixed; boundary=b\n\n--b--");
	assert_leaves(s, "");
}

static void
reads_a_part_whose_blank_line_is_missing(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: multipart/mixed; boundary=b\n\n"
		"--b\nContent-Type: text/html\nH4sI\nnot: a field\n"
		"--b\nContent-Type: text/html\n--b\n--b--\n");
	assert_leaves(s, "text/html:H4sI\nnot: a field text/html: text/plain:");
	/* but a mail keeps what stands behind debris */
	walk(s, "Received: from x\nby y; Tue\nContent-Type: a/b\n\nc");
	assert_leaves(s, "a/b:c");
}

static void
falls_back_to_text_plain(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: nonsense\n\nx");
	assert_leaves(s, "text/plain:x");
	walk(s, "Content-Type:\n\nx");
	assert_leaves(s, "text/plain:x");
	walk(s, "Content-Type: a/b\nContent-Type: c/d\n\nx");
	assert_leaves(s, "a/b:x"); /* the first of two */
}

static void
reads_transfer_encodings(void **state)
{
	static const struct {
		const char *name;
		enum mime_encoding encoding;
	} rows[] = {
		{ "7bit", MIME_IDENTITY },
		{ "8BIT", MIME_IDENTITY },
		{ "binary", MIME_IDENTITY },
		{ "base64;", MIME_BASE64 },
		{ "(x) BASE64", MIME_BASE64 },
		{ "quoted-printable", MIME_QUOTED_PRINTABLE },
		{ "x-uuencode", MIME_UUENCODE },
		{ "uuencode", MIME_UUENCODE },
		{ "x-uue", MIME_UUENCODE },
		{ "gzip", MIME_OTHER },
		{ "", MIME_IDENTITY },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&s->mail);
		addf(s, "Content-Transfer-Encoding: %s\n\nx", rows[i].name);
		walk_with(s, &limits_default);
		assert_int_equal(s->part[0].encoding, rows[i].encoding);
	}
}

static void
reads_file_names(void **state)
{
	static const struct {
		const char *header, *name;
	} rows[] = {
		{ "Content-Disposition: attachment; filename=a", "a" },
		{ "Content-Type: a/b; name=\"n\"", "n" },
		{ "Content-Type: a/b; name=n\n"
		  "Content-Disposition: inline; filename=\"f\"",
		    "f" },
		{ "Content-Disposition: inline;\n filename*0=\"a!\";\n"
		  " filename*1=b",
		    "a!b" },
		{ "Content-Disposition: inline; filename*=utf-8''%c3%bc", "ü" },
		{ "Content-Type: a/b; name=\"=?utf-8?b?w7w=?=\"", "ü" },
		{ "Content-Disposition: inline; filename=\"=?x\"", "=?x" },
		{ "Content-Disposition: inline", "" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&s->mail);
		addf(s, "%s\n\nx", rows[i].header);
		walk_with(s, &limits_default);
		assert_string_equal(s->part[0].filename, rows[i].name);
	}
}

static void
goes_into_mails_in_mails(void **state)
{
	struct scene *s = *state;

	walk(s, "Subject: outer\nContent-Type: multipart/mixed; boundary=b\n\n"
		"--b\n\ntext\n"
		"--b\nContent-Type: message/rfc822\n\n"
		"Subject: inner\nContent-Type: multipart/report;"
		" report-type=tlsrpt; boundary=c\n\n--c\n\nin\n--c--\n"
		"--b\n\nout\n--b--\n");
	assert_leaves(s, "text/plain:text text/plain:in text/plain:out");
	assert_false(s->part[0].forwarded);
	assert_true(s->part[1].forwarded);
	assert_true(s->part[1].in_report);
	assert_int_equal(s->part[1].depth, 3);
	assert_true(span_begins_nocase(s->part[1].around, "Subject: inner"));
	assert_false(s->part[2].forwarded);
	assert_false(s->part[2].in_report);
	assert_true(span_begins_nocase(s->part[2].around, "Subject: outer"));
}

static void
goes_into_mails_in_mails_that_are_encoded(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: message/rfc822\n"
		"Content-Transfer-Encoding: base64\n\n"
		/* Content-Type: text/html\n\nhi */
		"Q29udGVudC1UeXBlOiB0ZXh0L2h0bWwKCmhp\n");
	assert_leaves(s, "text/html:hi");
	assert_true(s->part[0].forwarded);
	walk(s, "Content-Type: multipart/mixed; boundary=b\n\n"
		"--b\nContent-Type: message/rfc822\n"
		"Content-Transfer-Encoding: quoted-printable\n\n"
		"Content-Type: text=\n/html\n\n=68i\n--b\n\nnext\n--b--\n");
	assert_leaves(s, "text/html:hi text/plain:next");
	assert_int_equal(s->part[0].depth, 2);
	assert_false(s->part[1].forwarded);
	/* the label alone is wrong */
	walk(s, "Content-Type: message/rfc822\n"
		"Content-Transfer-Encoding: base64\n\n"
		"Content-Type: text/html\n\nhi");
	assert_leaves(s, "text/html:hi");
	/* one inside another: not twice */
	walk(s, "Content-Type: message/rfc822\n"
		"Content-Transfer-Encoding: quoted-printable\n\n"
		"Content-Type: message/rfc822\n"
		"Content-Transfer-Encoding: quoted-printable\n\n=41");
	assert_leaves(s, "message/rfc822:A");
}

static void
reads_a_digest(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: multipart/digest; boundary=b\n\n"
		"--b\n\nContent-Type: text/html\n\nhi\n"
		"--b\nContent-Type: text/plain\n\nplain\n--b--\n");
	assert_leaves(s, "text/html:hi text/plain:plain");
	assert_true(s->part[0].forwarded);
	assert_false(s->part[1].forwarded);
}

static void
knows_the_parts_of_a_tls_report(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: multipart/mixed; boundary=a\n\n"
		"--a\nContent-Type: Multipart/REPORT; boundary=b;"
		" Report-Type=\"TLSRPT\"\n\n--b\n\n1\n"
		"--b\nContent-Type: multipart/mixed; boundary=c\n\n"
		"--c\n\n2\n--c--\n--b--\n--a\n\n3\n--a--\n");
	assert_leaves(s, "text/plain:1 text/plain:2 text/plain:3");
	assert_true(s->part[0].in_report);
	assert_true(s->part[1].in_report);
	assert_false(s->part[2].in_report);
}

static void
refuses_a_multipart_without_its_boundary(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: multipart/mixed\n\n--b\n\nx\n--b--\n");
	assert_refused(s, CODE_MIME_MALFORMED);
	walk(s, "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n");
	assert_refused(s, CODE_MIME_MALFORMED);
	walk(s, "Content-Type: multipart/mixed; boundary=a\n\n--b\n\nx\n");
	assert_refused(s, CODE_MIME_MALFORMED);
	walk(s, "Content-Type: multipart/mixed; boundary=\"\\\"\"\n\nx\n");
	assert_refused(s, CODE_MIME_MALFORMED);
}

static void
hands_out_a_broken_multipart_inside_as_it_is(void **state)
{
	struct scene *s = *state;

	walk(s, "Content-Type: multipart/mixed; boundary=a\n\n"
		"--a\nContent-Type: multipart/mixed\n\nlost\n"
		"--a\nContent-Type: multipart/mixed; boundary=b\n\n--c\nlost\n"
		"--a\n\nfound\n--a--\n");
	assert_leaves(s, "multipart/mixed:lost multipart/mixed:--c\nlost"
			 " text/plain:found");
	assert_int_equal(s->part[0].depth, 1);
	walk(s, "Content-Type: multipart/mixed; boundary=a\n\n"
		"--a\nContent-Type: multipart/mixed; boundary=b\n\nlost");
	assert_leaves(s, "multipart/mixed:lost");
}

static void
nest(struct scene *s, size_t multiparts, size_t mails)
{
	size_t i;

	buf_reset(&s->mail);
	for (i = 0; i < multiparts; i++)
		addf(s,
		    "Content-Type: multipart/mixed; boundary=b%zu\n\n--b%zu\n",
		    i, i);
	for (i = 0; i < mails; i++)
		add(s, "Content-Type: message/rfc822\n\n");
	add(s, "A: b\n\nleaf");
	walk_with(s, &limits_default);
}

static void
goes_as_deep_as_the_limit(void **state)
{
	struct scene *s = *state;

	nest(s, 16, 0);
	assert_leaves(s, "text/plain:leaf");
	assert_int_equal(s->part[0].depth, 16);
	nest(s, 17, 0);
	assert_refused(s, CODE_MIME_TOO_DEEP);
	nest(s, 0, 16);
	assert_leaves(s, "text/plain:leaf");
	nest(s, 0, 17);
	assert_refused(s, CODE_MIME_TOO_DEEP);
	nest(s, 10, 6);
	assert_leaves(s, "text/plain:leaf");
	nest(s, 10, 7);
	assert_refused(s, CODE_MIME_TOO_DEEP);
}

static void
takes_as_many_parts_as_the_limit(void **state)
{
	struct scene *s = *state;

	add(s, "Content-Type: multipart/mixed; boundary=b\n\n");
	add_times(s, "--b\n\nx\n", 100);
	walk_with(s, &limits_default);
	assert_int_equal(s->rc, 0);
	assert_int_equal(s->n, 100);
	add(s, "--b\n\nx\n");
	walk_with(s, &limits_default);
	assert_refused(s, CODE_MIME_TOO_MANY_PARTS);
}

static void
takes_as_long_a_header_as_the_limit(void **state)
{
	struct limits limits = limits_default;
	struct scene *s = *state;

	limits.header = 30;
	add(s, "Subject: 45678901234567890123\n\nbody");
	walk_with(s, &limits);
	assert_leaves(s, "text/plain:body");
	buf_reset(&s->mail);
	add(s, "Subject: 456789012345678901234\n\nbody");
	walk_with(s, &limits);
	assert_refused(s, CODE_HEADER_TOO_LARGE);
	limits.header = 50;
	buf_reset(&s->mail);
	add(s, "Content-Type: multipart/mixed; boundary=b\n\n--b\n");
	add_times(s, "A: 23456789012345\n", 3);
	walk_with(s, &limits);
	assert_refused(s, CODE_HEADER_TOO_LARGE);
}

enum {
	LARGE = 1024 * 1024 /* what is quadratic would take minutes */
};

static void
fill_up(struct scene *s, const char *text)
{
	while (s->mail.len + strlen(text) <= LARGE)
		add(s, text);
}

static void
add_nested(struct scene *s, size_t n)
{
	while (n-- > 0)
		addf(s,
		    "Content-Type: multipart/mixed; boundary=b%zu\n\n--b%zu\n",
		    n, n);
}

/* Large mails, each made to take long. */
static void
is_linear_in_the_size_of_a_mail(void **state)
{
	static const char encoded[] = "Content-Type: message/rfc822\n"
				      "Content-Transfer-Encoding: base64\n\n";
	static const char *const fillers[] = {
		"\n",
		"--\n",
		"--b\n",
		"--b--\n",
		"-",
		"--------------\n",
		"a: b\n",
		" \n",
		"x",
		"Content-Type: message/rfc822\n\n",
		"Content-Type: multipart/mixed\n\n",
		encoded,
		"--b15\n",
		"--b15--x\n",
		"\r",
		"(",
		"\"",
		"=?a?q?",
		"Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\n\n",
		"Content-Type: a/b; x*0=a; x*1=b;",
		"a=b ",
		"; b*1*=",
	};
	struct limits wide = limits_default;
	struct scene *s = *state;
	size_t i, j;

	wide.header = LARGE;
	wide.parts = 1000;
	for (i = 0; i < sizeof fillers / sizeof *fillers; i++) {
		for (j = 0; j < 4; j++) {
			buf_reset(&s->mail);
			arena_reset(&s->arena);
			if (j == 1)
				add(s, "Content-Type: a/b; ");
			else if (j == 2)
				add_nested(s, 16);
			else if (j == 3)
				add(s, "Content-Type: multipart/mixed;"
				       " boundary=b\n\n--b\nSubject: ");
			fill_up(s, fillers[i]);
			walk_with(s, &wide);
			if (s->arena.total > 3 * LARGE) {
				print_error("row %zu, front %zu: %zu bytes\n",
				    i, j, s->arena.total);
				fail();
			}
		}
	}
}

static void
refuses_a_hundred_thousand_of_anything(void **state)
{
	struct scene *s = *state;

	nest(s, 100000, 0);
	assert_refused(s, CODE_MIME_TOO_DEEP);
	nest(s, 0, 100000);
	assert_refused(s, CODE_MIME_TOO_DEEP);
	buf_reset(&s->mail);
	add(s, "Content-Type: multipart/mixed; boundary=b\n\n");
	add_times(s, "--b\n\nx\n", 100000);
	walk_with(s, &limits_default);
	assert_refused(s, CODE_MIME_TOO_MANY_PARTS);
	buf_reset(&s->mail);
	add_times(s, "Subject: again and again\n", 1000000);
	walk_with(s, &limits_default);
	assert_refused(s, CODE_HEADER_TOO_LARGE);
}

/* Every prefix of a mail that has a bit of everything. */
static void
survives_every_truncation(void **state)
{
	static const char mail[] =
	    "Subject: =?utf-8?q?x?=\nContent-Type: multipart/report;"
	    " report-type=tlsrpt; boundary*0=\"b\"; boundary*1=c\n\n"
	    "pre\n--bc\nContent-Type: message/rfc822\n"
	    "Content-Transfer-Encoding: base64\n\nQTogYgoKeA==\n"
	    "--bc \nContent-Type: multipart/digest; boundary=\"\\d\"\n\n"
	    "--d\n\nA: b\n\nbody\n--d--\n--bc--\nepilogue\n";
	struct scene *s = *state;
	struct span whole = span_of(mail), cut;
	struct mime_part p;
	struct mime *m;
	size_t n;

	for (n = 0; n <= whole.n; n++) {
		whole.n = n;
		cut = exact_copy(whole);
		memset(&s->fs, 0, sizeof s->fs);
		m = mime_open(cut, &limits_default, &s->arena);
		while (mime_next(m, &p, &s->fs) == 1)
			assert_true(p.body.n <= n);
		mime_close(m);
		free_span(cut);
		whole.n = sizeof mail - 1;
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(reads_a_mail_without_parts),
		TEST(leaves_preamble_and_epilogue_out),
		TEST(takes_any_line_end),
		TEST(takes_a_delimiter_only_where_it_is_one),
		TEST(takes_boundaries_as_they_are_written),
		TEST(takes_what_is_there_of_a_multipart_that_does_not_end),
		TEST(reads_a_part_whose_blank_line_is_missing),
		TEST(falls_back_to_text_plain),
		TEST(reads_transfer_encodings),
		TEST(reads_file_names),
		/* R2 */
		TEST(goes_into_mails_in_mails),
		TEST(goes_into_mails_in_mails_that_are_encoded),
		TEST(reads_a_digest),
		/* R1 */
		TEST(knows_the_parts_of_a_tls_report),
		/* R2 */
		TEST(refuses_a_multipart_without_its_boundary),
		TEST(hands_out_a_broken_multipart_inside_as_it_is),
		/* R2 */
		TEST(goes_as_deep_as_the_limit),
		/* R2 */
		TEST(takes_as_many_parts_as_the_limit),
		TEST(takes_as_long_a_header_as_the_limit),
		TEST(is_linear_in_the_size_of_a_mail),
		TEST(refuses_a_hundred_thousand_of_anything),
		TEST(survives_every_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
