#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fault.h"
#include "output/file_rights.h"
#include "output/write_fault.h"

bool
file_rights_are(const struct file_rights *r, const struct stat *sb)
{
	return r == NULL ||
	       ((sb->st_mode & 07777) == r->mode &&
		   (r->group == (gid_t)-1 || sb->st_gid == r->group));
}

/* Owner first, for changing it takes bits of the mode away. */
static int
keep(int fd, const char *path, const struct stat *old, struct fault *f)
{
	struct stat sb;

	if (fstat(fd, &sb) == -1)
		return write_fault(f, path, "cannot be written");
	if ((sb.st_uid != old->st_uid || sb.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid) == -1)
		return fault(f, FAULT_HOST, EX_CANTCREAT,
		    "%s: belongs to somebody else, which cannot be kept: as "
		    "root, chown %lu:%lu %s",
		    path, (unsigned long)geteuid(), (unsigned long)getegid(),
		    path);
	if (fchmod(fd, old->st_mode & 07777) == -1)
		return write_fault(f, path, "its mode cannot be kept");
	return 0;
}

int
file_rights_give(int fd, const char *path, const struct stat *old,
    const struct file_rights *r, struct fault *f)
{
	if (old != NULL && keep(fd, path, old, f) == -1)
		return -1;
	if (r == NULL)
		return 0;
	if (r->group != (gid_t)-1 && fchown(fd, (uid_t)-1, r->group) == -1)
		return write_fault(f, path, "its group cannot be set");
	if (fchmod(fd, r->mode) == -1)
		return write_fault(f, path, "its mode cannot be set");
	return 0;
}
