#ifndef INGEST_EXAM_H
#define INGEST_EXAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "codes/findings.h"
#include "ingest/examine.h"

struct arena;
struct mail_head;
struct message;
struct report_parser;
struct voucher;
struct vouching;

/*
 * What the examination of messages works with; private to the two halves of it:
 * one finds and reads the reports, the other says who vouches for them.
 */

struct examiner {
	struct examine_settings settings;
	struct buf decoded; /* a part, its transfer encoding undone */
	struct buf text;    /* a report, unpacked */
	struct report_parser *parser;
	struct voucher *voucher;	 /* NULL without a resolver */
	const struct vouching *vouching; /* of the mails from now on */
	struct findings findings;	 /* about the present candidate */
	struct findings choosing; /* why its part was chosen; merged into the
				     findings of each report in it */
};

/* The examination of one message. */
struct exam {
	struct examiner *ex;
	const struct message *message;
	struct arena *mail;    /* for what is said of the mail */
	struct arena *reports; /* for the reports in it */
	/* the mail around the part that is judged: the message, or a mail
	 * forwarded in it; empty for a file that is no mail */
	struct span around;
	struct mail_head *head; /* of that mail */
	bool mail_has_arrival;	/* it is known when that mail arrived */
	int64_t mail_arrival;
	bool has_arrival; /* the same of the message */
	int64_t arrival;
	bool refused; /* the whole mail is: the other parts are not looked at */
	/* bytes that reports may add to store and CSV folder: those in the part
	 * that is judged, and those in the parts after it */
	uint64_t share, left;
	examine_fn *fn;
	void *arg;
};

#endif
