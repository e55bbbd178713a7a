#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/folder.h"
#include "config/config.h"
#include "export/protected_files.h"

/* An output file, and what it must not be. */
struct output {
	const char *path;
	const char *what; /* what it is, once that was found */
};

static bool
is_same_inode(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* Also of files that do not exist, such as the log of a store nobody uses. */
static bool
is_same_file(const char *a, const char *b)
{
	char *folder_a, *folder_b;
	bool same;

	if (is_same_inode(a, b))
		return true;
	folder_a = path_folder(a);
	folder_b = path_folder(b);
	same = strcmp(path_name(a), path_name(b)) == 0 &&
	       is_same_inode(folder_a, folder_b);
	free(folder_a);
	free(folder_b);
	return same;
}

static void
compare(struct output *out, const char *path, const char *what)
{
	if (out->what == NULL && path != NULL && path[0] != '\0' &&
	    is_same_file(out->path, path))
		out->what = what;
}

/* SQLite names the files of a store after where its links lead. */
static void
compare_store(struct output *out, const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal",
		".lock", ".notify" };
	char *real = realpath(path, NULL), *file;
	size_t i;

	for (i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		file =
		    xasprintf("%s%s", real != NULL ? real : path, suffixes[i]);
		compare(out, file,
		    i == 0 ? "the store" : "a file that belongs to the store");
		free(file);
	}
	compare(out, path, "the store");
	free(real);
}

int
protected_file_check(const struct config *c, const char *path, struct fault *f)
{
	struct output out = { .path = path };
	size_t i;

	compare_store(&out, c->store_path);
	if (c->own_store_path[0] != '\0')
		compare_store(&out, c->own_store_path);
	compare(&out, c->path, "the configuration");
	compare(&out, c->domains.file, "the list of domains");
	compare(&out, c->dns.trust_anchor, "the DNSSEC trust anchor");
	for (i = 0; i < c->n_mailboxes; i++) {
		compare(&out, c->mailboxes[i].password_file, "a password");
		compare(
		    &out, c->mailboxes[i].account.tls.ca_file, "a certificate");
	}
	if (out.what == NULL)
		return 0;
	return fault(f, FAULT_HOST, EX_CANTCREAT,
	    "%s: is %s, and is not replaced: write to another place", path,
	    out.what);
}
