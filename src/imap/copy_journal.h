#ifndef IMAP_COPY_JOURNAL_H
#define IMAP_COPY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct imap;

/*
 * Mails are copied into a folder, and whoever copies them may be killed before
 * it hears that it is done.  folder_status() tells beforehand where in the
 * folder new mails will be, so that it can be found out later.
 */

/*
 * Which of the mails that were on their way are there: those whose Message-ID
 * is found at `uidnext` or above, as often as it is in the list.  Of a mail
 * without one, or when `uidvalidity` has changed, nobody can say: it is not.
 * The folder that was open before is open again.
 */
int copies_find(struct imap *, const char *folder, uint32_t uidvalidity,
    uint32_t uidnext, const char *const *message_ids, size_t n, bool *copied,
    struct fault *);

#endif
