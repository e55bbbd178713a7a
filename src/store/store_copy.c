#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/folder.h"
#include "store/store_copy.h"
#include "store/store_private.h"

static int
copy_fault(const char *path, const char *why, struct fault *f)
{
	return fault(f, FAULT_HOST, EX_IOERR,
	    "%s: the copy of the store before its schema changes cannot be "
	    "written: %s: make room, or let the owner of the store run this, "
	    "and run again",
	    path, why);
}

/*
 * An empty file for its owner alone, which SQLite then fills.  As root it is
 * given to the owner of the store.
 */
static int
create(const struct store *st, const char *path)
{
	int model, fd, rc;

	(void)unlink(path); /* of a run that was killed */
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	model = open(st->file, O_RDONLY | O_CLOEXEC);
	rc = model == -1 ? -1 : folder_give_file(fd, model);
	if (model != -1)
		close(model);
	close(fd);
	return rc;
}

/* By a connection of its own, for the store's own is in a transaction. */
static int
copy_into(const struct store *st, const char *path, struct fault *f)
{
	char *text = sqlite3_mprintf("VACUUM INTO %Q", path);
	sqlite3 *db = NULL;
	int rc;

	if (text == NULL)
		out_of_memory();
	rc = sqlite3_open_v2(st->file, &db, SQLITE_OPEN_READONLY, NULL);
	if (db == NULL)
		out_of_memory();
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, text, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		(void)copy_fault(path, sqlite3_errmsg(db), f);
	sqlite3_close(db);
	sqlite3_free(text);
	return rc == SQLITE_OK ? 0 : -1;
}

static int
flush(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd == -1)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

static char *
name_of(const struct store *st, int64_t version)
{
	return xasprintf("%s.v%" PRId64, st->file, version);
}

int
store_copy(struct store *st, int64_t version, struct fault *f)
{
	char *path = name_of(st, version), *new = xasprintf("%s.new", path);
	int rc = -1;

	if (create(st, new) == -1)
		(void)copy_fault(path, strerror(errno), f);
	else if (copy_into(st, new, f) == 0) {
		rc = flush(new) == 0 && rename(new, path) == 0 ? 0 : -1;
		if (rc == -1)
			(void)copy_fault(path, strerror(errno), f);
	}
	if (rc == -1)
		(void)unlink(new);
	free(new);
	free(path);
	return rc;
}

char *
store_copy_find(const struct store *st, int64_t most)
{
	char *path;

	for (; most > 0; most--) {
		path = name_of(st, most);
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}
