#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/timing.h"
#include "config/config.h"
#include "export/protected_files.h"
#include "output/checklist.h"
#include "setup/machine_points.h"
#include "tables/tables.h"

void
machine_point_begin(struct machine_points *m)
{
	m->began = timing_now();
}

void
machine_point_end(struct machine_points *m, const char *name,
    enum check_state state, const char *detail, const char *remedy)
{
	struct check_point point = { .name = name,
		.state = state,
		.seconds = timing_now() - m->began,
		.detail = detail,
		.remedy = remedy };

	checklist_add(m->out, &point);
}

const char *
machine_user(struct machine_points *m)
{
	const struct passwd *user = getpwuid(geteuid());

	return user != NULL
		   ? arena_strdup(&m->arena, user->pw_name)
		   : arena_printf(&m->arena, "%lu", (unsigned long)geteuid());
}

const char *
parent_folder(struct machine_points *m, const char *path)
{
	size_t n = strlen(path);
	const char *plain, *folder;
	char *found;

	while (n > 1 && path[n - 1] == '/')
		n--;
	plain = arena_strndup(&m->arena, path, n);
	found = path_folder(plain);
	folder = arena_strdup(&m->arena, found);
	free(found);
	return folder;
}

bool
folder_is_writable(const char *folder, const char **why)
{
	struct stat sb;

	*why = "";
	if (stat(folder, &sb) == 0 && !S_ISDIR(sb.st_mode))
		errno = ENOTDIR;
	else if (faccessat(AT_FDCWD, folder, R_OK | W_OK | X_OK, AT_EACCESS) ==
		 0)
		return true;
	*why = strerror(errno);
	return false;
}

const char *
command_to_make_folder(struct machine_points *m, const char *folder)
{
	return arena_printf(
	    &m->arena, "as root: install -d -o %s %s", machine_user(m), folder);
}

/* A file that is there and cannot be replaced, and why; NULL for none. */
static const char *
foreign(struct machine_points *m, const char *path)
{
	struct fault f;
	struct stat sb;

	if (stat(path, &sb) == -1)
		return NULL;
	if (!S_ISREG(sb.st_mode))
		return arena_printf(&m->arena, "%s is no file", path);
	if (geteuid() != 0 && sb.st_uid != geteuid())
		return arena_printf(&m->arena,
		    "%s belongs to another user: chown %s %s", path,
		    machine_user(m), path);
	if (protected_file_check(m->config, path, &f) == -1)
		return arena_strdup(&m->arena, f.text);
	return NULL;
}

/* The same among the files of the tables. */
static const char *
foreign_table(struct machine_points *m, const char *dir)
{
	const char *table, *why = NULL;
	size_t i;

	for (i = 0; why == NULL && (table = store_table_name(i)) != NULL; i++)
		why = foreign(
		    m, arena_printf(&m->arena, "%s/%s.csv", dir, table));
	return why;
}

static void
set(struct check_point *p, enum check_state state, const char *detail,
    const char *remedy)
{
	p->state = state;
	p->detail = detail;
	p->remedy = remedy;
}

static void
look_at_new_folder(
    struct machine_points *m, const char *dir, struct check_point *p)
{
	const char *around = parent_folder(m, dir), *why;

	if (folder_is_writable(around, &why))
		set(p, CHECK_OK,
		    arena_printf(&m->arena,
			"%s is not there yet: the first poll makes it", dir),
		    "");
	else
		set(p, CHECK_FAILED,
		    arena_printf(&m->arena, "%s cannot be made: %s: %s", dir,
			around, why),
		    command_to_make_folder(m, dir));
}

static const char *
command_to_own(struct machine_points *m, const char *dir)
{
	return arena_printf(&m->arena, "as root: chown %s %s && chmod u+rwx %s",
	    machine_user(m), dir, dir);
}

void
look_at_csv_folder(
    struct machine_points *m, const char *dir, struct check_point *p)
{
	const char *why, *file;
	int fd = folder_open(AT_FDCWD, dir);

	if (fd != -1)
		close(fd);
	else if (errno == ENOENT) {
		look_at_new_folder(m, dir, p);
		return;
	}
	why = fd == -1 ? strerror(errno) : "";
	if (fd == -1 || !folder_is_writable(dir, &why))
		set(p, CHECK_FAILED,
		    arena_printf(&m->arena, "%s: %s", dir, why),
		    command_to_own(m, dir));
	else if ((file = foreign_table(m, dir)) != NULL)
		set(p, CHECK_FAILED, file, "");
	else
		set(p, CHECK_OK, dir, "");
}

void
look_at_output_file(
    struct machine_points *m, const char *path, struct check_point *p)
{
	const char *folder = parent_folder(m, path), *why, *file;

	if (!folder_is_writable(folder, &why))
		set(p, CHECK_FAILED,
		    arena_printf(&m->arena, "%s cannot be made: %s: %s", path,
			folder, why),
		    access(folder, F_OK) == -1
			? command_to_make_folder(m, folder)
			: command_to_own(m, folder));
	else if ((file = foreign(m, path)) != NULL)
		set(p, CHECK_FAILED, file, "");
	else
		set(p, CHECK_OK, path, "");
}
