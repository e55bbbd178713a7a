#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "files/directory_listing.h"

void
listing_close(struct listing *l)
{
	if (l == NULL)
		return;
	if (l->dir != NULL)
		closedir(l->dir);
	free(l->entry);
	arena_free(&l->names);
	free(l);
}

/* Not every file system tells the type with the name. */
static unsigned char
type_of(int fd, const struct dirent *d)
{
	struct stat st;

	if (d->d_type != DT_UNKNOWN)
		return d->d_type;
	if (fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return DT_REG; /* opening it will tell why */
	return (unsigned char)IFTODT(st.st_mode);
}

static void
add(struct listing *l, const struct dirent *d, size_t *room)
{
	l->entry = xgrow(l->entry, l->n, room, sizeof *l->entry);
	l->entry[l->n].name = arena_strdup(&l->names, d->d_name);
	l->entry[l->n++].type = type_of(dirfd(l->dir), d);
}

static int
by_name(const void *a, const void *b)
{
	const struct listing_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool
has_folder(const struct listing *l, const char *name)
{
	struct listing_entry key = { name, DT_DIR };
	const struct listing_entry *e =
	    l->n == 0 ? NULL
		      : bsearch(&key, l->entry, l->n, sizeof key, by_name);

	return e != NULL && e->type == DT_DIR;
}

struct listing *
listing_open(int fd)
{
	struct listing *l = xcalloc(1, sizeof *l);
	const struct dirent *d;
	size_t room = 0;
	int saved;

	if ((l->dir = fdopendir(fd)) == NULL) {
		saved = errno;
		close(fd);
		goto failed;
	}
	for (;;) {
		errno = 0;
		if ((d = readdir(l->dir)) == NULL)
			break;
		if (d->d_name[0] != '.')
			add(l, d, &room);
	}
	if ((saved = errno) != 0)
		goto failed;
	if (l->n > 0)
		qsort(l->entry, l->n, sizeof *l->entry, by_name);
	l->is_maildir = has_folder(l, "cur") && has_folder(l, "new");
	return l;
failed:
	listing_close(l);
	errno = saved;
	return NULL;
}
