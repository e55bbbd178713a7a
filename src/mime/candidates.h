#ifndef MIME_CANDIDATES_H
#define MIME_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/findings.h"
#include "mime/mime.h"
#include "model/limits.h"
#include "model/tls_report.h"

/*
 * The parts of a mail that may be TLS reports (RFC 8460 §5.3; requirements R1
 * to R5 and R14), and what the mail says of itself.
 */
struct candidates {
	struct mail_head head; /* of the outermost mail */
	struct span received;  /* topmost Received field; empty without one */
	bool claims; /* the mail says that it carries a TLS report, by its
			report-type or a TLS-Report-* field */
	size_t n;    /* 0 with `claims` unset: the mail is no_report */
	struct mime_part *part; /* in the arena, in the order of the mail */
	struct mail_head
	    *head_of; /* of the innermost mail that part[i] is in */
};

/*
 * Find them.  Parts with the media type of a TLS report come first; where
 * there is none, by file name and content (base64 is looked into).  0; or -1
 * with the reason when the mail as a whole is refused: a MIME fault in a mail
 * that claims to be a report, no-report-part, too-many-reports, uuencode.  A
 * MIME fault in other mail is no_report, not a refusal.
 */
int candidates_find(struct span mail, const struct limits *, struct arena *,
    struct candidates *, struct findings *);

/*
 * Add what is odd about the way in which part[i] is labelled and stands in the
 * mail.  A refusal among that (gzip-invalid, gzip-truncated, uuencode) counts
 * if the part's transfer encoding can be undone; if not, that is the reason.
 */
void candidates_judge(const struct candidates *, size_t i, struct findings *);

#endif
