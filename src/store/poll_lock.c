#define _GNU_SOURCE /* O_PATH */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/folder.h"
#include "base/span.h"
#include "base/utc.h"
#include "store/poll_lock.h"
#include "store/sql.h"
#include "store/store.h"

enum {
	NOTE = 64 /* "1234 2026-11-23T06:00:00Z\n" */
};

/* What the holder wrote into the file, as far as it makes sense. */
static int
held_fault(const char *path, int fd, struct fault *f)
{
	char note[NOTE], since[UTC_TEXT], *end;
	ssize_t n = pread(fd, note, sizeof note - 1, 0);
	unsigned deviation;
	int64_t t;
	long pid;

	note[n > 0 ? n : 0] = '\0';
	pid = strtol(note, &end, 10);
	if (pid <= 0 ||
	    utc_parse(span_trim(span_of(end)), &t, &deviation) == -1)
		return fault(f, FAULT_HOST, EX_TEMPFAIL,
		    "%s: held by another process: run again later", path);
	utc_format(t, since);
	return fault(f, FAULT_HOST, EX_TEMPFAIL,
	    "%s: held by process %ld since %s: run again when it is done", path,
	    pid, since);
}

/* Say who we are; nobody but a person reads it, so it may fail. */
static void
write_note(int fd)
{
	char now[UTC_TEXT], note[NOTE];
	int n;

	utc_format(time(NULL), now);
	n = snprintf(note, sizeof note, "%ld %s\n", (long)getpid(), now);
	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, note, (size_t)n, 0);
}

static int
lock_fault(const char *path, struct fault *f)
{
	if (errno == EACCES)
		return fault(f, FAULT_HOST, EX_IOERR,
		    "%s: cannot be locked: %s: as root, chown %lu:%lu %s", path,
		    strerror(errno), (unsigned long)geteuid(),
		    (unsigned long)getegid(), path);
	return fault(f, FAULT_HOST, EX_IOERR, "%s: cannot be locked: %s", path,
	    strerror(errno));
}

/*
 * A lock that root has made must not keep the store's owner out.  O_PATH, since
 * closing another descriptor of the store would drop SQLite's locks on it.
 */
static int
give_to_owner(int lock, const char *store)
{
	int model = open(store, O_PATH | O_CLOEXEC);
	int rc = model == -1 ? -1 : folder_give_file(lock, model);

	if (model != -1)
		close(model);
	return rc;
}

/*
 * The kernel drops the lock with its last holder, so what a killed run left
 * behind is no obstacle.  The file stays: removing it would open a gap in
 * which two runs hold locks on two files of that name.
 */
int
lock_take(const char *path, const char *store, enum store_access access,
    int *fd, struct fault *f)
{
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int lock;

	if (access != STORE_TRY)
		flags |= O_CREAT;
	if ((lock = open(path, flags, 0600)) == -1) {
		if (access == STORE_TRY && errno == ENOENT)
			return 0; /* there is nobody to wait for */
		return lock_fault(path, f);
	}
	if (flock(lock, LOCK_EX | LOCK_NB) == -1) {
		if (errno == EWOULDBLOCK)
			held_fault(path, lock, f);
		else
			lock_fault(path, f);
		close(lock);
		return -1;
	}
	if (give_to_owner(lock, store) == -1) {
		lock_fault(path, f);
		close(lock);
		return -1;
	}
	write_note(lock);
	*fd = lock;
	return 0;
}

void
lock_drop(int fd)
{
	if (fd != -1)
		close(fd);
}
