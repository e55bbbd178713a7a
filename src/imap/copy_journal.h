#ifndef IMAP_COPY_JOURNAL_H
#define IMAP_COPY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct imap;

/*
 * Mails are copied into a folder, and whoever copies them may be killed before
 * it hears that it is done.  To find out later: where in the folder (as the
 * server names it) new mails will be, into the reply's target_uidvalidity and
 * target_uidnext.  These are 0 where the server does not tell.
 */
int copies_expect(struct imap *, const char *folder, struct fault *);

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
