#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "config/config.h"
#include "views/view_folders.h"

/* A folder that is written, and whose it is. */
struct view_folder {
	dev_t device;
	ino_t inode;
	const char *owner; /* "[view NAME]" */
};

static void
add(struct view_folders *l, const struct stat *sb, const char *owner)
{
	l->item = arena_grow(&l->mem, l->item, l->n, &l->room, sizeof *l->item);
	l->item[l->n++] = (struct view_folder){ sb->st_dev, sb->st_ino, owner };
}

void
view_folders_add_main(struct view_folders *l, const struct config *c)
{
	struct stat sb;

	if (c->export_dir[0] != '\0' && stat(c->export_dir, &sb) == 0)
		add(l, &sb, "[export]");
}

int
view_folders_add(
    struct view_folders *l, const struct config_view *v, struct fault *f)
{
	struct stat sb;
	size_t i;

	if (v->dir[0] == '\0' || stat(v->dir, &sb) == -1)
		return 0;
	for (i = 0; i < l->n; i++)
		if (l->item[i].device == sb.st_dev &&
		    l->item[i].inode == sb.st_ino)
			return fault(f, FAULT_HOST, EX_CONFIG,
			    "dir: %s is the folder of %s as well: give each a "
			    "folder of its own",
			    v->dir, l->item[i].owner);
	add(l, &sb, arena_printf(&l->mem, "[view %s]", v->name));
	return 0;
}

void
view_folders_free(struct view_folders *l)
{
	arena_free(&l->mem);
	*l = (struct view_folders){ 0 };
}
