#ifndef IMAP_OPEN_FOLDER_H
#define IMAP_OPEN_FOLDER_H

#include <stdbool.h>

struct fault;
struct imap;

/*
 * EXAMINE, or SELECT to change something, by the name that the server has;
 * what it tells of the folder is in the session's reply.  `what` reads like
 * "folder Done refused".
 */
int open_folder(struct imap *, const char *name, bool change, const char *what,
    struct fault *);

#endif
