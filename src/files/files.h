#ifndef FILES_FILES_H
#define FILES_FILES_H

#include <stdbool.h>

#include "model/limits.h"
#include "model/message.h"

struct fault;

/* -1 with a fault of scope FAULT_HOST stops the walk. */
typedef int files_fn(void *arg, const struct message *, struct fault *);

struct files_handler {
	files_fn *message;
	/*
	 * A file that could not be read: exit code 66 or 74 in the fault, its
	 * text naming the path.  -1 stops the walk.
	 */
	int (*unreadable)(void *arg, const struct fault *);
	void *arg;
};

/*
 * Hand over every message under `path`: a file (JSON, gzip, zip, a mail), an
 * mbox, a Maildir (cur and new), a folder of any mix, or "-" for standard
 * input.  Folders are walked in the order of their names, symbolic links to
 * folders and dot files not.  One message is in memory at a time.
 */
int files_walk(const char *path, const struct limits *,
    const struct files_handler *, struct fault *);

#endif
