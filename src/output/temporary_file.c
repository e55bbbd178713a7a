#define _GNU_SOURCE /* O_TMPFILE */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/random_number.h"
#include "output/output_folder.h"
#include "output/temporary_file.h"

enum {
	TRIES = 16 /* for a name that nobody has */
};

static char *
random_name(void)
{
	return xasprintf(TEMPORARY_NAME "%016" PRIx64, random_number());
}

/* Lock it.  False when output_folder_clear() was quicker and has removed it. */
static bool
lock(int fd)
{
	struct stat sb;

	flock(fd, LOCK_EX | LOCK_NB);
	return fstat(fd, &sb) == -1 || sb.st_nlink > 0;
}

static int
open_named(int folder, mode_t mode, char **name)
{
	int fd, tries;

	for (tries = 0; tries < TRIES; tries++) {
		*name = random_name();
		fd = openat(
		    folder, *name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd != -1 && lock(fd))
			return fd;
		free(*name);
		*name = NULL;
		if (fd != -1)
			close(fd);
		else if (errno != EEXIST)
			break;
	}
	return -1;
}

int
temporary_file_open(int folder, mode_t mode, char **name)
{
	int fd = -1;

	*name = NULL;
	/* without a /proc it could not be named later */
	if (access("/proc/self/fd", X_OK) == 0)
		fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
	if (fd == -1)
		return open_named(folder, mode, name);
	flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

int
temporary_file_link(int fd, int folder, char **name)
{
	char self[64];
	int tries;

	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	for (tries = 0; tries < TRIES; tries++) {
		*name = random_name();
		if (linkat(AT_FDCWD, self, folder, *name, AT_SYMLINK_FOLLOW) ==
		    0)
			return 0;
		free(*name);
		*name = NULL;
		if (errno != EEXIST)
			break;
	}
	return -1;
}
