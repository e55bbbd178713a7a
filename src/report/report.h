#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/findings.h"
#include "model/limits.h"
#include "model/tls_report.h"

/* What is known beside the JSON text; none of it enters the identity. */
struct report_context {
	const struct limits *limits;
	bool has_arrival;
	int64_t arrival; /* INTERNALDATE, topmost Received, --arrival */
	int64_t now;	 /* by this machine's clock */
	const char *report_domain;	/* TLS-Report-Domain; "" when unknown */
	const char *const *our_domains; /* A-labels, sorted by strcmp();
					 * "*.example.com" is allowed */
	size_t n_our_domains;		/* 0: any */
	/* what the reports of the mail may still add to the store, and to the
	 * CSV folder (report/amplification.h); NULL: any number of bytes */
	uint64_t *left;
};

/*
 * What reads reports, one after the other: json-c's parser, the digest, and
 * memory that is used again.
 */
struct report_parser;

struct report_parser *report_parser_new(void);
void report_parser_free(struct report_parser *); /* NULL is legal */

/*
 * Read one report (RFC 8460 §4.4) from JSON text.  Returns 0, with strings of
 * `*report` in the arena and warnings in `findings`; or -1 with the reason to
 * refuse it.  Of several reasons, faults of the JSON text come before those of
 * the form of members, and these before those of values.
 */
int report_parse(struct report_parser *, struct span text,
    const struct report_context *, struct arena *, struct report *,
    struct findings *);

#endif
