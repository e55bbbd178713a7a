#ifndef IMAP_FOLDER_STATUS_H
#define IMAP_FOLDER_STATUS_H

struct fault;
struct imap;

/*
 * Ask for UIDVALIDITY and UIDNEXT of a folder (as the server names it) without
 * opening it; they are in the reply's target_uidvalidity and target_uidnext, 0
 * where the server does not tell or refuses.
 */
int folder_status(struct imap *, const char *name, struct fault *);

#endif
