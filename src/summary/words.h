#ifndef SUMMARY_WORDS_H
#define SUMMARY_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/overview.h"
#include "summary/judge.h"

struct arena;

/*
 * An overview in sentences, for the summary and the page.  All strings live in
 * the arena; what comes from reports is in them as it was sent, unescaped.
 */
struct words {
	const struct overview *o;
	const struct judgement *j;
	struct arena *mem;
	bool ascii; /* domains as A-labels, no sign outside ASCII */
};

/* A domain by its names. */
const char *words_domain(
    const struct words *, const char *name, const char *shown);

/* "17 Nov", with the year when it is not that of the range's end. */
const char *words_day(const struct words *, const char *day);

/* "24 Nov 2026, 06:00 UTC". */
const char *words_time(const struct words *, int64_t t);

/* "25 Oct to 23 Nov 2026 (30 days)". */
const char *words_range(const struct words *);

/* "1,234". */
const char *words_number(const struct words *, uint64_t n);

/* "1 session", "1,234 sessions". */
const char *words_count(const struct words *, uint64_t n, const char *noun);

/* "12.2 %"; exact at 0 % and 100 %; "" of nothing. */
const char *words_share(const struct words *, uint64_t part, uint64_t whole);

/* "a sender's name", for one that gave none. */
const char *words_organization(const char *name);

/* A domain's sessions by what the answer goes by: all, or those of reports that
 * somebody vouches for where it has any. */
struct words_sessions {
	uint64_t all, failed;
};
struct words_sessions words_domain_sessions(
    const struct words *, const struct overview_domain *);

/* "98.2 % of 12,345 sessions with 4 domains used verified TLS." */
const char *words_headline(const struct words *);

/* "0.4 % had no policy to verify by; worst: example.com, where 12.2 % failed"
 * or a part of it; "". */
const char *words_beside(const struct words *);

/* Both in one sentence: what a reader is told first. */
const char *words_answer(const struct words *);

/* "2 causes to fix, 1 thing to watch, 1 step to take."; "" for nothing. */
const char *words_tasks(const struct words *);

/* "9,876 sessions, 12 failed (0.12 %); 30 days before: ..." */
const char *words_figures(const struct words *);

/* "37 reports arrived with warnings, most often date-stale"; "" for none. */
const char *words_warnings(const struct words *);

/* "2 reports wait in quarantine, 1 in conflict"; "" for none. */
const char *words_waiting(const struct words *);

/* "worse", "better" or "as before"; "" when there is nothing to compare. */
const char *words_trend(uint64_t failed, uint64_t sessions,
    uint64_t failed_before, uint64_t sessions_before);

/*
 * "The data are 3 days old: the last good poll was on 20 Nov 2026, 06:00 UTC."
 * at the time `now`; "" as long as they are fresh.
 */
const char *words_stale(const struct words *, int64_t now);

#endif
