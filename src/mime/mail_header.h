#ifndef MIME_MAIL_HEADER_H
#define MIME_MAIL_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/tls_report.h"
#include "base/span.h"

/* The fields of a mail, and of a part of one, that are looked at. */
enum head_field {
	HEAD_FROM,
	HEAD_SUBJECT,
	HEAD_MESSAGE_ID,
	HEAD_DATE,
	HEAD_REPORT_DOMAIN,
	HEAD_REPORT_SUBMITTER,
	HEAD_RECEIVED,
	HEAD_CONTENT_TYPE,
	HEAD_DISPOSITION, /* Content-Disposition */
	HEAD_ENCODING,	  /* Content-Transfer-Encoding */
	HEAD_FIELDS
};

/* The first of each, and how many there are. */
struct head {
	struct span block; /* the header block they are in */
	struct span value[HEAD_FIELDS];
	unsigned count[HEAD_FIELDS];
};

/* One pass over a header block; lines that are no field are skipped. */
void head_read(struct span header, struct head *);

/*
 * The same for a block whose end is found on the way: `*h` is filled with what
 * one line after the other says.  head_line() returns false when its line is
 * neither a field nor folded.
 */
struct head_walk {
	struct head *head;
	struct span *value; /* of the field that goes on; NULL: not looked at */
};

void head_start(struct head_walk *, struct head *h);
bool head_line(struct head_walk *, struct span line);
void head_end(struct head_walk *, struct span block);

/* The decoded text of what people and the store want to know. */
void head_text(const struct head *, struct arena *, struct mail_head *);

/* The same of the header block at the front of a mail. */
void head_text_of_mail(struct span mail, struct arena *, struct mail_head *);

/* The date in a Received field; false when there is none. */
bool head_arrival(struct span received, int64_t *arrival);

/*
 * Whether the mail says that it carries a TLS report: by the media type, the
 * report-type (RFC 8460 §5.3) or a TLS-Report-* field.
 */
bool head_claims(const struct head *, struct arena *);

/* Whether a subtype is tlsrpt+gzip, tlsrpt+json (RFC 8460 §6.4) or alike. */
bool head_is_tlsrpt(struct span subtype);

#endif
