#ifndef FILES_FILES_H
#define FILES_FILES_H

#include <stdbool.h>

#include "model/limits.h"
#include "model/message.h"

struct fault;

/* Takes one message.  -1 with a fault of scope FAULT_HOST ends the walk. */
typedef int files_fn(void *arg, const struct message *, struct fault *);

struct files_handler {
	files_fn *message;
	/*
	 * Told of a file that could not be read: the fault has exit code 66 or
	 * 74 and names the path.  -1 ends the walk.
	 */
	int (*unreadable)(void *arg, const struct fault *);
	void *arg;
};

/*
 * Hand over every message under `path`: a file (JSON, gzip, zip, a mail), an
 * mbox, a Maildir (cur and new), a folder with any mix of these, or "-" for
 * standard input.  In a folder entries are taken in the order of their names;
 * dot files and symbolic links to folders are left out, and so is every link in
 * a folder that others may write.  Devices, FIFOs and sockets in a folder are
 * not opened.  One message is in memory at a time.
 */
int files_walk(const char *path, const struct limits *,
    const struct files_handler *, struct fault *);

#endif
