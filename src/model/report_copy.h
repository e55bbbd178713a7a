#ifndef MODEL_REPORT_COPY_H
#define MODEL_REPORT_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tls_report.h"

/*
 * Which of several copies of a report counts.  A copy is one content of one
 * identity (organization, report-id, start, end): senders contradict
 * themselves, and anybody can send a report in the name of another.  All copies
 * are kept, and exactly one counts:
 *
 * 1. the one that somebody decided for last;
 * 2. else the one best vouched for, by vouched_rank();
 * 3. else the one that arrived first; one of which nobody knows when, last;
 * 4. else the one whose content has the smallest digest.
 *
 * What is known of a copy only ever gets better: decisions are added, verdicts
 * rise, an earlier arrival is heard of.  So the order in which mails are read
 * makes no difference, nor how often, nor on how many machines.
 */
struct report_copy {
	bool is_decided;
	int64_t decided; /* seconds since 1970 UTC */
	int vouched;	 /* vouched_rank() of its verdict */
	bool has_arrival;
	int64_t arrival; /* of its first mail, seconds since 1970 UTC */
	unsigned char content[REPORT_DIGEST];
};

/* What tells two copies of one report apart, in the order of the rules. */
enum report_copy_reason {
	COPY_SAME, /* nothing: they are one copy */
	COPY_DECIDED,
	COPY_VOUCHED,
	COPY_ARRIVAL,
	COPY_CONTENT
};

/*
 * Less than 0 when `a` counts before `b`, more than 0 when `b` does, and 0 for
 * the same content.  `*why` gets what made the difference.
 */
int report_copy_order(const struct report_copy *a, const struct report_copy *b,
    enum report_copy_reason *why);

/*
 * How much the word of a report's `dkim` is worth, more is better: 4 "pass",
 * 3 "provider", 2 "host", 1 "waiting", 0 anything else.
 * With 2 and more somebody vouches for it.
 */
int vouched_rank(const char *dkim);

/* What is said on who vouches for a copy, as in struct report. */
struct report_word {
	const char *dkim, *dkim_domain, *dkim_selector;
};

/*
 * Whether the word of another mail with the same copy stands in place of the
 * one known: when it is worth more; or, of words worth the same, when it is a
 * judgement and the other none (""), or else comes first in the order of bytes.
 * So it does not matter which was read first.
 */
bool report_word_is_better(
    const struct report_word *other, const struct report_word *known);

#endif
