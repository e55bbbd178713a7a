#ifndef MIME_MAIL_PREVIEW_H
#define MIME_MAIL_PREVIEW_H

#include <stdbool.h>

#include "model/message.h"

/*
 * Whether a mail may hold a report, by its header and the front of each of its
 * parts, none of them a mail itself.  false only when candidates_find() would
 * find none in the whole of it and not refuse it, but for text in uuencode,
 * which is looked for at the front alone.
 */
bool preview_may_hold(const struct message_front *);

#endif
