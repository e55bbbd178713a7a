#include "scenes/overviews.h"

#include "page/html_escape.h"
#include "page/html_page.h"
#include "page/page_assets.h"

enum {
	LONG_PAGE = 1500 * 1000 /* 10 domains over 400 days */
};

#define HOSTILE "<script>x</script>\"'>&\033\xff\xe2\x80\x8e"

static char *
page(struct made *m)
{
	char *text = NULL, *copy;
	size_t len = 0;
	struct page_origin origin = { utc_of(2026, 11, 24, 9, 5, 0), HOSTILE,
		HOSTILE };
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	html_print(out, told(m, false), &origin);
	assert_int_equal(fclose(out), 0);
	copy = arena_strndup(&m->mem, text, len);
	free(text);
	return copy;
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

static void
escapes_what_would_be_markup(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = { { "", "" }, { "plain ü", "plain ü" },
		{ "<a href=\"x\">'&amp;", "&lt;a href=&quot;x&quot;&gt;&#39;"
					  "&amp;amp;" },
		{ "\033[1m\r\n\t\xff", "?[1m????" },
		{ "a\xe2\x80\x8e", "a?" } };
	char text[200];
	FILE *out;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		out = fmemopen(text, sizeof text, "w");
		assert_non_null(out);
		html_printf(
		    out, "%s|%u|%d%%", rows[i].in, UINT64_C(1234567), -3);
		fputc('\0', out);
		fclose(out);
		assert_memory_equal(text, rows[i].out, strlen(rows[i].out));
		assert_string_equal(
		    text + strlen(rows[i].out), "|1,234,567|-3%");
	}
}

/* Every string of an overview that comes from outside. */
static void
add_hostile(struct made *m)
{
	struct overview_domain *d = add_domain(m, HOSTILE, 100);
	struct overview_problem *p;
	uint64_t *day = arena_alloc(&m->mem, m->o.n_days * sizeof *day);

	add_failures(m, d, 5, 10);
	d->policy_types = d->policy_mode = d->policies_differ = HOSTILE;
	p = add_problem(m, d, HOSTILE, "unclear", HOSTILE);
	p->reason = p->organization_names = HOSTILE;
	p->muted_until = p->mute_note = HOSTILE;
	p = add_problem(m, d, "certificate-expired", "ours", HOSTILE);
	p->reason = p->organization_names = HOSTILE;
	p = add_problem(m, d, HOSTILE, "ours", "");
	p->state = PROBLEM_CURED;
	add_sender(m, HOSTILE, d, 7)->reporter_domain = HOSTILE;
	m->result[0] = (struct overview_result){ HOSTILE, 9, day };
	m->warning[0] = (struct overview_warning){ HOSTILE, 1 };
	m->o.n_results = m->o.n_warnings = 1;
	add_domain(m, "x." HOSTILE, 3);
}

static void
nothing_from_outside_becomes_markup(void **state)
{
	struct made *m = *state;
	const char *s;

	add_hostile(m);
	s = page(m);
	assert_int_equal(count(s, "<script>"), 1);
	assert_int_equal(count(s, "</script>"), 1);
	assert_true(count(s, "&lt;script&gt;x&lt;/script&gt;") > 20);
	assert_null(strstr(s, "x</script>\""));
	assert_null(strchr(s, '\033'));
	assert_null(strchr(s, '\xff'));
	assert_null(strstr(s, "\xe2\x80\x8e"));
	assert_null(strstr(s, "-connect &lt;"));
}

static void
asks_for_nothing_and_runs_nothing_else(void **state)
{
	static const char *const never[] = { " src=", " style=", "@import",
		"url(", " onclick", " onload", "javascript:", "<iframe",
		"<object", "<form", "<base", "unsafe-inline", "unsafe-eval" };
	struct made *m = *state;
	const char *s, *p;
	size_t i;

	add_hostile(m);
	s = page(m);
	for (i = 0; i < ROWS(never); i++)
		if (strstr(s, never[i]) != NULL)
			fail_msg("%s", never[i]);
	for (p = s; (p = strstr(p, "href=\"")) != NULL; p += 6)
		assert_true(p[6] == '#' || strncmp(p + 6, "data:", 5) == 0);
}

/* The policy names the very style and script that are in the page. */
static void
the_policy_fits_the_page(void **state)
{
	struct made *m = *state;
	char policy[200];
	const char *s;
	FILE *out;

	add_domain(m, "alder.example", 9);
	s = page(m);
	out = fmemopen(policy, sizeof policy, "w");
	fputs("; style-src ", out);
	csp_hash(out, page_css);
	fputs("; script-src ", out);
	csp_hash(out, page_js);
	fputs("; base-uri 'none'; form-action 'none'\">", out);
	fputc('\0', out);
	fclose(out);
	assert_non_null(strstr(s, "content=\"default-src 'none'; img-src "
				  "data:; style-src 'sha256-"));
	assert_non_null(strstr(s, policy));
	assert_memory_equal(
	    strstr(s, "<style>") + 7, page_css, strlen(page_css));
	assert_memory_equal(
	    strstr(s, "<script>") + 8, page_js, strlen(page_js));
	assert_null(strstr(page_css, "</"));
	assert_null(strstr(page_js, "</"));
}

static void
the_answer_comes_first(void **state)
{
	struct made *m = *state;
	struct overview_domain *d = add_domain(m, "alder.example", 300);
	const char *s;

	add_failures(m, d, 7, 172);
	add_problem(m, d, "certificate-expired", "ours", "mx2.alder.example");
	add_domain(m, "birch.example", 2000);
	s = page(m);
	assert_non_null(
	    strstr(s, "<h1>98.3 % of 69,000 sessions with 2 domains used "
		      "verified TLS.</h1>\n<p class=\"beside\">worst: "
		      "alder.example, where 13.4 % failed.</p>"));
	assert_non_null(strstr(s, "Made on 24 Nov 2026, 09:05 UTC"));
	assert_non_null(strstr(s, "<span class=\"no\">#1</span>"));
	assert_non_null(strstr(s, "<p class=\"tasks\">1 cause to fix.</p>"));
	assert_non_null(strstr(s, "<b>69,000</b>"));
	assert_non_null(strstr(s, "<b>1,204</b>"));
	assert_non_null(
	    strstr(s, "mx2.alder.example: certificate expired</bdi></h3>"));
	assert_non_null(strstr(s, "-connect mx2.alder.example:25 &lt;/dev/null "
				  "| openssl x509"));
	assert_non_null(strstr(s, "<tr><td>2026-11-23<td class=\"n\">300<td "
				  "class=\"n\">172<td class=\"n\">57.3 %"));
}

static void
drawings_have_a_name_or_are_hidden(void **state)
{
	struct made *m = *state;
	const char *s;

	add_hostile(m);
	s = page(m);
	assert_int_equal(
	    count(s, "<svg "), count(s, "role=\"img\"><title>") +
				   count(s, "aria-hidden=\"true\">"));
	assert_int_equal(count(s, "<table "), count(s, "<caption>"));
}

static void
each_shape_of_store_gives_a_page(void **state)
{
	static const struct {
		size_t days, domains;
	} rows[] = { { 0, 0 }, { 30, 0 }, { 1, 1 }, { 1, 3 }, { 6, 2 },
		{ 7, 2 }, { 30, 1 }, { 120, 2 }, { 121, 2 }, { 30, 300 } };
	size_t i, k;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct made *m = make(rows[i].days);
		const char *s;

		for (k = 0; k < rows[i].domains; k++) {
			struct overview_domain *d = add_domain(
			    m, arena_printf(&m->mem, "d%zu.example", k), k);

			add_sender(m, "Mail.ru", d, 0);
			if (k % 2 == 1)
				add_failures(m, d, 1, k);
		}
		s = page(m);
		assert_int_equal(count(s, "</html>"), 1);
		assert_int_equal(count(s, "<h1>"), 1);
		assert_null(strstr(s, "nan"));
		assert_null(strstr(s, "inf\""));
		made_free(m);
	}
}

static void
a_long_year_stays_small(void **state)
{
	struct made *m = make(400);
	size_t i, k;

	(void)state;
	for (i = 0; i < 10; i++) {
		struct overview_domain *d = add_domain(m,
		    arena_printf(&m->mem, "domain-%zu.example.org", i),
		    1000 + i);

		add_failures(m, d, 300, 17);
		add_problem(m, d, "certificate-expired", "ours",
		    arena_printf(&m->mem, "mx1.domain-%zu.example.org", i));
		for (k = 0; k < 12; k++)
			add_sender(m,
			    arena_printf(&m->mem, "Organization %zu", k), d, 0);
	}
	assert_in_range(strlen(page(m)), LONG_PAGE / 5, LONG_PAGE);
	made_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(escapes_what_would_be_markup),
		TEST(nothing_from_outside_becomes_markup),
		TEST(asks_for_nothing_and_runs_nothing_else),
		TEST(the_policy_fits_the_page),
		TEST(the_answer_comes_first),
		TEST(drawings_have_a_name_or_are_hidden),
		TEST(each_shape_of_store_gives_a_page),
		TEST(a_long_year_stays_small),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
