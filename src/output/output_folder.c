#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/folder.h"
#include "base/permission.h"
#include "base/stop_signal.h"
#include "base/timing.h"
#include "output/output_folder.h"

enum {
	PATIENCE = 300,		  /* seconds that another run may take */
	PAUSE = 20 * 1000 * 1000, /* nanoseconds between two tries */
	RANDOM_DIGITS = 16
};

/* Whether a file was made for a file to be written, by its name. */
static bool
is_temporary(const char *name)
{
	size_t n = strlen(TEMPORARY_NAME);

	return strncmp(name, TEMPORARY_NAME, n) == 0 &&
	       strspn(name + n, "0123456789abcdef") == RANDOM_DIGITS &&
	       name[n + RANDOM_DIGITS] == '\0';
}

static void
remove_if_left(int folder, const char *name)
{
	int fd = openat(
	    folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat sb;

	if (fd == -1)
		return;
	if (fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(folder, name, 0);
	close(fd);
}

void
output_folder_clear(int folder)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy != -1 ? fdopendir(copy) : NULL;
	struct dirent *entry;

	if (dir == NULL) {
		if (copy != -1)
			close(copy);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (is_temporary(entry->d_name))
			remove_if_left(folder, entry->d_name);
	closedir(dir);
}

static int
folder_fault(const char *path, struct fault *f)
{
	const char *why;
	char *help;

	if (errno == ELOOP)
		return fault(f, FAULT_HOST, EX_CANTCREAT,
		    "%s: the path leads over a symbolic link in a folder that "
		    "others may write: name the folder itself",
		    path);
	if (errno == ENOENT || errno == EACCES) {
		why = strerror(errno);
		help = permission_to_use(path);
		fault(
		    f, FAULT_HOST, EX_CANTCREAT, "%s: %s: %s", path, why, help);
		free(help);
		return -1;
	}
	return fault(
	    f, FAULT_HOST, EX_CANTCREAT, "%s: %s", path, strerror(errno));
}

/* The lock is on the folder itself: it needs no file, and no right to write. */
static int
lock(const struct output_folder *folder, struct fault *f)
{
	static const struct timespec pause = { 0, PAUSE };
	double began = timing_now();

	while (flock(folder->fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno == EBADF)
			return fault(f, FAULT_HOST, EX_CANTCREAT,
			    "%s: cannot be read, so it cannot be locked: chmod "
			    "u+r %s",
			    folder->path, folder->path);
		if (errno != EWOULDBLOCK && errno != EINTR)
			return folder_fault(folder->path, f);
		if (stop_requested())
			return fault(f, FAULT_HOST, EX_TEMPFAIL,
			    "%s: stopped while another run writes into it",
			    folder->path);
		if (timing_now() - began > (double)PATIENCE)
			return fault(f, FAULT_HOST, EX_TEMPFAIL,
			    "%s: another run has been writing into it for %d "
			    "minutes: run again when it is done",
			    folder->path, PATIENCE / 60);
		nanosleep(&pause, NULL);
	}
	return 0;
}

int
output_folder_open(
    struct output_folder *folder, const char *path, struct fault *f)
{
	folder->path = path;
	if ((folder->fd = folder_open(AT_FDCWD, path)) == -1)
		return folder_fault(path, f);
	if (lock(folder, f) == -1) {
		output_folder_close(folder);
		return -1;
	}
	output_folder_clear(folder->fd);
	return 0;
}

void
output_folder_close(struct output_folder *folder)
{
	if (folder->fd != -1)
		close(folder->fd);
	folder->fd = -1;
}
