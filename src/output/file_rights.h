#ifndef OUTPUT_FILE_RIGHTS_H
#define OUTPUT_FILE_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

struct fault;
struct stat;

/* Rights that a file is to have, whatever umask or an older file says. */
struct file_rights {
	mode_t mode;
	gid_t group; /* (gid_t)-1: as it would be anyway */
};

/* Whether a file has them; NULL asks for none. */
bool file_rights_are(const struct file_rights *, const struct stat *);

/*
 * Give an open file these, and before that owner, group and mode of the file
 * `old` that it replaces; either may be NULL.  -1 with a fault of exit code 73
 * that begins with `path`.
 */
int file_rights_give(int fd, const char *path, const struct stat *old,
    const struct file_rights *, struct fault *);

#endif
