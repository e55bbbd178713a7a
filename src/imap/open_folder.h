#ifndef IMAP_OPEN_FOLDER_H
#define IMAP_OPEN_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct imap;

/*
 * EXAMINE, or SELECT to change something, by the name that the server has;
 * what it tells of the folder is in the session's reply.  `what` reads like
 * "folder Done refused".
 */
int open_server_folder(struct imap *, const char *name, bool change,
    const char *what, struct fault *);

struct imap_folder {
	uint32_t uidvalidity; /* never 0 */
	uint32_t uidnext;     /* 0 when the server does not tell */
	uint32_t exists;      /* mails in it */
};

/*
 * Open a folder read-only: a name in UTF-8, or a special use such as "\\Junk"
 * (RFC 6154).  77 when it is missing or refused.
 */
int imap_examine(
    struct imap *, const char *folder, struct imap_folder *, struct fault *);

/* The same to change something in it. */
int imap_select(
    struct imap *, const char *folder, struct imap_folder *, struct fault *);

/* The folder opened last, as the server names it (modified UTF-7). */
const char *imap_folder_name(const struct imap *);

#endif
