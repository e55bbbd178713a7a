#define _GNU_SOURCE /* sync_file_range, syncfs */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/permission.h"
#include "base/random_number.h"
#include "output/copy_range.h"
#include "output/file_rights.h"
#include "output/output_folder.h"
#include "output/temporary_file.h"
#include "output/whole_file.h"
#include "output/write_fault.h"

enum {
	STREAM_BUFFER = 16 * 1024,
	CHUNK = 16 * 1024,	    /* compared at once */
	WORTH_A_HINT = 1024 * 1024, /* bytes that the disk takes long for */
	SECOND = 1000000000	    /* nanoseconds */
};

struct whole_file {
	char *path;		 /* as given, for messages */
	int folder;		 /* where the file goes; -1: not known yet */
	bool folder_is_lent;	 /* by an output_folder, which closes it */
	char name[NAME_MAX + 1]; /* its name there */
	char *temp; /* that of the temporary file; NULL: it has none yet */
	FILE *stream;
	char *buffer; /* of the stream */
	enum {
		WRITING,
		SETTLED, /* whole_files_settle() has it on the disk */
		IS_OLD	 /* and the file that is there is the same */
	} state;
	bool published;
	bool replaces;
	struct stat old;  /* the file that it replaces */
	struct stat done; /* the file as it was when all was done */
	const struct file_rights *rights; /* NULL: those of the old file */
};

static int
file_fault(const struct whole_file *wf, const char *what, struct fault *f)
{
	return write_fault(f, wf->path, what);
}

/* A file that cannot be made, with the command that helps where one does. */
static int
new_file_fault(const struct whole_file *wf, struct fault *f)
{
	const char *why = strerror(errno);
	char *help;

	if (errno != EACCES && errno != EPERM && errno != ENOENT)
		return file_fault(wf, "cannot be created", f);
	help = permission_for_new_file(wf->path);
	fault(f, FAULT_HOST, EX_CANTCREAT, "%s: cannot be created: %s: %s",
	    wf->path, why, help);
	free(help);
	return -1;
}

/*
 * Whether it is a file in the folder that is open, by which neither the folder
 * need be opened again nor a link be followed.
 */
static bool
is_plainly_in(struct whole_file *wf, int folder, const char *name)
{
	size_t n = strlen(name);

	if (folder == AT_FDCWD || n > NAME_MAX || strchr(name, '/') != NULL ||
	    fstatat(folder, name, &wf->old, AT_SYMLINK_NOFOLLOW) == -1 ||
	    S_ISLNK(wf->old.st_mode))
		return false;
	memcpy(wf->name, name, n + 1);
	return true;
}

/* Find the file that is to be replaced, if there is one, and its folder. */
static int
find_target(struct whole_file *wf, int at, const char *path, struct fault *f)
{
	wf->folder_is_lent = is_plainly_in(wf, at, path);
	wf->folder = wf->folder_is_lent
			 ? at
			 : folder_find_file(at, path, wf->name, &wf->old);
	if (wf->folder == -1 && errno == ELOOP)
		return fault(f, FAULT_HOST, EX_CANTCREAT,
		    "%s: leads over a symbolic link in a folder that others "
		    "may write: remove the link, or name what it leads to",
		    wf->path);
	if (wf->folder == -1)
		return new_file_fault(wf, f);
	wf->replaces = wf->old.st_mode != 0;
	if (wf->replaces && !S_ISREG(wf->old.st_mode))
		return fault(f, FAULT_HOST, EX_CANTCREAT,
		    "%s: is no regular file", wf->path);
	return 0;
}

static int
open_stream(struct whole_file *wf, struct fault *f)
{
	mode_t mode = wf->replaces ? S_IRUSR | S_IWUSR : 0644;
	int fd = temporary_file_open(wf->folder, mode, &wf->temp);

	if (fd == -1)
		return new_file_fault(wf, f);
	if ((wf->stream = fdopen(fd, "w")) == NULL)
		out_of_memory();
	/* a buffer of our own, for else the size would be a mere hint */
	wf->buffer = xmalloc(STREAM_BUFFER);
	setvbuf(wf->stream, wf->buffer, _IOFBF, STREAM_BUFFER);
	if (!wf->replaces && folder_give_file(fd, wf->folder) == -1)
		return new_file_fault(wf, f);
	return 0;
}

static struct whole_file *
open_in(int at, const char *path, char *shown, struct fault *f)
{
	struct whole_file *wf = xcalloc(1, sizeof *wf);

	wf->path = shown;
	if (find_target(wf, at, path, f) == 0 && open_stream(wf, f) == 0)
		return wf;
	whole_file_close(wf);
	return NULL;
}

struct whole_file *
whole_file_open(const char *path, struct fault *f)
{
	struct whole_file *wf = open_in(AT_FDCWD, path, xstrdup(path), f);

	if (wf != NULL)
		output_folder_clear(wf->folder);
	return wf;
}

struct whole_file *
whole_file_open_in(
    const struct output_folder *folder, const char *name, struct fault *f)
{
	return open_in(
	    folder->fd, name, xasprintf("%s/%s", folder->path, name), f);
}

void
whole_file_set_rights(struct whole_file *wf, const struct file_rights *rights)
{
	wf->rights = rights;
	/* until it is whole nobody else needs it */
	(void)fchmod(fileno(wf->stream), S_IRUSR | S_IWUSR);
}

FILE *
whole_file_stream(struct whole_file *wf)
{
	return wf->stream;
}

static bool
same_content(int a, int b)
{
	char x[CHUNK], y[CHUNK];
	ssize_t n;
	off_t at;

	for (at = 0; (n = read_at(a, x, sizeof x, at)) > 0; at += n)
		if (read_at(b, y, sizeof y, at) != n ||
		    memcmp(x, y, (size_t)n) != 0)
			return false;
	return n == 0;
}

/*
 * Whether the old file holds all of this already; what it was before it was
 * read is in `done` then.
 */
static bool
is_same(struct whole_file *wf)
{
	int fd = fileno(wf->stream), old;
	struct stat sb;
	bool same;

	if (!wf->replaces || fstat(fd, &sb) == -1 ||
	    sb.st_size != wf->old.st_size ||
	    !file_rights_are(wf->rights, &wf->old))
		return false;
	old = openat(wf->folder, wf->name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (old == -1)
		return false;
	same = fstat(old, &wf->done) == 0 && S_ISREG(wf->done.st_mode) &&
	       same_content(fd, old);
	close(old);
	return same;
}

/* The new name must be on the disk as well as the bytes. */
static int
sync_folder(const struct whole_file *wf, struct fault *f)
{
	/* a folder may be writable and not readable: EBADF */
	if (fsync(wf->folder) == -1 && errno != EINVAL && errno != EBADF)
		return file_fault(wf, "its folder cannot be written", f);
	return 0;
}

static int
flush(struct whole_file *wf, struct fault *f)
{
	errno = 0;
	if (fflush(wf->stream) == EOF || ferror(wf->stream))
		return file_fault(wf, "cannot be written", f);
	return 0;
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
		n = copy_range(fileno(from), &at, fileno(wf->stream), &end,
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
	if (ftello(wf->stream) >= WORTH_A_HINT)
		(void)sync_file_range(
		    fileno(wf->stream), 0, 0, SYNC_FILE_RANGE_WRITE);
	return 0;
}

/*
 * Set the time of the last change to one within the second before now.  The
 * clock of file times moves in steps of some milliseconds, so that two changes
 * may have the same; a random time shows that somebody changed the file after.
 */
static int
set_random_time(struct whole_file *wf, struct fault *f)
{
	struct timespec times[2] = { { 0, UTIME_OMIT } };

	times[1].tv_sec = time(NULL) - 1;
	times[1].tv_nsec = (long)(random_number() % SECOND);
	if (futimens(fileno(wf->stream), times) == -1 ||
	    fstat(fileno(wf->stream), &wf->done) == -1)
		return file_fault(wf, "cannot be written", f);
	return 0;
}

/* All but that it is on the disk and has its name; 1 when it is the old one. */
static int
finish(struct whole_file *wf, struct fault *f)
{
	if (flush(wf, f) == -1)
		return -1;
	if (is_same(wf))
		return 1;
	if (file_rights_give(fileno(wf->stream), wf->path,
		wf->replaces ? &wf->old : NULL, wf->rights, f) == -1)
		return -1;
	return set_random_time(wf, f);
}

static int
publish(struct whole_file *wf, struct fault *f)
{
	if (wf->state == WRITING) {
		int rc = finish(wf, f);

		if (rc != 0)
			return rc == 1 ? 0 : -1;
		if (fsync(fileno(wf->stream)) == -1)
			return file_fault(wf, "cannot be written", f);
	}
	if (wf->state == IS_OLD)
		return 0;
	if (wf->temp == NULL && temporary_file_link(fileno(wf->stream),
				    wf->folder, &wf->temp) == -1)
		return new_file_fault(wf, f);
	if (renameat(wf->folder, wf->temp, wf->folder, wf->name) == -1)
		return file_fault(wf, "cannot be replaced", f);
	free(wf->temp);
	wf->temp = NULL;
	wf->published = true;
	return 0;
}

int
whole_files_settle(struct whole_file *const *files, size_t n, struct fault *f)
{
	dev_t synced = 0;
	struct stat sb;
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		if ((rc = finish(files[i], f)) == -1)
			return -1;
		files[i]->state = rc == 1 ? IS_OLD : SETTLED;
	}
	for (i = 0; i < n; i++) {
		if (files[i]->state != SETTLED)
			continue;
		if (fstat(files[i]->folder, &sb) == -1 ||
		    (sb.st_dev != synced &&
			syncfs(fileno(files[i]->stream)) == -1))
			return file_fault(files[i], "cannot be written", f);
		synced = sb.st_dev;
	}
	return 0;
}

static bool
is_same_folder(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

int
whole_files_commit(struct whole_file *const *files, size_t n, struct fault *f)
{
	const struct whole_file *synced = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (publish(files[i], f) == -1)
			return -1;
	for (i = 0; i < n; i++) {
		if (!files[i]->published || files[i]->state == SETTLED ||
		    (synced != NULL &&
			is_same_folder(synced->folder, files[i]->folder)))
			continue;
		if (sync_folder(files[i], f) == -1)
			return -1;
		synced = files[i];
	}
	return 0;
}

int
whole_file_commit(struct whole_file *wf, struct fault *f)
{
	return whole_files_commit(&wf, 1, f);
}

int
whole_file_stat(const struct whole_file *wf, struct stat *sb)
{
	*sb = wf->done;
	if (!wf->published)
		return 0;
	/* renaming it has changed its ctime, and nothing else */
	if (fstat(fileno(wf->stream), sb) == -1 ||
	    sb->st_size != wf->done.st_size ||
	    sb->st_mtim.tv_sec != wf->done.st_mtim.tv_sec ||
	    sb->st_mtim.tv_nsec != wf->done.st_mtim.tv_nsec)
		return -1;
	return 0;
}

void
whole_file_close(struct whole_file *wf)
{
	if (wf == NULL)
		return;
	if (wf->temp != NULL)
		unlinkat(wf->folder, wf->temp, 0);
	if (wf->stream != NULL)
		fclose(wf->stream);
	free(wf->buffer);
	if (wf->folder != -1 && !wf->folder_is_lent)
		close(wf->folder);
	free(wf->path);
	free(wf->temp);
	free(wf);
}
