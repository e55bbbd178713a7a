#ifndef TABLES_MIRROR_H
#define TABLES_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/row.h"
#include "store/sql.h"

struct arena;
struct fault;
struct store;

/*
 * A mirror: a store in a temporary file, filled from another store (the shared
 * one) with only as much as a reader needs, so that code that reads a store
 * needs no second form for shared stores.  The rollups are as there.  Of
 * reports, policies and failures a row may stand for many, where the reader
 * adds them up anyway; the statements in mirror.sql say which.
 */

/*
 * The parts of a mirror, with the cells of a row.  Cells are texts, but for
 * those named as numbers.
 */
enum mirror_part {
	/* the oldest and the newest day of all: date */
	MIRROR_ENDS,
	/* domains asked for of which anything is known: domain */
	MIRROR_KNOWN,
	/* the days of the range that have a report: date */
	MIRROR_DAYS,
	/* reports that count, by kind: date, organization, reporter_domain,
	 * domain, dkim, dkim_domain, warnings, number: copies */
	MIRROR_JUDGED,
	/* domain, organization, reporter_domain, numbers: day, reports,
	 * counted_sessions, counted_failed, failed_sessions,
	 * verified_reports, verified_sessions, verified_failed; ordered by the
	 * names */
	MIRROR_SENDERS,
	/* behind the number of their kind, and with so many cells each:
	 * 0 days of listed senders: domain, organization, reporter_domain,
	 * two texts that are not used, then as MIRROR_SENDERS;
	 * 1 organization, four texts that are not used, numbers: its senders
	 * that are not listed, whether others are, whether any is silent;
	 * 2 domain, first and last day, policy_types, policy_mode, numbers:
	 * organizations, sessions, failed, the last day with a failure,
	 * sessions and failed before the range, organizations, sessions and
	 * failed of reports that somebody vouches for */
	MIRROR_REPORTERS,
	/* domain, numbers: day, sessions, failed; ordered by the names */
	MIRROR_DOMAIN_DAYS,
	/* a row of the CSV table problems, but for the remedy */
	MIRROR_PROBLEM_ROWS,
	/* domain, result_type, numbers: day, failed sessions, of problems that
	 * are not listed; ordered by the names */
	MIRROR_OTHER_FAILURES,
	/* policies of the range, by name: domain, organization,
	 * reporter_domain, policy_type, policy_mode, numbers: day, successful
	 * sessions, failed sessions; ordered by the names */
	MIRROR_SERIES,
	/* numbers: problem; domain, receiving_mx_hostname, result_type */
	MIRROR_PROBLEMS,
	/* names as of MIRROR_SERIES, then receiving_ip, numbers: problem,
	 * day, findings, failed_sessions, verified_findings */
	MIRROR_FAILURES,
	/* number: problem; until, note */
	MIRROR_MUTES,
	/* entries of reports that nobody judged: date, domain, organization,
	 * numbers: counted_sessions, counted_failed */
	MIRROR_UNJUDGED,
	/* domain, receiving_mx_hostname, result_type, failure_reason_code,
	 * date, number: failed_sessions */
	MIRROR_REASONS,
	/* numbers: reports, conflicts, sessions, failures */
	MIRROR_TOTALS,
	/* when reports of a day end that count: date, dkim, end */
	MIRROR_NEWEST,
	/* of the newest day, by 'pass' and '' in place of the verdict: dkim,
	 * date, domain, numbers: counted_sessions, counted_failed */
	MIRROR_LAST_SESSIONS,
	/* likewise: dkim, domain, dkim, result_type, number:
	 * failed_sessions */
	MIRROR_LAST_FAILURES,
	/* source, message_id, received; number of a report */
	MIRROR_CONFLICTS,
	/* number; organization, report_id, start, end, date, status,
	 * reporter_domain, contact, dkim, dkim_domain, dkim_selector */
	MIRROR_COPIES,
	/* days whose details were pruned: date */
	MIRROR_PRUNED,
	/* of copies, numbers: report, n, skipped; domain, policy_domain,
	 * policy_type, policy_mode; numbers: successful_sessions,
	 * failed_sessions, counted_sessions, counted_failed; policy_strings,
	 * mx_hosts */
	MIRROR_ENTRIES,
	/* of copies, numbers: report, policy, n; result_type, side,
	 * receiving_mx_hostname, receiving_mx_helo, receiving_ip,
	 * sending_mta_ip, failure_reason_code, additional_information; number:
	 * failed_sessions */
	MIRROR_FINDINGS,
	/* number: report; the gzip file */
	MIRROR_BYTES,
	/* of all pollers, numbers: messages, quarantined, quarantine_bytes */
	MIRROR_POLLERS,
	/* mailbox, folder, numbers: uidvalidity, uid; last_poll, last_good;
	 * number: status; error; numbers: messages, reports, duration */
	MIRROR_MAILBOXES,
	MIRROR_PARTS
};

/* Make an empty mirror, called `name` in messages.  NULL with the fault. */
struct store *mirror_open(const char *name, struct fault *);

/* Rows of a part on their way into a mirror. */
struct mirror_filling {
	struct store *mirror;
	enum mirror_part part;
	struct buf names; /* the names in the row before ... */
	int64_t owner;	  /* ... and the id of what is called so */
};

/* A sink for the rows of a part.  Call mirror_filled() after the last row. */
struct row_sink mirror_sink(
    struct mirror_filling *, struct store *, enum mirror_part);
void mirror_filled(struct mirror_filling *);

/* Set how many bytes of disk the other store takes. */
void mirror_set_size(struct store *, int64_t bytes);

/* The domains and the problems of which an overview tells more, no others. */
struct mirror_list {
	const char **domains;
	size_t n_domains;
	int64_t *problems;
	size_t n_problems;
};

/*
 * Choose them for an overview of so many days, once MIRROR_REPORTERS,
 * MIRROR_PROBLEM_ROWS and MIRROR_MUTES are filled.
 */
int mirror_choose(struct store *, size_t days, struct arena *,
    struct mirror_list *, struct fault *);

/*
 * Call it once all parts for an overview of these days are filled: makes those
 * rollups that are sums of others.
 */
int mirror_end_overview(
    struct store *, const char *from, const char *to, struct fault *);

/*
 * What is gathered for an overview from a mirror in place of what other stores
 * have of it; without parameters.
 */
bool is_mirror(const struct store *);
extern const struct sql mirror_select_before;  /* domain, sessions, failed */
extern const struct sql mirror_select_vouched; /* the same, organizations */
extern const struct sql mirror_select_days;    /* domain, day, sessions,
						  failed */
/* organization, senders, listed, silent */
extern const struct sql mirror_select_others;

#endif
