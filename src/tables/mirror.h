#ifndef TABLES_MIRROR_H
#define TABLES_MIRROR_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/row.h"

struct fault;
struct store;

/*
 * A store in a temporary file that is filled, out of another store, with what
 * the overview, the figures and the status read, and no more: rows of the
 * rollups, and what of reports, policies and failures is added up anyway.  All
 * that reads a store then says of it what it would say of that store.  What
 * each part holds, and which rows stand for several, is told beside the
 * statements that fill it (mirror.c).
 */

/* The parts in which rows come; all texts but for the numbers named. */
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
	/* name, side, remedy */
	MIRROR_RESULT_TYPES,
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

/* Make one; `name` tells in messages of what.  NULL with the fault. */
struct store *mirror_open(const char *name, struct fault *);

/* Rows of a part on their way into a mirror. */
struct mirror_filling {
	struct store *mirror;
	enum mirror_part part;
	struct buf names; /* of the row before */
	int64_t owner;	  /* what has these names */
};

/* A sink for the rows of a part; mirror_filled() it when they all came. */
struct row_sink mirror_sink(
    struct mirror_filling *, struct store *, enum mirror_part);
void mirror_filled(struct mirror_filling *);

/* How many bytes the other store takes on disk. */
void mirror_set_size(struct store *, int64_t bytes);

/* MIRROR_ENDS came: the last day is one of the rollups', too. */
int mirror_end_ends(struct store *, struct fault *);

/*
 * All parts for an overview of those days came: what is added up of several
 * is added up.
 */
int mirror_end_overview(
    struct store *, const char *from, const char *to, struct fault *);

#endif
