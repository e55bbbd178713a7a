#include "scenes/reports.h"

#include <sys/stat.h>

/*
 * Reports of which the verdict is known, from folders with an EXPECT.tsv:
 * file, verdict, codes separated by commas, why.
 */
enum {
	MAX_FIELDS = 12
};

static const char ours[] = "tests/fixtures/vectors";

/* The folder `name` that is shared by all who read reports, or NULL. */
static const char *
shared(struct scene *s, const char *name)
{
	const char *base = getenv("TLSRUA_SHARED");
	struct stat st;
	char *path;

	path = arena_printf(
	    &s->arena, "%s/%s", base != NULL ? base : "../shared", name);
	return stat(path, &st) == 0 ? xstrdup(path) : NULL;
}

/* Split the next line off `*text` at its tabs; how many fields, 0: the end. */
static size_t
next_line(struct span *text, struct span field[MAX_FIELDS])
{
	size_t i, n = 0, begin = 0;

	if (text->n == 0)
		return 0;
	for (i = 0;; i++) {
		if (i < text->n && text->p[i] != '\t' && text->p[i] != '\n')
			continue;
		if (n < MAX_FIELDS)
			field[n++] =
			    (struct span){ text->p + begin, i - begin };
		begin = i + 1;
		if (i == text->n || text->p[i] == '\n')
			break;
	}
	*text = span_skip(*text, i + 1);
	return n;
}

static size_t
count_names(const char *names, char separator)
{
	size_t n = *names != '\0';

	for (; *names != '\0'; names++)
		n += *names == separator;
	return n;
}

/* Whether the codes found are those of the list, as sets. */
static bool
codes_are(struct scene *s, struct span list)
{
	char found[4096], *names, *one, *rest;
	size_t n;

	findings_names(&s->fs, CLASS_WARN, found, sizeof found);
	names = arena_strndup(&s->arena, list.p, list.n);
	if (strcmp(names, "-") == 0)
		return *found == '\0';
	n = count_names(names, ',');
	for (rest = names; (one = strtok_r(rest, ",", &rest)) != NULL;)
		if (!findings_has(&s->fs, code_find(one)))
			return false;
	return n == count_names(found, ' ');
}

static bool
is_as_expected(struct scene *s, struct span verdict, struct span codes)
{
	if (span_is(verdict, "reject"))
		return s->rc == -1 && s->fs.n == 0 &&
		       span_is(codes, code_entry(s->fs.reject.code)->name);
	if (s->rc == -1 || !codes_are(s, codes))
		return false;
	return span_is(verdict, s->fs.n > 0 ? "warn" : "accept");
}

/* How many vectors there are; `seen` gets which codes they produced. */
static size_t
check_vectors(struct scene *s, const char *folder, bool *seen)
{
	struct span all, rest, text, field[MAX_FIELDS];
	size_t n, count = 0, wrong = 0, i;
	char path[1000];

	snprintf(path, sizeof path, "%s/EXPECT.tsv", folder);
	rest = all = read_whole(path);
	assert_non_null(all.p);
	while ((n = next_line(&rest, field)) > 0) {
		if (n < 3 || field[0].n == 0 || field[0].p[0] == '#')
			continue;
		snprintf(path, sizeof path, "%s/%.*s", folder, (int)field[0].n,
		    field[0].p);
		text = read_whole(path);
		parse(s, text);
		free_span(text);
		if (!is_as_expected(s, field[1], field[2])) {
			print_error("%s: %s\n", path, verdict(s));
			wrong++;
		}
		seen[s->fs.reject.code] = true;
		for (i = 0; i < s->fs.n; i++)
			seen[s->fs.item[i].code] = true;
		count++;
	}
	free_span(all);
	assert_int_equal(wrong, 0);
	return count;
}

static void
our_vectors_have_their_verdict(void **state)
{
	struct scene *s = *state;
	bool seen[CODE_COUNT] = { false };

	assert_true(check_vectors(s, ours, seen) >= 300);
}

/* Those that need a context or a size that vectors have not. */
static bool
is_elsewhere(enum code c)
{
	return c == CODE_JSON_TOO_LARGE || c == CODE_TOO_MANY_FAILURES ||
	       c == CODE_REPORT_INFLATED || c == CODE_DETAILS_LEFT_OUT ||
	       c == CODE_DOMAIN_NOT_OURS || c == CODE_DOMAIN_SKIPPED;
}

static bool
is_of_the_text(enum code c)
{
	return (c >= CODE_JSON_EMPTY && c <= CODE_SUMMARY_MISSING) ||
	       (c >= CODE_JSON_TOO_MANY_NAMES && c <= CODE_COUNT_OVERFLOW) ||
	       (c >= CODE_JSON_BOM && c <= CODE_INFORMATION_NOT_TEXT);
}

static void
our_vectors_produce_every_code_of_report_texts(void **state)
{
	struct scene *s = *state;
	bool seen[CODE_COUNT] = { false };
	enum code c;

	check_vectors(s, ours, seen);
	for (c = CODE_NONE + 1; c < CODE_COUNT; c++)
		if (is_of_the_text(c) && !is_elsewhere(c) && !seen[c])
			fail_msg("no vector has %s", code_entry(c)->name);
}

static void
shared_vectors_have_their_verdict(void **state)
{
	struct scene *s = *state;
	bool seen[CODE_COUNT] = { false };
	const char *folder = shared(s, "vectors");

	if (folder == NULL)
		skip();
	check_vectors(s, folder, seen);
	free_span(span_of(folder));
}

/* "type|domain|successes|failures|fd=details" of each policy. */
static const char *
policies_text(struct scene *s)
{
	const char *text = "";
	const struct policy *p;
	size_t i;

	for (i = 0; i < s->report.n_policies; i++) {
		p = &s->report.policies[i];
		text = arena_printf(&s->arena, "%s%s%s|%s|%ju|%ju|fd=%zu", text,
		    i > 0 ? " ; " : "", p->type,
		    *p->domain != '\0' ? p->domain : "-",
		    (uintmax_t)p->successful_sessions,
		    (uintmax_t)p->failed_sessions, p->n_failures);
	}
	return text;
}

/* The same with a count that is absent as 0. */
static struct span
zeros_for_absent(struct scene *s, struct span text)
{
	char *copy = arena_strndup(&s->arena, text.p, text.n), *p;

	while ((p = strstr(copy, "|-|fd")) != NULL)
		p[1] = '0';
	return span_of(copy);
}

static void
check_sample(struct scene *s, const char *path, const struct span *field)
{
	char start[UTC_TEXT], end[UTC_TEXT];
	struct span text = read_whole(path);

	s->context.has_arrival = false;
	parse(s, text);
	free_span(text);
	if (s->rc == -1)
		fail_msg("%s: %s", path, verdict(s));
	utc_format(s->report.start, start);
	utc_format(s->report.end, end);
	if (!span_is(field[2], s->report.organization) ||
	    !span_is(field[3], s->report.report_id) ||
	    !span_is(field[4], start) || !span_is(field[5], end))
		fail_msg("%s: the head is read wrong", path);
	if (!span_is(zeros_for_absent(s, field[7]), policies_text(s)))
		fail_msg("%s: %s", path, policies_text(s));
}

static void
shared_samples_have_their_figures(void **state)
{
	struct scene *s = *state;
	const char *folder = shared(s, "samples");
	struct span all, rest, field[MAX_FIELDS];
	char path[1000];

	if (folder == NULL)
		skip();
	snprintf(path, sizeof path, "%s/EXPECTED.tsv", folder);
	rest = all = read_whole(path);
	assert_non_null(all.p);
	while (next_line(&rest, field) >= 8) {
		snprintf(path, sizeof path, "%s/%.*s", folder, (int)field[0].n,
		    field[0].p);
		if (span_ends_nocase(field[0], ".json"))
			check_sample(s, path, field);
	}
	free_span(all);
	free_span(span_of(folder));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(our_vectors_have_their_verdict),
		TEST(our_vectors_produce_every_code_of_report_texts),
		TEST(shared_vectors_have_their_verdict),
		TEST(shared_samples_have_their_figures),
	};

	return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
