#ifndef IMAP_BODYSTRUCTURE_H
#define IMAP_BODYSTRUCTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/message.h"
#include "base/span.h"

/* What one FETCH tells of the parts of a mail. */
struct structure {
	uint32_t uid; /* 0: not told */
	/* BODYSTRUCTURE (RFC 9051 §7.5.2) */
	bool is_plain; /* few parts, none of them a mail, and no name or type in
			  it that a report may have */
	bool is_multipart;
	size_t n;
	struct {
		char section[24]; /* "1.2" */
		uint64_t size;
	} part[MESSAGE_PARTS];
	/* of the item BODY[HEADER] or BODY[section] */
	struct span header;
	struct span body[MESSAGE_PARTS]; /* in the order of `part` */
	bool has_header, has_body[MESSAGE_PARTS];
	struct span date; /* INTERNALDATE; empty: not told */
};

/*
 * Read a whole FETCH, literals in it; spans point into it.  What is known
 * already of the parts says which BODY[section] is which; an answer that cannot
 * be read leaves uid 0.
 */
void structure_read(struct span fetch, struct structure *);

#endif
