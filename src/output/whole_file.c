#define _GNU_SOURCE /* O_TMPFILE, copy_file_range, sync_file_range */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "output/whole_file.h"

enum {
	STREAM_BUFFER = 64 * 1024,
	CHUNK = 16 * 1024, /* compared at once */
	TRIES = 16	   /* for a name nobody has */
};

struct whole_file {
	char *path; /* as given, for people */
	char *target, *dir;
	char *temp; /* NULL: it has no name yet */
	FILE *stream;
	char *buffer; /* of that */
	bool published;
	bool replaces;
	struct stat old; /* of what it replaces */
};

static int
file_fault(const struct whole_file *wf, const char *what, struct fault *f)
{
	int error = errno;

	if (error == ENOSPC || error == EDQUOT)
		return fault(f, FAULT_HOST, EX_CANTCREAT,
		    "%s: the disk is full: free room and run again", wf->path);
	return fault(f, FAULT_HOST, EX_CANTCREAT, "%s: %s: %s", wf->path, what,
	    error != 0 ? strerror(error) : "writing failed");
}

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
			     : xstrndup(path, (size_t)(slash - path));
}

/* The file that is meant: `path` itself, or where a link of that name leads. */
static int
find_target(struct whole_file *wf, struct fault *f)
{
	struct stat sb;

	if (lstat(wf->path, &sb) == 0) {
		if ((wf->target = realpath(wf->path, NULL)) == NULL ||
		    stat(wf->target, &wf->old) == -1)
			return file_fault(wf, "cannot be replaced", f);
		if (!S_ISREG(wf->old.st_mode))
			return fault(f, FAULT_HOST, EX_CANTCREAT,
			    "%s: is no regular file", wf->path);
		wf->replaces = true;
	} else if (errno == ENOENT) {
		wf->target = xstrdup(wf->path);
	} else {
		return file_fault(wf, "cannot be created", f);
	}
	wf->dir = folder_of(wf->target);
	return 0;
}

/* A name in the same folder that nobody guesses. */
static char *
random_name(const struct whole_file *wf)
{
	uint64_t n = 0;

	while (getrandom(&n, sizeof n, 0) != (ssize_t)sizeof n)
		continue; /* a signal */
	return xasprintf("%s/.tlsrua-%016" PRIx64, wf->dir, n);
}

static int
open_named(struct whole_file *wf, mode_t mode)
{
	int fd = -1, tries;

	for (tries = 0; fd == -1 && tries < TRIES; tries++) {
		free(wf->temp);
		wf->temp = random_name(wf);
		fd =
		    open(wf->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd == -1 && errno != EEXIST)
			break;
	}
	if (fd == -1) {
		free(wf->temp);
		wf->temp = NULL;
	}
	return fd;
}

/*
 * A file without a name, which not even a kill leaves behind, where file
 * system and /proc (to name it later) allow.
 */
static int
open_temp(struct whole_file *wf)
{
	mode_t mode = wf->replaces ? 0600 : 0644;
	int fd = -1;

	if (access("/proc/self/fd", X_OK) == 0)
		fd = open(wf->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
	return fd != -1 ? fd : open_named(wf, mode);
}

struct whole_file *
whole_file_open(const char *path, struct fault *f)
{
	struct whole_file *wf = xcalloc(1, sizeof *wf);
	int fd;

	wf->path = xstrdup(path);
	if (find_target(wf, f) == -1)
		goto failed;
	if ((fd = open_temp(wf)) == -1) {
		file_fault(wf, "cannot be created", f);
		goto failed;
	}
	if ((wf->stream = fdopen(fd, "w")) == NULL)
		out_of_memory();
	/* of its own, for else the size would be a hint and not taken */
	wf->buffer = xmalloc(STREAM_BUFFER);
	setvbuf(wf->stream, wf->buffer, _IOFBF, STREAM_BUFFER);
	return wf;

failed:
	whole_file_close(wf);
	return NULL;
}

FILE *
whole_file_stream(struct whole_file *wf)
{
	return wf->stream;
}

/* What is left of a chunk at `at`; -1 when it cannot be read. */
static ssize_t
read_chunk(int fd, char *chunk, size_t size, off_t at)
{
	ssize_t n;

	do
		n = pread(fd, chunk, size, at);
	while (n == -1 && errno == EINTR);
	return n;
}

static bool
same_content(int a, int b)
{
	char x[CHUNK], y[CHUNK];
	ssize_t n;
	off_t at;

	for (at = 0; (n = read_chunk(a, x, sizeof x, at)) > 0; at += n)
		if (read_chunk(b, y, sizeof y, at) != n ||
		    memcmp(x, y, (size_t)n) != 0)
			return false;
	return n == 0;
}

/* Whether the old file holds all of this already. */
static bool
is_same(const struct whole_file *wf)
{
	int fd = fileno(wf->stream), old;
	struct stat sb;
	bool same;

	if (!wf->replaces || fstat(fd, &sb) == -1 ||
	    sb.st_size != wf->old.st_size)
		return false;
	if ((old = open(wf->target, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	same = same_content(fd, old);
	close(old);
	return same;
}

/* Owner first, for changing it takes bits of the mode away. */
static int
keep_rights(const struct whole_file *wf, struct fault *f)
{
	int fd = fileno(wf->stream);
	struct stat sb;

	if (!wf->replaces)
		return 0;
	if (fstat(fd, &sb) == -1)
		return file_fault(wf, "cannot be written", f);
	if ((sb.st_uid != wf->old.st_uid || sb.st_gid != wf->old.st_gid) &&
	    fchown(fd, wf->old.st_uid, wf->old.st_gid) == -1)
		return file_fault(
		    wf, "belongs to somebody else, which cannot be kept", f);
	if (fchmod(fd, wf->old.st_mode & 07777) == -1)
		return file_fault(wf, "its mode cannot be kept", f);
	return 0;
}

static int
give_name(struct whole_file *wf, struct fault *f)
{
	char self[64];
	int tries;

	if (wf->temp != NULL)
		return 0;
	snprintf(self, sizeof self, "/proc/self/fd/%d", fileno(wf->stream));
	for (tries = 0; tries < TRIES; tries++) {
		char *name = random_name(wf);

		if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) ==
		    0) {
			wf->temp = name;
			return 0;
		}
		free(name);
		if (errno != EEXIST)
			break;
	}
	return file_fault(wf, "cannot be created", f);
}

/* The new name must be on the disk as well as the bytes. */
static int
sync_dir(const struct whole_file *wf, struct fault *f)
{
	int fd = open(wf->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd == -1)
		return 0; /* a folder may be writable and not readable */
	if (fsync(fd) == -1 && errno != EINVAL)
		rc = file_fault(wf, "its folder cannot be written", f);
	close(fd);
	return rc;
}

static int
flush(struct whole_file *wf, struct fault *f)
{
	errno = 0;
	if (fflush(wf->stream) == EOF || ferror(wf->stream))
		return file_fault(wf, "cannot be written", f);
	return 0;
}

/* Through memory, where the system has no way of its own. */
static ssize_t
copy_chunk(int from, off_t *at, int to, off_t *end, size_t most)
{
	char chunk[CHUNK];
	ssize_t n, written;

	n = read_chunk(
	    from, chunk, most < sizeof chunk ? most : sizeof chunk, *at);
	if (n <= 0)
		return n;
	written = pwrite(to, chunk, (size_t)n, *end);
	if (written > 0) {
		*at += written;
		*end += written;
	}
	return written;
}

/* As copy_file_range(), which not every pair of file systems has. */
static ssize_t
copy_some(int from, off_t *at, int to, off_t *end, size_t n)
{
	ssize_t copied = copy_file_range(from, at, to, end, n, 0);

	if (copied != -1 || (errno != EXDEV && errno != EINVAL &&
				errno != ENOSYS && errno != EOPNOTSUPP))
		return copied;
	return copy_chunk(from, at, to, end, n);
}

int
whole_file_append(struct whole_file *wf, FILE *from, int64_t begin,
    int64_t stop, struct fault *f)
{
	off_t at = begin, end;
	ssize_t n;

	if (flush(wf, f) == -1)
		return -1;
	end = ftello(wf->stream);
	while (at < stop) {
		n = copy_some(fileno(from), &at, fileno(wf->stream), &end,
		    (size_t)(stop - at));
		if (n == 0)
			return fault(f, FAULT_HOST, EX_CANTCREAT,
			    "%s: was cut while it was read: run again",
			    wf->path);
		if (n == -1 && errno != EINTR)
			return file_fault(wf, "cannot be written", f);
	}
	if (fseeko(wf->stream, end, SEEK_SET) == -1)
		return file_fault(wf, "cannot be written", f);
	return 0;
}

int
whole_file_written(struct whole_file *wf, struct fault *f)
{
	if (flush(wf, f) == -1)
		return -1;
	/* a hint: commit tells what fails */
	(void)sync_file_range(fileno(wf->stream), 0, 0, SYNC_FILE_RANGE_WRITE);
	return 0;
}

static int
publish(struct whole_file *wf, struct fault *f)
{
	if (flush(wf, f) == -1)
		return -1;
	if (is_same(wf))
		return 0;
	if (keep_rights(wf, f) == -1)
		return -1;
	if (fsync(fileno(wf->stream)) == -1)
		return file_fault(wf, "cannot be written", f);
	if (give_name(wf, f) == -1)
		return -1;
	if (rename(wf->temp, wf->target) == -1)
		return file_fault(wf, "cannot be replaced", f);
	free(wf->temp);
	wf->temp = NULL;
	wf->published = true;
	return 0;
}

int
whole_files_commit(struct whole_file *const *files, size_t n, struct fault *f)
{
	const char *synced = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (publish(files[i], f) == -1)
			return -1;
	for (i = 0; i < n; i++) {
		if (!files[i]->published ||
		    (synced != NULL && strcmp(synced, files[i]->dir) == 0))
			continue;
		if (sync_dir(files[i], f) == -1)
			return -1;
		synced = files[i]->dir;
	}
	return 0;
}

int
whole_file_commit(struct whole_file *wf, struct fault *f)
{
	return whole_files_commit(&wf, 1, f);
}

void
whole_file_close(struct whole_file *wf)
{
	if (wf == NULL)
		return;
	if (wf->stream != NULL)
		fclose(wf->stream);
	free(wf->buffer);
	if (wf->temp != NULL)
		unlink(wf->temp);
	free(wf->path);
	free(wf->target);
	free(wf->dir);
	free(wf->temp);
	free(wf);
}
