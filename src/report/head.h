#ifndef REPORT_HEAD_H
#define REPORT_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/model.h"
#include "base/span.h"

/* The fields of a mail that are looked at. */
enum head_field {
	HEAD_FROM,
	HEAD_SUBJECT,
	HEAD_MESSAGE_ID,
	HEAD_DATE,
	HEAD_REPORT_DOMAIN,
	HEAD_REPORT_SUBMITTER,
	HEAD_RECEIVED,
	HEAD_CONTENT_TYPE,
	HEAD_FIELDS
};

/* The first of each, and how many there are. */
struct head {
	struct span value[HEAD_FIELDS];
	unsigned count[HEAD_FIELDS];
};

/* One pass over a header block. */
void head_read(struct span header, struct head *);

/* The decoded text of what people and the store want to know. */
void head_text(const struct head *, struct arena *, struct mail_head *);

/* The date of the topmost Received; false when there is none. */
bool head_arrival(const struct head *, int64_t *arrival);

/*
 * Whether the mail says that it carries a TLS report: by the media type, the
 * report-type (RFC 8460 §5.3) or a TLS-Report-* field.
 */
bool head_claims(const struct head *, struct arena *);

/* Whether a subtype is tlsrpt+gzip, tlsrpt+json (RFC 8460 §6.4) or alike. */
bool head_is_tlsrpt(struct span subtype);

#endif
