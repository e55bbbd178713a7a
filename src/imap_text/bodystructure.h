#ifndef IMAP_TEXT_BODYSTRUCTURE_H
#define IMAP_TEXT_BODYSTRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "model/message.h"

struct buf;

/* A part that holds no other. */
struct structure_part {
	char section[24]; /* "1.2" */
	uint32_t size;	  /* bytes, still encoded */
	/* its name or type is that of a packed file, or of just any bytes */
	bool is_packed;
	/* parameters of its type and of its disposition: a list, or NIL; they
	 * lie in the text that was read */
	struct span of_type, of_disposition;
};

/*
 * What BODYSTRUCTURE tells of the parts of a mail (RFC 9051 §7.5.2).  Whoever
 * sent the mail has a say in it.
 */
struct structure {
	/* few parts, none of them a mail, and no type of a report in it; false:
	 * nothing else is of use */
	bool is_plain;
	bool is_multipart;
	struct span boundary; /* of the outermost multipart; as of of_type */
	size_t n;
	struct structure_part part[MESSAGE_PARTS];
};

/* Read the value of the item, with its literals in it. */
void structure_read(struct span, struct structure *);

/*
 * Append the parameters of a part as a header field has them: ';name="a"'.
 * false when one of them cannot be written so.
 */
bool structure_write_parameters(const struct structure_part *, struct buf *);

#endif
