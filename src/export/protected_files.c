#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "config/config.h"
#include "config/shared_store.h"
#include "export/protected_files.h"

/* A file that is not to be replaced. */
struct protected_file {
	const char *what; /* it is */
	const char *name; /* in its folder */
	bool exists;
	dev_t device;
	ino_t inode;
	bool has_folder;
	dev_t folder_device;
	ino_t folder_inode;
};

struct protected_files {
	struct arena mem;
	struct protected_file *item;
	size_t n, room;
};

static void
add(struct protected_files *p, const char *path, const char *what)
{
	struct protected_file *file;
	struct stat sb;
	char *folder;

	if (path == NULL || path[0] == '\0')
		return;
	p->item = arena_grow(&p->mem, p->item, p->n, &p->room, sizeof *file);
	file = &p->item[p->n++];
	*file = (struct protected_file){ .what = what,
		.name = arena_strdup(&p->mem, path_name(path)) };
	if ((file->exists = stat(path, &sb) == 0)) {
		file->device = sb.st_dev;
		file->inode = sb.st_ino;
	}
	folder = path_folder(path);
	if ((file->has_folder = stat(folder, &sb) == 0)) {
		file->folder_device = sb.st_dev;
		file->folder_inode = sb.st_ino;
	}
	free(folder);
}

/* SQLite names the files of a store after where its links lead. */
static void
add_store(struct protected_files *p, const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal",
		".lock", ".notify" };
	char *real = realpath(path, NULL), *file;
	size_t i;

	for (i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		file =
		    xasprintf("%s%s", real != NULL ? real : path, suffixes[i]);
		add(p, file,
		    i == 0 ? "the store" : "a file that belongs to the store");
		free(file);
	}
	add(p, path, "the store");
	free(real);
}

struct protected_files *
protected_files_of(const struct config *c)
{
	struct protected_files *p = xcalloc(1, sizeof *p);
	const char *told;
	size_t i;

	add_store(p, c->store_path);
	told = shared_store_told(c, &p->mem);
	if (told[0] != '\0')
		add_store(p, told);
	if (c->own_store_path[0] != '\0')
		add_store(p, c->own_store_path);
	add(p, c->path, "the configuration");
	add(p, c->domains.file, "the list of domains");
	add(p, c->dns.trust_anchor, "the DNSSEC trust anchor");
	for (i = 0; i < c->n_views; i++)
		add(p, c->views[i].domains_file, "the list of domains");
	for (i = 0; i < c->n_mailboxes; i++) {
		add(p, c->mailboxes[i].password_file, "a password");
		add(p, c->mailboxes[i].account.tls.ca_file, "a certificate");
	}
	return p;
}

void
protected_files_free(struct protected_files *p)
{
	if (p == NULL)
		return;
	arena_free(&p->mem);
	free(p);
}

/* By its folder and name: also one that does not exist, such as the log of a
 * store nobody uses. */
static bool
has_same_place(const struct protected_file *file, const char *path)
{
	struct stat sb;
	char *folder;
	bool same;

	if (!file->has_folder || strcmp(file->name, path_name(path)) != 0)
		return false;
	folder = path_folder(path);
	same = stat(folder, &sb) == 0 && sb.st_dev == file->folder_device &&
	       sb.st_ino == file->folder_inode;
	free(folder);
	return same;
}

int
protected_files_check(
    const struct protected_files *p, const char *path, struct fault *f)
{
	const struct protected_file *file;
	struct stat sb;
	bool exists = stat(path, &sb) == 0;
	size_t i;

	for (i = 0; i < p->n; i++) {
		file = &p->item[i];
		if ((exists && file->exists && sb.st_dev == file->device &&
			sb.st_ino == file->inode) ||
		    has_same_place(file, path))
			return fault(f, FAULT_HOST, EX_CANTCREAT,
			    "%s: is %s, and is not replaced: write to another "
			    "place",
			    path, file->what);
	}
	return 0;
}

int
protected_file_check(const struct config *c, const char *path, struct fault *f)
{
	struct protected_files *p = protected_files_of(c);
	int rc = protected_files_check(p, path, f);

	protected_files_free(p);
	return rc;
}
