#ifndef MIME_MAIL_PREVIEW_H
#define MIME_MAIL_PREVIEW_H

#include <stdbool.h>

#include "model/message.h"

/*
 * Whether a mail that was not fetched may hold a report, judged by its header
 * and the first bytes of each part.  false only when candidates_find() would
 * find none in the whole mail and not refuse it either.  One exception: text in
 * uuencode is only found if it begins in those first bytes.
 */
bool preview_may_hold(const struct message_front *);

#endif
