#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/folder.h"
#include "base/permission.h"

/* The user that `make install` makes. */
#define USUAL_USER "tlsrua"

static char *
name_of(uid_t uid)
{
	const struct passwd *user = getpwuid(uid);

	return user != NULL ? xstrdup(user->pw_name)
			    : xasprintf("%lu", (unsigned long)uid);
}

char *
permission_user(void)
{
	if (geteuid() == 0 && getpwnam(USUAL_USER) != NULL)
		return xstrdup(USUAL_USER);
	return name_of(geteuid());
}

/* The group of that user. */
static char *
group_of(const char *user)
{
	const struct passwd *entry = getpwnam(user);
	gid_t gid = entry != NULL ? entry->pw_gid : getegid();
	const struct group *group = getgrgid(gid);

	return group != NULL ? xstrdup(group->gr_name)
			     : xasprintf("%lu", (unsigned long)gid);
}

char *
permission_to_make_folder(const char *path)
{
	char *parent = path_folder(path), *user = permission_user();
	char *group = group_of(user), *text;

	if (geteuid() != 0 && access(parent, W_OK) == 0)
		text = xasprintf("mkdir %s", path);
	else
		text = xasprintf(
		    "as root, install -d -o %s -g %s %s", user, group, path);
	free(parent);
	free(user);
	free(group);
	return text;
}

static char *
give(const char *path, bool is_folder)
{
	char *user = permission_user(), *group = group_of(user), *text;

	text = xasprintf("as root, chown %s:%s %s%s", user, group, path,
	    is_folder ? ", if nothing else is in it" : "");
	free(user);
	free(group);
	return text;
}

char *
permission_to_use(const char *path)
{
	struct stat sb;
	char *owner, *text;

	if (stat(path, &sb) == -1)
		return errno == ENOENT
			   ? permission_to_make_folder(path)
			   : xstrdup("run as the user that it belongs to");
	if (sb.st_uid == geteuid())
		return xasprintf(
		    "chmod u+rw%s %s", S_ISDIR(sb.st_mode) ? "x" : "", path);
	if (sb.st_uid == 0)
		return give(path, S_ISDIR(sb.st_mode));
	owner = name_of(sb.st_uid);
	text = xasprintf("%s belongs to %s: run as that user: sudo -u %s "
			 "tlsrua ...",
	    path, owner, owner);
	free(owner);
	return text;
}

char *
permission_for_new_file(const char *path)
{
	char *folder = path_folder(path), *text = permission_to_use(folder);

	free(folder);
	return text;
}
