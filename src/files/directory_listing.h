#ifndef FILES_DIRECTORY_LISTING_H
#define FILES_DIRECTORY_LISTING_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct listing_entry {
	const char *name;
	unsigned char type; /* DT_REG and so on, never DT_UNKNOWN */
};

/* What a folder holds, in the order of the names, without dot files. */
struct listing {
	DIR *dir;
	struct listing_entry *entry;
	size_t n, next;	 /* next: for the reader to count on */
	bool is_maildir; /* cur and new are in it */
	struct arena names;
};

/*
 * Read the folder open as `fd`, which is its own from now on.  NULL with errno
 * when it cannot be read.
 */
struct listing *listing_open(int fd);
void listing_close(struct listing *); /* NULL is legal */

#endif
