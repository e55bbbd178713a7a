#ifndef MIME_REPORT_FRONT_H
#define MIME_REPORT_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Telling TLS reports from all else by how they begin and by file names. */

/*
 * Whether bytes without a transfer encoding, packed or not, begin as a TLS
 * report does: "{" and, near the front, the name of a member that no other
 * document has.  A DMARC report does not.  Of a zip at most `entries` entries
 * are looked at, and none of a document of an office program.  The cost does
 * not grow with the size.
 */
bool begins_as_report(struct span bytes, unsigned entries);

/*
 * The same where only the first bytes are known, of about `size` in all: false
 * only when begins_as_report() would be false of the whole, whatever follows.
 * A zip that has room for a second entry of use may.
 */
bool may_begin_as_report(struct span front, uint64_t size);

/* Whether a file's name is that of a report (RFC 8460 §5.1). */
bool is_report_file_name(struct span name);

/* Whether it begins as a JSON object, behind blanks and a byte order mark. */
bool begins_as_object(struct span text);

#endif
