#define _GNU_SOURCE /* O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/folder.h"

enum {
	LINKS_MAX = 40 /* as many as the kernel follows in a path */
};

/* The way to a folder that is not walked yet. */
struct way {
	char rest[2 * PATH_MAX];
	unsigned links; /* followed so far */
};

bool
folder_is_shared(int folder)
{
	struct stat sb;

	if (fstat(folder, &sb) == -1)
		return true;
	return (sb.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
	       (sb.st_uid != 0 && sb.st_uid != geteuid());
}

/* Close a descriptor, keeping errno.  Returns -1. */
static int
give_up(int fd)
{
	int error = errno;

	if (fd != -1)
		close(fd);
	errno = error;
	return -1;
}

static int
open_start(int at, const char *path)
{
	return openat(
	    at, path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Put the target of the link `name` in `at` before the rest of the way. */
static int
follow(int at, const char *name, struct way *w)
{
	char target[PATH_MAX];
	size_t len = strlen(w->rest);
	ssize_t n;

	if (folder_is_shared(at) || ++w->links > LINKS_MAX) {
		errno = ELOOP;
		return give_up(at);
	}
	if ((n = readlinkat(at, name, target, sizeof target)) == -1)
		return give_up(at);
	if ((size_t)n + len + 2 > sizeof w->rest) {
		errno = ENAMETOOLONG;
		return give_up(at);
	}
	memmove(w->rest + n + 1, w->rest, len + 1);
	memcpy(w->rest, target, (size_t)n);
	w->rest[n] = '/';
	if (w->rest[0] != '/')
		return at;
	close(at);
	return open_start(AT_FDCWD, "/");
}

/* Go from the folder `at`, which is closed, into `name` in it. */
static int
enter(int at, const char *name, struct way *w)
{
	int next = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat sb;

	if (next == -1)
		return give_up(at);
	if (fstat(next, &sb) == 0 && S_ISDIR(sb.st_mode)) {
		close(at);
		return next;
	}
	close(next);
	if (S_ISLNK(sb.st_mode))
		return follow(at, name, w);
	errno = ENOTDIR;
	return give_up(at);
}

/* Take the next component off the way: 1, 0 at its end, -1 when too long. */
static int
next_name(struct way *w, char name[static NAME_MAX + 1])
{
	size_t slashes = strspn(w->rest, "/");
	size_t n = strcspn(w->rest + slashes, "/");
	const char *from = w->rest + slashes + n;
	char *to = w->rest;

	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, w->rest + slashes, n);
	name[n] = '\0';
	while ((*to++ = *from++) != '\0')
		;
	return n > 0;
}

static int
walk(int at, const char *path)
{
	struct way w = { .links = 0 };
	char name[NAME_MAX + 1];
	int fd, more;

	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(w.rest, sizeof w.rest, "%s", path);
	fd = open_start(at, path);
	while (fd != -1 && (more = next_name(&w, name)) != 0)
		fd = more == 1 ? enter(fd, name, &w) : give_up(fd);
	return fd;
}

/* A folder that may be written but not read is left open by O_PATH. */
int
folder_open(int at, const char *path)
{
	int fd = walk(at, path), readable;

	if (fd == -1)
		return -1;
	readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (readable == -1)
		return fd;
	close(fd);
	return readable;
}

const char *
path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

char *
path_folder(const char *path)
{
	const char *name = path_name(path);

	if (name == path)
		return xstrdup(".");
	return name == path + 1 ? xstrdup("/")
				: xstrndup(path, (size_t)(name - path) - 1);
}

/* Open the folder that a file lies in, without regard to the file. */
static int
open_folder_of(int at, const char *path, char name[static NAME_MAX + 1])
{
	const char *last = path_name(path);
	char folder[PATH_MAX];
	size_t n = (size_t)(last - path);

	if (strlen(last) > NAME_MAX || n >= sizeof folder) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, last, strlen(last) + 1);
	memcpy(folder, path, n);
	folder[n] = '\0';
	return folder_open(at, folder);
}

/* Go on from a folder, which is closed, where the link `name` in it leads. */
static int
follow_file(int folder, char name[static NAME_MAX + 1])
{
	char target[PATH_MAX];
	ssize_t n;
	int next;

	if (folder_is_shared(folder)) {
		errno = ELOOP;
		return give_up(folder);
	}
	n = readlinkat(folder, name, target, sizeof target - 1);
	if (n == -1)
		return give_up(folder);
	target[n] = '\0';
	next = open_folder_of(folder, target, name);
	give_up(folder);
	return next;
}

int
folder_find_file(
    int at, const char *path, char name[static NAME_MAX + 1], struct stat *sb)
{
	int folder = open_folder_of(at, path, name);
	unsigned links;

	for (links = 0; folder != -1 && links <= LINKS_MAX; links++) {
		if (fstatat(folder, name, sb, AT_SYMLINK_NOFOLLOW) == -1) {
			if (errno != ENOENT || links > 0 || name[0] == '\0')
				return give_up(folder);
			sb->st_mode = 0;
			return folder;
		}
		if (!S_ISLNK(sb->st_mode))
			return folder;
		folder = follow_file(folder, name);
	}
	if (folder != -1)
		errno = ELOOP;
	return give_up(folder);
}

int
folder_give_file(int file, int model)
{
	struct stat sb;

	if (geteuid() != 0)
		return 0;
	if (fstat(model, &sb) == -1)
		return -1;
	return sb.st_uid == 0 ? 0 : fchown(file, sb.st_uid, sb.st_gid);
}

/* Make it, and let it belong to whom the folder around it does. */
static int
make_in(int around, const char *name)
{
	int made, rc;

	if (mkdirat(around, name,
		S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) == -1)
		return errno == EEXIST ? 0 : -1;
	made = openat(
	    around, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (made == -1)
		return -1;
	rc = folder_give_file(made, around);
	close(made);
	return rc;
}

int
folder_make(const char *path)
{
	char name[NAME_MAX + 1], plain[PATH_MAX];
	size_t n = strlen(path);
	struct stat sb;
	int around, rc;

	if (stat(path, &sb) == 0)
		return 0;
	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n >= sizeof plain) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(plain, path, n);
	plain[n] = '\0';
	if ((around = open_folder_of(AT_FDCWD, plain, name)) == -1)
		return -1;
	rc = make_in(around, name);
	if (rc == -1)
		return give_up(around);
	close(around);
	return 0;
}
