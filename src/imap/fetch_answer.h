#ifndef IMAP_FETCH_ANSWER_H
#define IMAP_FETCH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "model/message.h"

struct fault;
struct imap;

enum {
	FETCH_SECTIONS = MESSAGE_PARTS + MESSAGE_MAILS
};

/* What one FETCH answer tells (RFC 9051 §7.5.2); spans point into it. */
struct fetch_answer {
	uint32_t number; /* of the mail in the folder */
	uint32_t uid;	 /* 0: not told, or two of them */
	bool has_size;
	uint32_t size;		   /* RFC822.SIZE */
	struct span internaldate;  /* without quotes; empty: not told */
	struct span bodystructure; /* as it stands; empty: not told */
	size_t n;		   /* of the sections */
	struct {
		struct span name; /* "", "HEADER", "1.2" */
		struct span bytes;
	} section[FETCH_SECTIONS]; /* those from their beginning on, but for
				      strings with escapes in them */
};

/*
 * Read an answer with its literals in it.  Whatever else it tells, and in
 * whatever form, is passed over.
 */
void fetch_answer_read(struct span, struct fetch_answer *);

/*
 * The bytes of a section, of "HEADER.FIELDS" whatever the fields are; NULL when
 * it is not there, is NIL, or is there twice.
 */
const struct span *fetch_answer_section(
    const struct fetch_answer *, const char *name);

/*
 * INTERNALDATE as seconds since 1970 UTC; false when it is none, or is not
 * written as it should be: "31-Jan-2026 12:00:00 +0000".
 */
bool fetch_answer_date(const struct fetch_answer *, int64_t *);

/*
 * The FETCH answers to a command, one after the other.  `bytes` holds one with
 * its literals, and `bytes.max` says how large it may be: of a larger one
 * nothing is told.
 */
struct fetch_reader {
	struct buf bytes;
	uint32_t number, uid; /* of the last answer that told a UID */
};

/*
 * The next one: 1; 0 at the end of the command, which session_end() judges; -1
 * when the session broke.  An answer without a UID has that of the answer
 * before when it is about the same mail.
 */
int fetch_next(struct imap *, struct fetch_reader *, struct fetch_answer *,
    struct fault *);

#endif
