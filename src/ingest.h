#ifndef INGEST_H
#define INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/message.h"
#include "base/model.h"
#include "report/findings.h"
#include "store/store.h"

struct fault;

/* How to judge; the same for every source. */
struct ingest_settings {
	const struct limits *limits;
	const char *const *our_domains; /* A-labels; none: any */
	size_t n_our_domains;
	bool keep_raw;
	bool dry_run; /* judge and count, store nothing */
};

/* What a run did; section 2 of the contract with users. */
struct ingest_counts {
	uint64_t messages, reports;
	uint64_t imported, duplicate, conflict, rejected, no_report;
	uint64_t warnings; /* reports imported with any */
	uint64_t bytes;
};

/* Append "{...}" as section 2 draws it, without line end, to stdout. */
void ingest_print_json(const struct ingest_counts *, double seconds);

/*
 * One attachment, or file, that may be a report, judged but not stored.
 * Everything in it is gone when the callback returns.
 */
struct ingest_candidate {
	const char *filename; /* "" when unknown */
	struct span bytes;    /* as received, transfer encoding undone */
	struct span text;     /* the JSON; empty when it did not come so far */
	bool is_gzip;	      /* bytes is one gzip file holding just text */
	bool whole_mail;      /* bytes is the mail itself */
	const struct report *report; /* NULL when refused */
	const struct findings *findings;
};

typedef int ingest_candidate_fn(
    void *arg, const struct ingest_candidate *, struct fault *);

struct arena;

/*
 * The pipeline up to the verdict: a mail or file to candidates to bytes to
 * reports, each handed to `fn` in order.  `*head` gets the mail's header
 * (in the arena).  0, or -1 when `fn` stopped it; none called: no_report.
 */
int ingest_examine(const struct message *, const struct ingest_settings *,
    struct arena *, struct mail_head *head, ingest_candidate_fn *fn, void *arg,
    struct fault *);

/* The pipeline down into a store; batches of messages commit together. */
struct ingest;

/* `store` may be NULL for a dry run without one.  Never NULL. */
struct ingest *ingest_open(struct store *, const struct ingest_settings *);

/*
 * Judge a message and store the outcome with the next batch.  Trouble with it
 * is logged once, naming source and UID.  -1 only for FAULT_HOST: the store.
 */
int ingest_message(struct ingest *, const struct message *, struct fault *);

/*
 * Commit what is waiting, together with the folder's cursor when `cursor` is
 * not NULL.
 */
int ingest_commit(
    struct ingest *, const struct store_mailbox *cursor, struct fault *);

const struct ingest_counts *ingest_counts(const struct ingest *);
void ingest_close(struct ingest *);

#endif
