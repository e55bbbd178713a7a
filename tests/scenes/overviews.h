#ifndef TESTS_OVERVIEWS_H
#define TESTS_OVERVIEWS_H

/* Overviews made by hand, for the tests of what draws them. */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/utc.h"
#include "model/overview.h"
#include "summary/judge.h"
#include "summary/words.h"

enum {
	MOST_DOMAINS = 400,
	MOST_PROBLEMS = 400,
	MOST_SENDERS = 4000
};

/* An overview that grows by the functions below. */
struct made {
	struct arena mem;
	struct overview o;
	struct overview_domain domain[MOST_DOMAINS];
	struct overview_problem problem[MOST_PROBLEMS];
	struct overview_sender sender[MOST_SENDERS];
	struct overview_result result[16];
	struct overview_warning warning[4];
	struct judgement j;
	struct words w;
};

/* So many days, the last of which is 2026-11-23. */
static inline struct made *
make(size_t n_days)
{
	struct made *m = xcalloc(1, sizeof *m);
	const char **days;
	char text[UTC_TEXT];
	int64_t last;
	size_t i;

	assert_int_equal(utc_parse_date(span_of("2026-11-23"), &last), 0);
	days = arena_alloc(&m->mem, (n_days + 1) * sizeof *days);
	for (i = 0; i < n_days; i++) {
		utc_format_date(
		    last - (int64_t)(n_days - 1 - i) * UTC_DAY, text);
		days[i] = arena_strdup(&m->mem, text);
	}
	m->o = (struct overview){ .from = n_days > 0 ? days[0] : "",
		.to = n_days > 0 ? days[n_days - 1] : "",
		.n_days = n_days,
		.days = days,
		.domains = m->domain,
		.problems = m->problem,
		.senders = m->sender,
		.results = m->result,
		.warnings = m->warning,
		.last_good_poll = last + UTC_DAY + 6 * 3600,
		.organizations = 3 };
	return m;
}

/* A domain with as many sessions every day, none of which failed. */
static inline struct overview_domain *
add_domain(struct made *m, const char *name, uint64_t a_day)
{
	struct overview_domain *d = &m->domain[m->o.n_domains++];
	struct overview_day *day =
	    arena_alloc(&m->mem, (m->o.n_days + 1) * sizeof *day);
	size_t i;

	for (i = 0; i < m->o.n_days; i++)
		day[i].sessions = a_day;
	*d = (struct overview_domain){ .name = name,
		.shown = name,
		.first_day = m->o.from,
		.last_day = m->o.to,
		.sessions = a_day * m->o.n_days,
		.sessions_before = a_day * m->o.n_days,
		.policy_types = "sts",
		.policy_mode = "enforce",
		.clean_days = (unsigned)m->o.n_days,
		.organizations = 3,
		.policies_differ = "",
		.day = day };
	m->o.sessions += d->sessions;
	m->o.sessions_before += d->sessions_before;
	m->o.reports += 3 * m->o.n_days;
	return d;
}

/* In the last `days` days, so many of a domain's sessions fail a day. */
static inline void
add_failures(
    struct made *m, struct overview_domain *d, size_t days, uint64_t a_day)
{
	struct overview_day *day =
	    arena_alloc(&m->mem, (m->o.n_days + 1) * sizeof *day);
	size_t i;

	if (m->o.n_days > 0)
		memcpy(day, d->day, m->o.n_days * sizeof *day);
	for (i = m->o.n_days - days; i < m->o.n_days; i++) {
		day[i].failed += a_day;
		d->failed += a_day;
		m->o.failed += a_day;
	}
	d->day = day;
	d->clean_days = 0;
}

static inline struct overview_problem *
add_problem(struct made *m, const struct overview_domain *d, const char *type,
    const char *side, const char *mx)
{
	struct overview_problem *p = &m->problem[m->o.n_problems++];

	*p = (struct overview_problem){ .number = (int64_t)m->o.n_problems,
		.domain = d->name,
		.shown = d->shown,
		.mx = mx,
		.result_type = type,
		.policy_types = "sts",
		.policy_mode = "enforce",
		.side = side,
		.state = PROBLEM_NEW,
		.first_day = "2026-11-17",
		.last_day = "2026-11-23",
		.days = 7,
		.organizations = 3,
		.reporters = 3,
		.organization_names = "Google Inc., Mail.ru, Microsoft",
		.failed = d->failed,
		.failed_last_7_days = d->failed,
		.domain_sessions = d->sessions,
		.reason = "",
		.muted_until = "",
		.mute_note = "" };
	return p;
}

static inline struct overview_sender *
add_sender(struct made *m, const char *organization,
    const struct overview_domain *d, size_t silent)
{
	struct overview_sender *s = &m->sender[m->o.n_senders++];
	size_t n = m->o.n_days, i, last = n - 1 - silent;
	struct overview_day *day = arena_alloc(&m->mem, n * sizeof *day);
	bool *reported = arena_alloc(&m->mem, n * sizeof *reported);

	for (i = 0; i <= last; i++) {
		reported[i] = true;
		day[i] = d->day[i];
	}
	*s = (struct overview_sender){ .organization = organization,
		.reporter_domain = "reporter.example",
		.signed_by = "",
		.domain = d->name,
		.first_day = m->o.from,
		.last_day = m->o.days[last],
		.days_reported = (unsigned)(last + 1),
		.days_in_range = (unsigned)n,
		.longest_gap = 2,
		.silent_days = (unsigned)silent,
		.silent = silent > 3,
		.reports = last + 1,
		.sessions = d->sessions,
		.failed = d->failed,
		.day = day,
		.reported = reported };
	return s;
}

/* One domain with an expired certificate, the rest fine. */
static inline struct overview_domain *
add_trouble(struct made *m)
{
	struct overview_domain *d = add_domain(m, "alder.example", 300);

	add_failures(m, d, 7, 172);
	d->failed_before = 4;
	add_problem(m, d, "certificate-expired", "ours", "mx2.alder.example");
	return d;
}

/* Judged, and ready to be told. */
static inline const struct words *
told(struct made *m, bool ascii)
{
	judge(&m->o, &m->mem, &m->j);
	m->w = (struct words){ &m->o, &m->j, &m->mem, ascii };
	return &m->w;
}

static inline void
made_free(struct made *m)
{
	arena_free(&m->mem);
	free(m);
}

/* The scene of most tests: 30 days. */
static inline int
setup(void **state)
{
	*state = make(30);
	return 0;
}

static inline int
teardown(void **state)
{
	made_free(*state);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define ROWS(table) (sizeof(table) / sizeof *(table))

#endif
