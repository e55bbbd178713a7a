#ifndef IMAP_BODYSTRUCTURE_H
#define IMAP_BODYSTRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/message.h"
#include "base/span.h"

/*
 * What BODYSTRUCTURE tells of the parts of a mail (RFC 9051 §7.5.2).  Whoever
 * sent the mail has a say in it.
 */
struct structure {
	/* few parts, none of them a mail, and no name or type in it that a
	 * report may have; false: nothing else is of use */
	bool is_plain;
	bool is_multipart;
	size_t n;
	struct {
		char section[24]; /* "1.2" */
		uint32_t size;	  /* bytes, still encoded */
	} part[MESSAGE_PARTS];
};

/* Read the value of the item, with its literals in it. */
void structure_read(struct span, struct structure *);

#endif
