#ifndef MODEL_TLS_REPORT_H
#define MODEL_TLS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A TLS report as RFC 8460 §4.4 draws it, in plain structs.  It lives here
 * because the room that reads reports and the room that stores them do not
 * know each other.  Strings are UTF-8, terminated, never NULL ("" when
 * absent), and live in the arena the report was read into.
 */

/* One element of "failure-details" (RFC 8460 §4.4). */
struct failure {
	const char *result_type;    /* as sent; a known one in lower case */
	const char *side;	    /* "ours", "theirs", "unclear" */
	const char *sending_mta_ip; /* canonical (RFC 5952), else as sent */
	const char *receiving_ip;
	const char *receiving_mx_hostname; /* A-label, lower case, no dot */
	const char *receiving_mx_helo;
	const char *failure_reason_code;
	const char *additional_information;
	uint64_t failed_sessions;
};

/* One element of "policies". */
struct policy {
	const char *type;   /* as sent; a known one in lower case */
	const char *domain; /* policy-domain: A-label, lower case, no dot */
	const char *recipient_domain; /* the domain that mail was sent to */
	const char *mode;	      /* "testing", "enforce", "none" or "" */
	const char *const *strings;   /* policy-string, one line or RR each */
	size_t n_strings;
	const char *const *mx_hosts; /* mx-host patterns */
	size_t n_mx_hosts;
	uint64_t successful_sessions;
	uint64_t failed_sessions;
	/* may be added up across policy types, unlike those above */
	uint64_t counted_sessions;
	uint64_t counted_failed;
	bool skipped; /* about a domain that is not ours: not counted */
	struct failure *failures;
	size_t n_failures;
};

enum {
	REPORT_DIGEST = 32 /* SHA-256 */
};

struct report {
	/* identity: from the JSON alone, byte for byte, "" when absent */
	const char *organization;
	const char *report_id; /* "sha256:..." of the content when absent */
	int64_t start, end;    /* date-range, seconds since 1970 UTC */

	const char *contact;		      /* contact-info, as sent */
	const char *reporter_domain;	      /* the domain in it */
	unsigned char content[REPORT_DIGEST]; /* of the known members as sent,
						 in one canonical order */
	unsigned char body[REPORT_DIGEST];    /* the same without report-id */
	struct policy *policies;
	size_t n_policies;
	const char *warnings; /* codes, separated by blanks; "" without */
	/* who vouches for it: "pass", "provider", "host", "waiting", "https",
	 * or the code of what is wrong; "" when that was not judged */
	const char *dkim;
	/* of the signature it is about, or of "host" its name; "" */
	const char *dkim_domain, *dkim_selector;
};

/* Whether a signature, a trusted provider, or the host that sent it vouches. */
bool report_is_verified(const struct report *);

/* Where a report came from; strings never NULL. */
struct mail_head {
	const char *from, *subject, *message_id, *date;
	const char *report_domain;    /* TLS-Report-Domain, once, else "" */
	const char *report_submitter; /* TLS-Report-Submitter, likewise */
};

extern const struct mail_head mail_head_empty;

#endif
