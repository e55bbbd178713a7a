#include "scenes/overviews.h"

#include "model/announced.h"
#include "summary/changes.h"

/* What stands under the host, the days and the totals. */
static char *
after_head(char *text)
{
	static const char head[] = "tlsrua on mx.host.test: TLS reports, 25 "
				   "Oct to 23 Nov 2026 (30 days)\n";

	if (text[0] == '\0')
		return text;
	assert_memory_equal(text, head, sizeof head - 1);
	assert_non_null(strstr(text, " sessions, 1,204 failed ("));
	return strstr(text, "\n\n") + 2;
}

/* Compare with what was told, which is replaced; what is printed. */
static char *
changes(struct made *m, const struct announced **told_before, size_t *n)
{
	const struct words *w = told(m, false);
	struct changes c;
	char *text = NULL, *copy;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	changes_find(w, *told_before, *n, &c);
	changes_print(out, w, &c, "mx.host.test", false);
	fclose(out);
	*told_before = c.announced;
	*n = c.n_announced;
	copy = arena_strndup(&m->mem, text, len);
	free(text);
	return after_head(copy);
}

static void
changes_are_told_once(void **state)
{
	struct made *m = *state;
	const struct announced *list = NULL;
	size_t n = 0;
	struct overview_domain *d = add_trouble(m);
	struct overview_problem *p = &m->problem[0];
	struct overview_sender *s = add_sender(m, "Mail.ru", d, 7);

	add_domain(m, "birch.example", 20)->policy_mode = "testing";
	p->failed_last_7_days = 20;
	assert_memory_equal(changes(m, &list, &n), "New\n  #1  mx2", 13);
	assert_int_equal(n, 3);
	assert_string_equal(changes(m, &list, &n), "");
	p->failed_last_7_days = 39; /* not yet twice as many */
	assert_string_equal(changes(m, &list, &n), "");
	p->failed_last_7_days = 40;
	assert_memory_equal(changes(m, &list, &n), "Worse\n  #1  mx2", 15);
	assert_string_equal(changes(m, &list, &n), "");
	p->failed_last_7_days = 4;
	assert_string_equal(changes(m, &list, &n), "");
	p->failed_last_7_days = 13; /* twice, but not ten more */
	assert_string_equal(changes(m, &list, &n), "");
	p->failed_last_7_days = 14;
	assert_memory_equal(changes(m, &list, &n), "Worse\n", 6);
	p->state = PROBLEM_CURED;
	s->silent = false;
	assert_string_equal(changes(m, &list, &n),
	    "Cured\n"
	    "  #1  mx2.alder.example: certificate expired, cured, last seen on "
	    "23 Nov; 1,204\n"
	    "      failed sessions, 3 of 3 reporters see it; 13.4 % of the "
	    "domain's sessions\n"
	    "      Mail.ru reports on alder.example again\n");
	assert_string_equal(changes(m, &list, &n), "");
	p->state = PROBLEM_RECURRING;
	assert_memory_equal(changes(m, &list, &n), "New\n", 4);
}

static void
a_mute_that_ends_is_news(void **state)
{
	struct made *m = *state;
	const struct announced *list = NULL;
	size_t n = 0;

	add_trouble(m);
	m->problem[0].muted_until = "2026-12-01";
	assert_string_equal(changes(m, &list, &n), "");
	m->problem[0].muted_until = "";
	assert_memory_equal(changes(m, &list, &n), "New\n", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes_are_told_once),
		TEST(a_mute_that_ends_is_news),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
