#ifndef MIME_REPORT_FRONT_H
#define MIME_REPORT_FRONT_H

#include <stdbool.h>

#include "base/span.h"

/* Telling TLS reports from all else by how they begin and by file names. */

/*
 * Whether bytes without a transfer encoding, packed or not, begin as a TLS
 * report does: "{" and, near the front, the name of a member that no other
 * document has.  A DMARC report does not.  Of a zip at most `entries` entries
 * are looked at.  The cost does not grow with the size.
 */
bool begins_as_report(struct span bytes, unsigned entries);

/* Whether a file's name is that of a report (RFC 8460 §5.1). */
bool is_report_file_name(struct span name);

/* Whether it begins as a JSON object, behind blanks and a byte order mark. */
bool begins_as_object(struct span text);

#endif
