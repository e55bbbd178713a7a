#ifndef MIME_MAIL_HEADER_H
#define MIME_MAIL_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "model/tls_report.h"

/* The header fields that are read, of a mail or of a part. */
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

/* Those fields of one header block. */
struct head {
	struct span block;		/* the header block */
	struct span value[HEAD_FIELDS]; /* of the first with that name */
	unsigned count[HEAD_FIELDS];	/* how many have that name */
};

/* Read a header block.  Lines that are no field are skipped. */
void head_read(struct span header, struct head *);

/*
 * The same line by line, for a caller who finds the end of the block on the
 * way: head_start(), head_line() for each line, head_end() with the block.
 * head_line() returns false for a line that neither begins a field nor goes on
 * with one.
 */
struct head_walk {
	struct head *head;
	struct span *value; /* of the present field; NULL: it is not read */
};

void head_start(struct head_walk *, struct head *h);
bool head_line(struct head_walk *, struct span line);
void head_end(struct head_walk *, struct span block);

/* Decode the fields that are shown and stored; "" for what is absent. */
void head_text(const struct head *, struct arena *, struct mail_head *);

/* The same of the header block at the front of a mail. */
void head_text_of_mail(struct span mail, struct arena *, struct mail_head *);

/* The date at the end of a Received field; false when there is none. */
bool head_arrival(struct span received, int64_t *arrival);

/*
 * Whether the mail says that it carries a TLS report: by the media type, the
 * report-type (RFC 8460 §5.3) or a TLS-Report-* field.
 */
bool head_claims(const struct head *, struct arena *);

/* Whether a subtype is tlsrpt+gzip, tlsrpt+json (RFC 8460 §6.4) or similar. */
bool head_is_tlsrpt(struct span subtype);

#endif
