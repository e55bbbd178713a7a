#ifndef INGEST_EXAMINE_H
#define INGEST_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/limits.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "codes/findings.h"

struct fault;
struct timing;

/* How to judge; the same for every source. */
struct examine_settings {
	const struct limits *limits;
	const char *const *our_domains; /* A-labels; none: any */
	size_t n_our_domains;
	struct timing *timing; /* NULL: the time is not taken */
	bool notes;	       /* compare reports with their mails (R6 to R9) */
};

/*
 * One attachment, or file, that claims to be a report, judged.  Everything in
 * it is gone when the callback returns, but what lies in the arena.
 */
struct candidate {
	const char *filename; /* in the arena; "" when unknown */
	struct span bytes;    /* as received, transfer encoding undone */
	struct span text;     /* the JSON; empty when it did not come so far */
	bool is_gzip;	      /* bytes is one gzip file that holds text */
	bool whole_mail;      /* bytes is the mail, refused as a whole */
	bool has_arrival;     /* of the message, or of its topmost Received */
	int64_t arrival;
	const struct report *report; /* in the arena; NULL when refused */
	const struct findings *findings;
};

typedef int examine_fn(void *arg, const struct candidate *, struct fault *);

/* What is reused from message to message. */
struct examiner;

struct examiner *examiner_new(const struct examine_settings *);
void examiner_free(struct examiner *);

/*
 * The pipeline up to the verdict, once, for every source: a mail or file to
 * candidates to bytes to reports, each given to `fn` in order.  None given:
 * the message is no_report.  `*head` is filled from `arena` before.  0, or -1
 * when `fn` stopped it.
 */
int examine(struct examiner *, const struct message *, struct arena *mail,
    struct arena *reports, struct mail_head *head, examine_fn *fn, void *arg,
    struct fault *);

#endif
