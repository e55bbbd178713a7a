#ifndef STORE_REPORT_ROWS_H
#define STORE_REPORT_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/utc.h"

struct fault;
struct report;
struct store;

/* A report that is written to the tables, and what it comes to. */
struct report_rows {
	const struct report *report;
	int64_t message; /* that it came in */
	char start[UTC_TEXT], end[UTC_TEXT], date[UTC_TEXT];
	bool conflict;	      /* another copy counts */
	const char *warnings; /* codes, separated by blanks */
	struct span raw;      /* its gzip file; empty: it is not kept */

	/* what report_rows_add() finds out */
	int64_t id;
	int64_t sessions, failed, findings; /* of entries not skipped */
};

/*
 * Add the row of reports with those of its entries, their failures, and its
 * bytes.  Totals and rollups are the caller's.
 */
int report_rows_add(struct store *, struct report_rows *, struct fault *);

/*
 * The digest of a report without its report-id, as reports.body has it: 64 bits
 * tell enough for what is but a note.
 */
int64_t report_body(const struct report *);

/*
 * The gzip file of a report, copied into the arena.  A pruned report has none:
 * `*bytes` stays as it is.
 */
int report_bytes_read(struct store *, int64_t report, struct arena *,
    struct span *bytes, struct fault *);

#endif
