#ifndef MODEL_SHIPMENT_H
#define MODEL_SHIPMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/*
 * What a poller's store sends to a shared store (ship/ship.h), in the order in
 * which the poller committed it.  Texts are valid UTF-8 without NUL, "" where a
 * report says nothing.  Times are seconds since 1970 UTC.
 */

enum {
	SHIPMENT_KEY = 16, /* bytes of a key: half a SHA-256 */
	SHIPMENT_DIGEST = 32
};

struct shipped_failure {
	/* place in its entry; -1: failed sessions of which it has no details */
	int64_t n;
	const char *result_type, *side, *receiving_mx_hostname,
	    *receiving_mx_helo, *receiving_ip, *sending_mta_ip,
	    *failure_reason_code, *additional_information;
	int64_t failed_sessions;
};

/* An entry of a report: one policy and its figures. */
struct shipped_policy {
	int64_t n;    /* place in the report, from 0 */
	bool skipped; /* it is about a domain of others, and counts nothing */
	/* A report is counted once in each row of a rollup that it contributes
	 * to.  So, of its entries that are not skipped: this is the first with
	 * its domain, policy domain, type and mode; the first with its domain.
	 */
	bool of_series, of_sender;
	const char *domain, *policy_domain, *type, *mode;
	int64_t successful_sessions, failed_sessions, counted_sessions,
	    counted_failed;
	const char *strings, *mx_hosts;
	struct shipped_failure *failures;
	size_t n_failures;
};

/* One copy: the content of a report, and what is known of it. */
struct shipped_report {
	int64_t seq; /* number of the event that tells of it */
	int64_t day; /* days since 1970 */
	unsigned char identity[SHIPMENT_KEY];
	unsigned char content[SHIPMENT_DIGEST];
	const char *organization, *report_id;
	int64_t start, end;
	const char *reporter_domain, *contact, *domain, *policy_domains,
	    *policy_types;
	int64_t counted_sessions, counted_failed;
	const char *source, *message_id;
	bool has_arrived, is_decided;
	int64_t arrived, decided;
	int vouched; /* what `dkim` is worth, 0 to 4 */
	const char *dkim, *dkim_domain, *dkim_selector;
	const char *warnings;
	struct span bytes; /* its gzip file; empty: not shipped */
	struct shipped_policy *policies;
	size_t n_policies;
};

/* A copy that somebody took out. */
struct shipped_drop {
	int64_t day;
	unsigned char identity[SHIPMENT_KEY];
	unsigned char content[SHIPMENT_DIGEST];
};

/* A part of a journal: either reports or drops. */
struct shipment {
	int64_t from; /* number of the event before it */
	int64_t to;   /* number of its last event; `from`: it has none */
	unsigned char mark[SHIPMENT_KEY]; /* digest of that event */
	struct shipped_report *reports;
	size_t n_reports;
	struct shipped_drop *drops;
	size_t n_drops;
	struct arena memory; /* of all of it */
};

#endif
