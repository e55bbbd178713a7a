#ifndef REPORT_CONTENT_DIGEST_H
#define REPORT_CONTENT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/span.h"
#include "model/tls_report.h"
#include "report/members.h"

/*
 * The SHA-256 of a report's known members as sent, in one order, so that
 * white space, escapes and the order of members make no difference.  Each
 * value is framed by its member's number, a letter for its type, and its
 * length.  The report-id comes last, behind the digest of all the others.
 */
struct content {
	struct sha256 hash;
};

/* Begin with a report.  Zero-initialise before the first one. */
void content_begin(struct content *);
void content_string(struct content *, enum member, struct span);
void content_number(struct content *, enum member, uint64_t);

/* Begin an array of `count` elements, or an object; neither has an end. */
void content_array(struct content *, enum member, size_t count);
void content_object(struct content *, enum member);

/* The end of a report; `body` gets the digest without the report-id. */
void content_end(struct content *, struct span report_id,
    unsigned char body[REPORT_DIGEST], unsigned char digest[REPORT_DIGEST]);

void content_free(struct content *);

#endif
