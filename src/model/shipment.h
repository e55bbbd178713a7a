#ifndef MODEL_SHIPMENT_H
#define MODEL_SHIPMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/*
 * What a poller's store tells a shared one, in the order in which it was
 * committed here.  Texts are valid UTF-8 without NUL, "" where a report is
 * silent.  Times are seconds since 1970 UTC.
 */

enum {
	SHIPMENT_KEY = 16, /* bytes of a key: half a SHA-256 */
	SHIPMENT_DIGEST = 32
};

struct shipped_failure {
	int64_t n; /* place in its entry; -1: what the details leave out */
	const char *result_type, *side, *receiving_mx_hostname,
	    *receiving_mx_helo, *receiving_ip, *sending_mta_ip,
	    *failure_reason_code, *additional_information;
	int64_t failed_sessions;
};

struct shipped_policy {
	int64_t n; /* place in the report, from 0 */
	bool skipped;
	bool of_series; /* the first of the report that is not skipped with its
			   domain, policy domain, type and mode */
	bool of_sender; /* the first likewise about its domain */
	const char *domain, *policy_domain, *type, *mode;
	int64_t successful_sessions, failed_sessions, counted_sessions,
	    counted_failed;
	const char *strings, *mx_hosts;
	struct shipped_failure *failures;
	size_t n_failures;
};

/* One copy: the content of a report, and what is known of it. */
struct shipped_report {
	int64_t seq; /* of the event that tells of it */
	int64_t day; /* since 1970 */
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

/* A part of a journal, either of reports or of drops. */
struct shipment {
	int64_t from; /* position before it */
	int64_t to;   /* of its last event; `from`: there is none */
	unsigned char mark[SHIPMENT_KEY]; /* digest of that event */
	struct shipped_report *reports;
	size_t n_reports;
	struct shipped_drop *drops;
	size_t n_drops;
	struct arena memory; /* of all of it */
};

#endif
