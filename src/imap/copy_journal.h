#ifndef IMAP_COPY_JOURNAL_H
#define IMAP_COPY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct imap;

/*
 * A run that copies mails into a folder may be killed before the server
 * confirms the copies.  So the UIDVALIDITY and UIDNEXT of that folder are noted
 * before (folder_status()); by them the next run finds out which mails arrived.
 */

/*
 * Find out which of `n` mails, known by their Message-IDs, were copied: those
 * that are in `folder` at `uidnext` or above, as often as they are in the list.
 * `copied` gets an answer for each.  It is false for a mail without a
 * Message-ID, and for all when the UIDVALIDITY has changed.  The folder that
 * was open before is open again afterwards.
 */
int copies_find(struct imap *, const char *folder, uint32_t uidvalidity,
    uint32_t uidnext, const char *const *message_ids, size_t n, bool *copied,
    struct fault *);

#endif
