/*
 * The walker against GMime, an independent reader of mail: on whatever GMime
 * finds nothing to complain about both must see the same parts.
 */
#include "scenes/mails.h"

#include <dirent.h>
#include <gmime/gmime.h>

#include "base/arena.h"
#include "mime/mime.h"
#include "mime/transfer_encoding.h"
#include "model/limits.h"

enum {
	LEAVES = 256,
	MUTANTS = 400, /* of each mail */
	/*
	 * GMime passes over some faults without a warning and reads them in
	 * another way: an open quote or comment, a "/" for a ";", a section
	 * of a file name twice, a bare CR.  One mutant in so many.
	 */
	TOLERANCE = 200
};

struct leaf {
	char *type; /* "text/plain", in lower case */
	char *filename;
	struct span bytes;
};

struct list {
	struct leaf leaf[LEAVES];
	size_t n;
	bool doubtful; /* not to be compared */
};

static unsigned compared, differing;

static void
add_leaf(struct list *l, char *type, const char *filename, struct span bytes)
{
	char *p;

	assert_true(l->n < LEAVES);
	for (p = type; *p != '\0'; p++)
		*p = (char)g_ascii_tolower(*p);
	l->leaf[l->n].type = type;
	l->leaf[l->n].filename = xstrdup(filename != NULL ? filename : "");
	l->leaf[l->n++].bytes = exact_copy(bytes);
}

static void
free_list(struct list *l)
{
	while (l->n > 0) {
		l->n--;
		free(l->leaf[l->n].type);
		free(l->leaf[l->n].filename);
		free_span(l->leaf[l->n].bytes);
	}
}

/* Whole groups, padding at the end alone: GMime drops what is not. */
static bool
is_regular_base64(struct span s)
{
	size_t i, n = 0, pads = 0;

	for (i = 0; i < s.n; i++) {
		if (strchr(" \t\r\n", s.p[i]) != NULL)
			continue;
		if (s.p[i] == '=')
			pads++;
		else if (pads > 0)
			return false;
		n++;
	}
	return n % 4 == 0 && pads <= 2;
}

static void
read_ours(struct span mail, struct list *l)
{
	struct arena arena = { 0 };
	struct findings fs = { 0 };
	struct mime *m = mime_open(mail, &limits_default, &arena);
	struct mime_part p;
	struct span bytes;
	bool bad = false;
	char *room;
	int rc;

	while ((rc = mime_next(m, &p, &fs)) == 1) {
		room = xmalloc(p.body.n + 1);
		bytes = (struct span){ room, 0 };
		if (p.encoding == MIME_BASE64)
			bytes.n = transfer_base64(p.body, room, p.body.n, &bad);
		else if (p.encoding == MIME_QUOTED_PRINTABLE)
			bytes.n =
			    transfer_quoted_printable(p.body, room, p.body.n);
		else
			bytes = p.body;
		l->doubtful |=
		    bad || p.encoding == MIME_OTHER ||
		    p.encoding == MIME_UUENCODE ||
		    (p.encoding == MIME_BASE64 && !is_regular_base64(p.body));
		add_leaf(l,
		    xasprintf("%.*s/%.*s", (int)p.type.n, p.type.p,
			(int)p.subtype.n, p.subtype.p),
		    p.filename, bytes);
		free(room);
	}
	l->doubtful |= rc == -1;
	mime_close(m);
	arena_free(&arena);
}

static void
add_theirs(struct list *l, GMimeObject *o)
{
	GMimeContentType *t = g_mime_object_get_content_type(o);
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(o));
	GMimeStream *out = g_mime_stream_mem_new();
	GByteArray *bytes;
	struct span s = { NULL, 0 };
	char *type = g_mime_content_type_get_mime_type(t);

	/* GMime does not look into a mail that has an encoding; we do */
	if (g_ascii_strncasecmp(type, "message/rfc822", 14) == 0)
		l->doubtful = true;
	if (content != NULL)
		g_mime_data_wrapper_write_to_stream(content, out);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
	s.p = (const char *)bytes->data;
	s.n = bytes->len;
	add_leaf(l, xstrdup(type), g_mime_part_get_filename(GMIME_PART(o)), s);
	g_free(type);
	g_object_unref(out);
}

static void
walk_theirs(struct list *l, GMimeObject *o)
{
	GMimeMessage *message;
	int i, n;

	if (o == NULL) {
		l->doubtful = true;
	} else if (GMIME_IS_MULTIPART(o)) {
		n = g_mime_multipart_get_count(GMIME_MULTIPART(o));
		for (i = 0; i < n; i++)
			walk_theirs(l,
			    g_mime_multipart_get_part(GMIME_MULTIPART(o), i));
	} else if (GMIME_IS_MESSAGE_PART(o)) {
		message =
		    g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
		if (message == NULL)
			l->doubtful = true;
		else
			walk_theirs(l, g_mime_message_get_mime_part(message));
	} else {
		add_theirs(l, o);
	}
}

static void
complain(gint64 offset, GMimeParserWarning code, const gchar *item, gpointer l)
{
	(void)offset;
	(void)code;
	(void)item;
	((struct list *)l)->doubtful = true;
}

static void
read_theirs(struct span mail, struct list *l)
{
	GMimeParserOptions *options = g_mime_parser_options_new();
	GMimeStream *in = g_mime_stream_mem_new_with_buffer(mail.p, mail.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(in);
	GMimeMessage *message;

#if GMIME_CHECK_VERSION(3, 2, 15)
	g_mime_parser_options_set_warning_callback(options, complain, l, NULL);
#else
	g_mime_parser_options_set_warning_callback(options, complain, l);
#endif
	message = g_mime_parser_construct_message(parser, options);
	if (message != NULL) {
		walk_theirs(l, g_mime_message_get_mime_part(message));
		g_object_unref(message);
	} else {
		l->doubtful = true;
	}
	g_object_unref(parser);
	g_object_unref(in);
	g_mime_parser_options_free(options);
}

static bool
same_leaf(const struct leaf *a, const struct leaf *b)
{
	return strcmp(a->type, b->type) == 0 &&
	       strcmp(a->filename, b->filename) == 0 &&
	       same(a->bytes, b->bytes);
}

static void
print_list(const char *whose, const struct list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		print_error("  %s: %s '%s' %zu bytes\n", whose, l->leaf[i].type,
		    l->leaf[i].filename, l->leaf[i].bytes.n);
}

static bool
agrees(const struct list *a, const struct list *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (!same_leaf(&a->leaf[i], &b->leaf[i]))
			return false;
	return true;
}

/* Where neither has doubts; `strict`: both must agree. */
static void
compare(const char *label, unsigned mutant, struct span mail, bool strict)
{
	struct list ours = { .n = 0 }, theirs = { .n = 0 };

	read_ours(mail, &ours);
	read_theirs(mail, &theirs);
	if (!ours.doubtful && !theirs.doubtful) {
		compared++;
		if (!agrees(&ours, &theirs)) {
			differing++;
			if (strict || getenv("REFEREE_VERBOSE") != NULL) {
				print_error("%s, mutant %u\n", label, mutant);
				print_list("ours", &ours);
				print_list("theirs", &theirs);
			}
			assert_false(strict);
		}
	}
	free_list(&ours);
	free_list(&theirs);
}

/* xorshift: the same mutants every time and everywhere. */
static uint32_t
draw(uint32_t *seed, size_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return below > 0 ? (uint32_t)(*seed % below) : 0;
}

static struct span
line_at(struct span s, size_t at)
{
	size_t end = at;

	while (at > 0 && s.p[at - 1] != '\n')
		at--;
	while (end < s.n && s.p[end] != '\n')
		end++;
	return (struct span){ s.p + at, end + (end < s.n) - at };
}

/* A line away, twice, elsewhere, or one byte another. */
static struct span
mutate(struct span s, uint32_t *seed)
{
	static const char bytes[] = "-;:\"= \t\n()a/";
	struct buf b = { .max = 2 * s.n + 2 };
	struct span line = line_at(s, draw(seed, s.n));
	size_t at = (size_t)(line.p - s.p), to = draw(seed, s.n);

	switch (draw(seed, 4)) {
	case 0:
		buf_append(&b, s.p, at);
		buf_append(&b, s.p + at + line.n, s.n - at - line.n);
		break;
	case 1:
		buf_append(&b, s.p, at + line.n);
		buf_append(&b, line.p, line.n);
		buf_append(&b, s.p + at + line.n, s.n - at - line.n);
		break;
	case 2:
		to = (size_t)(line_at(s, to).p - s.p);
		buf_append(&b, s.p, to);
		buf_append(&b, line.p, line.n);
		buf_append(&b, s.p + to, s.n - to);
		break;
	default:
		buf_append(&b, s.p, s.n);
		if (b.len > 0)
			b.data[to] = bytes[draw(seed, sizeof bytes - 1)];
		break;
	}
	return buf_span(&b);
}

static void
compare_mutants(const char *label, struct span mail)
{
	uint32_t seed = 0x5eed;
	unsigned i, times;
	struct span s, next;

	for (i = 0; i < MUTANTS; i++) {
		s = exact_copy(mail);
		for (times = 1 + draw(&seed, 3); times > 0; times--) {
			next = mutate(s, &seed);
			free_span(s);
			s = next;
		}
		next = exact_copy(s);
		free_span(s);
		compare(label, i, next, false);
		free_span(next);
	}
}

static void
for_each_mail(const char *folder, void (*fn)(const char *, struct span))
{
	DIR *d = opendir(folder);
	struct dirent *e;
	struct span mail;
	char *path;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (!span_ends_nocase(span_of(e->d_name), ".eml"))
			continue;
		path = xasprintf("%s/%s", folder, e->d_name);
		mail = read_whole(path);
		fn(path, mail);
		free_span(mail);
		free(path);
	}
	closedir(d);
}

static void
compare_plain(const char *label, struct span mail)
{
	compare(label, 0, mail, true);
}

static void
agrees_on_the_fixtures(void **state)
{
	(void)state;
	compared = differing = 0;
	for_each_mail("tests/fixtures/valid", compare_plain);
	for_each_mail("tests/fixtures/hostile", compare_plain);
	for_each_mail("tests/fixtures/golden/in", compare_plain);
	print_message("%u mails compared\n", compared);
	assert_true(compared > 40);
}

static void
agrees_on_mutants(void **state)
{
	(void)state;
	compared = differing = 0;
	for_each_mail("tests/fixtures/valid", compare_mutants);
	for_each_mail("tests/fixtures/hostile", compare_mutants);
	print_message("%u mutants compared, %u differ\n", compared, differing);
	assert_true(compared > 1000);
	assert_true(differing < compared / TOLERANCE);
}

static void
agrees_on_the_samples(void **state)
{
	static const char *const folders[] = { "mail-auth", "mail-tls-rpt",
		"mox", "parsedmarc", "tlsrpt-digest" };
	const char *shared = getenv("TLSRUA_SHARED");
	char *path;
	size_t i;

	(void)state;
	compared = differing = 0;
	for (i = 0; i < sizeof folders / sizeof *folders; i++) {
		path = xasprintf("%s/samples/%s",
		    shared != NULL ? shared : "../shared", folders[i]);
		for_each_mail(path, compare_plain);
		for_each_mail(path, compare_mutants);
		free(path);
	}
	if (compared == 0)
		skip();
	print_message("%u mails compared\n", compared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_on_the_fixtures),
		cmocka_unit_test(agrees_on_mutants),
		cmocka_unit_test(agrees_on_the_samples),
	};
	int rc;

	g_mime_init();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	g_mime_shutdown();
	return rc;
}
