#ifndef IMAP_MOVE_TARGET_H
#define IMAP_MOVE_TARGET_H

struct fault;
struct imap;

/*
 * The folder of that name (UTF-8, "/" between levels) as the server names it,
 * for mails to be moved into; it is made when it is missing, and must not be
 * the one that is open.  Allocated; NULL with the fault.
 */
char *target_folder(struct imap *, const char *folder, struct fault *);

/*
 * Make and subscribe a folder, as the server names it; that it is there already
 * is no fault.
 */
int target_create(struct imap *, const char *name, struct fault *);

#endif
