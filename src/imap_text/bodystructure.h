#ifndef IMAP_TEXT_BODYSTRUCTURE_H
#define IMAP_TEXT_BODYSTRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "model/message.h"

struct buf;

enum {
	STRUCTURE_SECTION = 24
};

/* A part that holds no other. */
struct structure_part {
	char section[STRUCTURE_SECTION]; /* "1.2" */
	uint32_t size;			 /* bytes, still encoded */
	/* its name or type is that of a packed file, or of just any bytes */
	bool is_packed;
	/* of type text or message, and not in quoted-printable: few bytes tell
	 * what it begins with */
	bool is_text;
	/* parameters of its type and of its disposition: a list, or NIL; they
	 * lie in the text that was read */
	struct span of_type, of_disposition;
};

/* The mail, or a mail in it. */
struct structure_mail {
	char section[STRUCTURE_SECTION]; /* "" is the mail itself */
	bool is_multipart;
	struct span boundary; /* of that; as of of_type */
};

/*
 * What BODYSTRUCTURE tells of the parts of a mail (RFC 9051 §7.5.2).  Whoever
 * sent the mail has a say in it.
 */
struct structure {
	/* few parts and mails, and no type of a report among them; false:
	 * nothing else is of use */
	bool is_plain;
	size_t n_mails;
	struct structure_mail mail[MESSAGE_MAILS]; /* itself comes first */
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
