#ifndef OUTPUT_FILE_RIGHTS_H
#define OUTPUT_FILE_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

struct fault;
struct stat;

/* The rights that a file gets, whatever the umask or the old file has. */
struct file_rights {
	mode_t mode;
	gid_t group; /* (gid_t)-1: as it would be anyway */
};

/* Whether a file has them; NULL asks for none. */
bool file_rights_are(const struct file_rights *, const struct stat *);

/*
 * Give an open file the owner, group and mode of the file `old` that it
 * replaces, and then these rights; either may be NULL.  -1 with a fault of exit
 * code 73 that begins with `path`.
 */
int file_rights_give(int fd, const char *path, const struct stat *old,
    const struct file_rights *, struct fault *);

#endif
