/*
 * For LD_PRELOAD: a default VFS over SQLite's own, in which the FAIL_VFS-th
 * call that changes files fails, or opens or maps them; with FAIL_VFS_ON set,
 * it and all after it, as on a disk that has died.  A write that fails has
 * written half.  With FAIL_VFS_FULL set, writes fail since the disk is full.
 * The file FAIL_VFS_MARK gets the name of the call that failed first.
 */
#include <sqlite3.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* behind this struct */
};

static sqlite3_vfs *below;

static void
mark(const char *name)
{
	static int marked;
	const char *path = getenv("FAIL_VFS_MARK");
	FILE *out = marked || path == NULL ? NULL : fopen(path, "w");

	marked = 1;
	if (out != NULL) {
		fputs(name, out);
		fclose(out);
	}
}

static int
fails(const char *name)
{
	static long count;
	const char *text = getenv("FAIL_VFS");
	long at = text != NULL ? atol(text) : 0;
	long n = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);

	if (at == 0 || n < at || (n > at && getenv("FAIL_VFS_ON") == NULL))
		return 0;
	mark(name);
	return 1;
}

static sqlite3_file *
real(sqlite3_file *f)
{
	return ((struct file *)f)->real;
}

static int
close_file(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int
read_file(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real(f)->pMethods->xRead(real(f), p, n, at);
}

static int
write_file(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (!fails("xWrite"))
		return real(f)->pMethods->xWrite(real(f), p, n, at);
	real(f)->pMethods->xWrite(real(f), p, n / 2, at);
	return getenv("FAIL_VFS_FULL") != NULL ? SQLITE_FULL
					       : SQLITE_IOERR_WRITE;
}

static int
truncate_file(sqlite3_file *f, sqlite3_int64 size)
{
	return fails("xTruncate") ? SQLITE_IOERR_TRUNCATE
				  : real(f)->pMethods->xTruncate(real(f), size);
}

static int
sync_file(sqlite3_file *f, int flags)
{
	return fails("xSync") ? SQLITE_IOERR_FSYNC
			      : real(f)->pMethods->xSync(real(f), flags);
}

static int
file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real(f)->pMethods->xFileSize(real(f), size);
}

static int
lock_file(sqlite3_file *f, int kind)
{
	return real(f)->pMethods->xLock(real(f), kind);
}

static int
unlock_file(sqlite3_file *f, int kind)
{
	return real(f)->pMethods->xUnlock(real(f), kind);
}

static int
check_lock(sqlite3_file *f, int *locked)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), locked);
}

static int
control(sqlite3_file *f, int what, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), what, arg);
}

static int
sector_size(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
characteristics(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int
shm_map(
    sqlite3_file *f, int region, int size, int extend, void volatile **memory)
{
	return fails("xShmMap") ? SQLITE_IOERR_SHMMAP
				: real(f)->pMethods->xShmMap(
				      real(f), region, size, extend, memory);
}

static int
shm_lock(sqlite3_file *f, int from, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), from, n, flags);
}

static void
shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
shm_unmap(sqlite3_file *f, int remove)
{
	return real(f)->pMethods->xShmUnmap(real(f), remove);
}

static const sqlite3_io_methods methods = { 2, close_file, read_file,
	write_file, truncate_file, sync_file, file_size, lock_file, unlock_file,
	check_lock, control, sector_size, characteristics, shm_map, shm_lock,
	shm_barrier, shm_unmap, NULL, NULL };

static int
open_file(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *got)
{
	struct file *file = (struct file *)f;
	int r;

	(void)vfs;
	file->base.pMethods = NULL;
	file->real = (sqlite3_file *)(file + 1);
	if (fails("xOpen"))
		return SQLITE_CANTOPEN;
	r = below->xOpen(below, name, file->real, flags, got);
	if (r == SQLITE_OK)
		file->base.pMethods = &methods;
	return r;
}

static int
delete_file(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	return fails("xDelete") ? SQLITE_IOERR_DELETE
				: below->xDelete(below, name, sync);
}

__attribute__((constructor)) static void
begin(void)
{
	static sqlite3_vfs own;

	below = sqlite3_vfs_find(NULL);
	own = *below; /* what is not replaced works on the one below */
	own.zName = "fail";
	own.szOsFile = (int)sizeof(struct file) + below->szOsFile;
	own.xOpen = open_file;
	own.xDelete = delete_file;
	sqlite3_vfs_register(&own, 1);
}
