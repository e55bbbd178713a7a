#ifndef INGEST_FILE_KIND_H
#define INGEST_FILE_KIND_H

#include <stdbool.h>

#include "base/span.h"

struct message;

/*
 * Whether a file is a mail: a header field, or the "From " line of an mbox, is
 * at its front.
 */
bool is_mail_file(struct span bytes);

/*
 * Whether to judge a file that is no mail; `entries` of it when it is a zip
 * archive.  Others also keep files that are called .json, so in a folder the
 * name must be that of a report; a file that was named is judged, to say what
 * is wrong with it.
 */
bool is_report_file(const struct message *, struct span name, unsigned entries);

#endif
