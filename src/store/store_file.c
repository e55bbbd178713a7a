#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/permission.h"
#include "store/store.h"
#include "store/store_file.h"
#include "store/store_private.h"

/* Where permissions or a folder are missing, with the command that helps. */
static int
file_fault(const struct store *st, const char *what, struct fault *f)
{
	const char *why = strerror(errno);
	char *help;
	bool has_help = errno == EACCES || errno == EPERM || errno == ENOENT;

	if (!has_help)
		return fault(
		    f, FAULT_HOST, EX_IOERR, "%s: %s: %s", st->path, what, why);
	help = permission_for_new_file(st->path);
	fault(f, FAULT_HOST, EX_IOERR, "%s: %s: %s: %s", st->path, what, why,
	    help);
	free(help);
	return -1;
}

/*
 * Make the file before SQLite does, whose files everybody can read; -wal and
 * -shm get its mode and owner.  That another process was quicker is fine.
 */
static int
create(const struct store *st, int folder, const char *name, struct fault *f)
{
	int rc = 0, fd = openat(folder, name,
			O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd == -1)
		return errno == EEXIST ? 0
				       : file_fault(st, "cannot be created", f);
	if (folder_give_file(fd, folder) == -1)
		rc = file_fault(st, "cannot be created", f);
	close(fd);
	return rc;
}

/* An existing file: what is refused about it, and what is set right. */
static int
check(const struct store *st, int folder, const char *name,
    const struct stat *sb, struct fault *f)
{
	if (!S_ISREG(sb->st_mode))
		return fault(f, FAULT_HOST, EX_IOERR, "%s: is no regular file",
		    st->path);
	if (st->access == STORE_WRITE && sb->st_nlink > 1)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: has %lu names (hard links), and its log belongs to "
		    "one of them: remove the others (find -samefile %s)",
		    st->path, (unsigned long)sb->st_nlink, st->path);
	/* nothing was made in it yet, and the mode is ours to choose */
	if (sb->st_size == 0 && st->access == STORE_WRITE)
		(void)!fchmodat(folder, name, 0600, 0);
	return 0;
}

/* The folder of the store is not there, so neither is the store. */
static int
without_folder(struct store *st, struct fault *f)
{
	if (errno == ELOOP)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: leads over a symbolic link in a folder that others "
		    "may write: name the file that it leads to",
		    st->path);
	if (errno != ENOENT || st->access == STORE_WRITE)
		return file_fault(st, "cannot be created", f);
	return 0;
}

static int
find_in(struct store *st, int folder, const char *name, const struct stat *sb,
    struct fault *f)
{
	if (sb->st_mode != 0)
		return check(st, folder, name, sb, f) == -1 ? -1 : 1;
	if (st->access == STORE_WRITE)
		return create(st, folder, name, f) == -1 ? -1 : 1;
	return 0;
}

/*
 * SQLite opens its log and journal by name: a pipe there would make it wait for
 * ever, and a link would lead elsewhere.
 */
static int
check_companions(const struct store *st, struct fault *f)
{
	static const char *const suffixes[] = { "-wal", "-shm", "-journal" };
	struct stat sb;
	size_t i;
	char *path;
	int rc = 0;

	for (i = 0; i < sizeof suffixes / sizeof *suffixes && rc == 0; i++) {
		path = xasprintf("%s%s", st->file, suffixes[i]);
		if (lstat(path, &sb) == 0 && !S_ISREG(sb.st_mode))
			rc = fault(f, FAULT_HOST, EX_IOERR,
			    "%s: belongs to the store, and is no regular file: "
			    "rm %s",
			    path, path);
		free(path);
	}
	return rc;
}

int
store_file_find(struct store *st, struct fault *f)
{
	char name[NAME_MAX + 1];
	struct stat sb;
	int folder = folder_find_file(AT_FDCWD, st->path, name, &sb);
	int there = folder == -1 ? without_folder(st, f)
				 : find_in(st, folder, name, &sb, f);

	if (folder != -1)
		close(folder);
	if (there == -1)
		return -1;
	if (there == 0 && st->access == STORE_READ)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "%s: no such store: `tlsrua poll` or `tlsrua import` "
		    "makes it",
		    st->path);
	free(st->file);
	st->file = there == 0 ? xstrdup("") : realpath(st->path, NULL);
	if (st->file == NULL)
		return file_fault(st, "cannot be opened", f);
	return there == 0 ? 0 : check_companions(st, f);
}

/* The number of the log's file; 0 when there is none. */
static ino_t
log_number(const struct store *st)
{
	char *log = xasprintf("%s-wal", st->file);
	struct stat sb;
	ino_t number = stat(log, &sb) == 0 ? sb.st_ino : 0;

	free(log);
	return number;
}

/*
 * What is in the file (SQLite's file format, section 1.3), by SQLite's own
 * descriptor: closing another one would drop its locks.
 */
static struct file_state
read_state(const struct store *st)
{
	enum {
		HEADER = 28,
		COUNTER = 24
	};
	struct file_state state = { 0 };
	unsigned char header[HEADER];
	const unsigned char *c = header + COUNTER;
	sqlite3_file *file = NULL;
	sqlite3_int64 size;

	if (sqlite3_file_control(st->db, "main", SQLITE_FCNTL_FILE_POINTER,
		&file) != SQLITE_OK ||
	    file->pMethods == NULL ||
	    file->pMethods->xFileSize(file, &size) != SQLITE_OK ||
	    file->pMethods->xRead(file, header, HEADER, 0) != SQLITE_OK ||
	    memcmp(header, "SQLite format 3", 16) != 0)
		return state;
	state.size = size;
	state.changes = (uint32_t)c[0] << 24 | (uint32_t)c[1] << 16 |
			(uint32_t)c[2] << 8 | c[3];
	return state;
}

void
store_file_note(struct store *st)
{
	st->log_number = log_number(st);
	st->opened = read_state(st);
}

/* Whether the file was cut, or overwritten by an older one. */
static bool
is_overwritten(const struct store *st)
{
	struct file_state now = read_state(st);

	return now.changes < st->opened.changes ||
	       (now.changes == st->opened.changes &&
		   now.size < st->opened.size);
}

int
store_is_in_place(struct store *st, struct fault *f)
{
	int moved = 0;

	if (st->file[0] == '\0')
		return 0;
	if (sqlite3_file_control(
		st->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK ||
	    moved != 0 || log_number(st) != st->log_number)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: was moved or removed while it was in use, so no mail "
		    "is touched on the server: put it back, and run again",
		    st->path);
	if (is_overwritten(st))
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: was overwritten while it was in use, so no mail is "
		    "touched on the server: restore it from a backup while "
		    "nothing runs, remove %s-wal, and run again",
		    st->path, st->file);
	return 0;
}
