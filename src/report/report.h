#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/limits.h"
#include "model/tls_report.h"
#include "base/span.h"
#include "codes/findings.h"

/* What is known beside the JSON text; none of it enters the identity. */
struct report_context {
	const struct limits *limits;
	bool has_arrival;
	int64_t arrival; /* INTERNALDATE, topmost Received, --arrival */
	const char *report_domain;	/* TLS-Report-Domain; "" when unknown */
	const char *const *our_domains; /* A-labels, "*.example.com" allowed */
	size_t n_our_domains;		/* 0: any */
};

/*
 * What is needed to read a report, and is kept for the next one: json-c's
 * tokener, the digest, memory.
 */
struct reading;

struct reading *reading_new(void);
void reading_free(struct reading *); /* NULL is legal */

/*
 * Read one report (RFC 8460 §4.4) from JSON text.  0 with `*report` filled
 * from `arena`, warnings in `findings`; or -1 with the reason to refuse it.
 * The order of the reasons is that of the requirements: JSON text, structure,
 * values.
 */
int report_parse(struct reading *, struct span text,
    const struct report_context *, struct arena *, struct report *,
    struct findings *);

/*
 * Compare a report with the mail that carried it (RFC 8460 §5.1, §5.3;
 * requirements R6 to R9) and add the notes.
 */
void report_compare_mail(const struct report *, const struct mail_head *,
    const char *filename, struct findings *);

#endif
