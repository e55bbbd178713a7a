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

/* What a folder holds, sorted by name, without dot files. */
struct listing {
	DIR *dir;
	struct listing_entry *entry;
	size_t n;
	size_t next;	 /* the reader's place: entries before it are done */
	bool is_maildir; /* it has folders cur and new */
	struct arena names;
};

/*
 * Read the folder that is open as `fd`.  The listing owns and closes it, also
 * when this fails: NULL with errno when the folder cannot be read.
 */
struct listing *listing_open(int fd);
void listing_close(struct listing *); /* NULL is legal */

#endif
