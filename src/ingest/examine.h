#ifndef INGEST_EXAMINE_H
#define INGEST_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/findings.h"
#include "model/limits.h"
#include "model/message.h"
#include "model/tls_report.h"

struct fault;
struct resolver;
struct store;
struct timing;
struct verdict;
struct vouching;

/* What judging goes by; the same for every source. */
struct examine_settings {
	const struct limits *limits;
	const char *const *our_domains; /* A-labels; none given: all domains */
	size_t n_our_domains;
	struct timing *timing; /* NULL: the time is not taken */
	bool notes;	       /* compare reports with their mails (R6 to R9) */
	/* by which DNS is asked for keys; NULL: who vouches for a report is not
	 * judged */
	struct resolver *resolver;
	/* where keys are that DNS had; NULL: none are known.  claim_store() is
	 * called before it is read */
	struct store *store;
	void (*claim_store)(void *claim_arg);
	void *claim_arg;
};

/*
 * One attachment, or file, that claims to be a report, judged.  It is valid
 * until the callback returns; what lies in an arena lives on with that.
 */
struct candidate {
	const char *filename; /* in the mail arena; "" when unknown */
	struct span bytes;    /* as received, transfer encoding undone */
	struct span text;     /* the JSON; empty when it was not unpacked */
	bool is_gzip;	      /* bytes is one gzip file that holds text */
	bool whole_mail;      /* bytes is the mail, refused as a whole */
	bool has_arrival;     /* by IMAP, or by its topmost Received field */
	int64_t arrival;
	const struct report *report; /* in the reports arena; NULL: refused */
	const struct findings *findings;
	/* who vouches for the report; NULL: that was not judged */
	const struct verdict *verdict;
	/* the report is readable, but nobody can say yet who vouches for it,
	 * and that is required: to be examined again later */
	bool deferred;
	/* domains whose signatures of the mail were found valid so far,
	 * separated by blanks */
	const char *signed_by;
};

typedef int examine_fn(void *arg, const struct candidate *, struct fault *);

/* The memory that is used again from message to message. */
struct examiner;

struct examiner *examiner_new(const struct examine_settings *);
void examiner_free(struct examiner *);

/* Take the time by another stopwatch from now on; NULL: none. */
void examiner_set_timing(struct examiner *, struct timing *);

/* How the mails from now on are judged; it outlives the examiner. */
void examiner_set_vouching(struct examiner *, const struct vouching *);

/*
 * The pipeline up to the verdict, the same for every source: find the
 * candidates in a mail or file, unpack and parse them, and call `fn` for each
 * in order.  If it is never called, the message is no_report.  `*head` is
 * filled before.  What is said of the mail is allocated in `mail`, the reports
 * in `reports`, which `fn` may reset.  0, or -1 when `fn` returned that.
 */
int examine(struct examiner *, const struct message *, struct arena *mail,
    struct arena *reports, struct mail_head *head, examine_fn *fn, void *arg,
    struct fault *);

#endif
