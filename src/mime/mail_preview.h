#ifndef MIME_MAIL_PREVIEW_H
#define MIME_MAIL_PREVIEW_H

#include <stdbool.h>

#include "base/span.h"
#include "model/message.h"

/*
 * What the header fields of a mail leave open: From, Subject, Message-ID,
 * Content-Type, Content-Disposition, TLS-Report-Domain and
 * TLS-Report-Submitter, as far as the mail has them.  A mail that says that it
 * holds a report is needed whole, and so is one whose fields a server may read
 * otherwise than we do.
 */
enum message_need preview_need(struct span fields);

/*
 * Whether a mail that was not fetched may hold a report, judged by its fields,
 * those of the mails in it, and the first bytes of each part.  false only when
 * candidates_find() would find none in the whole mail and not refuse it either.
 * One exception: text in uuencode is only found if it begins in those first
 * bytes.
 */
bool preview_may_hold(const struct message_front *);

#endif
