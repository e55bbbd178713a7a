#ifndef STORE_TOTALS_H
#define STORE_TOTALS_H

#include <stdint.h>

struct fault;
struct store;

/*
 * The row of the table totals, and the counters of each mailbox.  Changes are
 * gathered in the store's tally and written once, before the commit.
 */
struct tally {
	int64_t messages, reports, conflicts, sessions, failures;
	int64_t quarantined, quarantine_bytes, repeated;
	/* the mailbox whose counters changed last; 0: none */
	int64_t mailbox, mailbox_messages, mailbox_reports;
};

/* Write the tally and start a new one. */
int tally_write(struct store *, struct fault *);

/*
 * Note that a report of that mailbox (0: a file) came to count, or with sign
 * -1 that it no longer does.  `findings` are its rows of csv_failures.
 */
int tally_report(struct store *, int64_t mailbox, int sign, int64_t sessions,
    int64_t findings, struct fault *);

/*
 * Keep the number of reports up whose body another counted report has too
 * (warning report-repeated): the report came to count, or with -1 no longer
 * does.
 */
int tally_repeated(struct store *, int64_t report, int sign, struct fault *);

/* Count messages and reports of a mailbox; nothing is done for mailbox 0. */
int tally_mailbox(struct store *, int64_t mailbox, int64_t messages,
    int64_t reports, struct fault *);

#endif
