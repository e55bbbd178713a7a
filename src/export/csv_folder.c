#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/side_by_side.h"
#include "codes/result_types.h"
#include "config/config.h"
#include "export/csv_folder.h"
#include "export/file_mark.h"
#include "export/first_day.h"
#include "export/folder_table.h"
#include "export/protected_files.h"
#include "ledger/exports.h"
#include "output/output_folder.h"
#include "output/whole_file.h"
#include "store/store.h"
#include "summary/remedy.h"
#include "tables/own_entries.h"
#include "tables/tables.h"
#include "upkeep/problems.h"

enum {
	WRITERS = 2 /* threads that write tables */
};

/* A CSV folder that is written. */
struct csv_writing {
	const struct config *config;
	const struct csv_target *target;
	struct store *store;
	struct output_folder folder;
	struct arena mem;
	char from[16], to[16]; /* its first and last day */
	/* the second one, with a connection of its own, only where much is to
	 * be written */
	struct table_writer writer[WRITERS];
	struct folder_table *table;
	size_t n; /* tables */
};

static int
tell_result_types(struct store *st, struct arena *mem, struct fault *f)
{
	struct store_result_type *list;
	const struct result_type *type;
	size_t n = 0, i;

	while (remedy_at(n) != NULL)
		n++;
	list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (i = 0; (type = remedy_at(i)) != NULL; i++)
		list[i] = (struct store_result_type){ type->name, type->side,
			type->brief };
	return store_set_result_types(st, list, n, f);
}

/* All that the bytes of a file depend on, apart from the store. */
static const char *
options_of(
    const struct config *c, const struct csv_target *to, struct arena *mem)
{
	return arena_printf(mem,
	    "%s bom=%d delimiter=%02x decimal=%02x guard=%d since=%u%s%s",
	    TLSRUA_VERSION, c->csv.bom, (unsigned char)c->csv.delimiter,
	    (unsigned char)c->csv.decimal, c->csv.guard, c->export_since,
	    to->options[0] != '\0' ? " " : "", to->options);
}

/* Of a folder about some domains, the days are theirs. */
static int
set_range(struct csv_writing *r, struct store_filter *filter, struct fault *f)
{
	const struct csv_target *to = r->target;
	unsigned since = r->config->export_since;

	if (to->n_domains == 0) {
		if (first_day_since(r->store, since, r->from, f) == -1)
			return -1;
		filter->from = r->from[0] != '\0' ? r->from : NULL;
		return 0;
	}
	*filter = (struct store_filter){ .from = r->from,
		.to = r->to,
		.domains = to->domains,
		.n_domains = to->n_domains,
		.alone = true };
	return own_days(r->store, filter, since, r->from, r->to, f);
}

static int
begin(struct csv_writing *r, struct fault *f)
{
	struct table_writer *first = &r->writer[0];

	while (r->n < CSV_FOLDER_FILES && store_table_name(r->n) != NULL)
		r->n++;
	r->table = arena_alloc(&r->mem, r->n * sizeof *r->table);
	*first = (struct table_writer){ .config = r->config,
		.target = r->target,
		.folder = &r->folder,
		.store = r->store,
		.options = options_of(r->config, r->target, &r->mem) };
	if (store_generation(r->store, &first->generation, f) == -1)
		return -1;
	return set_range(r, &first->filter, f);
}

/*
 * Whether there is work for a second writer: what only the store's changes give
 * in a folder about all domains.  (Folders about some are written side by side
 * as they are.)
 */
static bool
has_changed(struct csv_writing *r)
{
	struct store_export old;
	struct fault ignored;
	int rc;

	if (r->target->n_domains > 0)
		return false;
	rc = store_find_export(r->store, r->target->dir, store_table_name(0),
	    &r->mem, &old, &ignored);
	return rc == 0 ||
	       (rc == 1 && old.generation != r->writer[0].generation);
}

/*
 * A second connection that sees what the first one does: where the generation
 * is the same, so is all that the tables show.  NULL where there is none.
 */
static struct store *
open_second(struct csv_writing *r)
{
	struct fault ignored;
	int64_t generation;
	struct store *st =
	    store_open(r->config->store_path, STORE_READ, &ignored);

	if (st != NULL && store_begin_view(st, &ignored) == 0 &&
	    store_generation(st, &generation, &ignored) == 0 &&
	    generation == r->writer[0].generation)
		return st;
	store_close(st);
	return NULL;
}

/* Tables that no writer has taken yet. */
struct untaken {
	struct csv_writing *folder;
	pthread_mutex_t lock; /* of all that follow */
	size_t next, end;
	size_t failed;	    /* the first table that failed; behind all: none */
	struct fault fault; /* of that one */
};

/*
 * The first writer takes them from the front, the second one from the back,
 * where those are that need the same about senders.
 */
static bool
take(struct untaken *u, size_t writer, size_t *table)
{
	bool is_left;

	pthread_mutex_lock(&u->lock);
	is_left = u->next < u->end;
	if (is_left)
		*table = writer == 0 ? u->next++ : --u->end;
	pthread_mutex_unlock(&u->lock);
	return is_left;
}

/* What comes behind a table that failed is in vain, what comes before it may
 * fail, too, and is told then. */
static void
fail(struct untaken *u, size_t table, const struct fault *f)
{
	pthread_mutex_lock(&u->lock);
	if (table < u->failed) {
		u->failed = table;
		u->fault = *f;
	}
	if (table < u->end)
		u->end = table;
	pthread_mutex_unlock(&u->lock);
}

/* What one writer does. */
static void
write_some(void *arg, size_t writer)
{
	struct untaken *u = arg;
	struct csv_writing *r = u->folder;
	struct table_writer *w = &r->writer[writer];
	struct fault f;
	size_t i;
	int rc = 0;

	while (rc == 0 && take(u, writer, &i)) {
		rc = folder_table_write(
		    w, store_table_name(i), &r->table[i], &f);
		if (rc == -1)
			fail(u, i, &f);
	}
	store_forget_lives(w->store, &w->filter);
}

/* By two writers where there is work for two, and a connection. */
static int
write_all(struct csv_writing *r, struct fault *f)
{
	struct untaken u = { .folder = r, .end = r->n, .failed = r->n };
	struct store *second = has_changed(r) ? open_second(r) : NULL;

	pthread_mutex_init(&u.lock, NULL);
	if (second != NULL) {
		r->writer[1] = r->writer[0];
		r->writer[1].store = second;
		side_by_side(WRITERS, WRITERS, write_some, &u);
		store_end_view(second);
		store_close(second);
	} else {
		write_some(&u, 0);
	}
	pthread_mutex_destroy(&u.lock);
	if (u.failed == r->n)
		return 0;
	*f = u.fault;
	return -1;
}

/* Write every table anew that changed, all in one view of the store. */
static int
write_tables(struct csv_writing *r, struct fault *f)
{
	return begin(r, f) == -1 ? -1 : write_all(r, f);
}

size_t
csv_folder_files(
    const struct csv_writing *r, struct whole_file *files[CSV_FOLDER_FILES])
{
	size_t i, n = 0;

	for (i = 0; i < r->n; i++)
		if (r->table[i].file != NULL)
			files[n++] = r->table[i].file;
	return n;
}

int
csv_folder_publish(struct csv_writing *r, struct fault *f)
{
	struct whole_file *files[CSV_FOLDER_FILES] = { NULL };

	return whole_files_commit(files, csv_folder_files(r, files), f);
}

int
csv_folder_note(struct csv_writing *r, struct store *st, struct fault *f)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (folder_table_note(&r->table[i], st, &r->mem, f) == -1)
			return -1;
	return 0;
}

void
csv_folder_close(struct csv_writing *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; r->table != NULL && i < r->n; i++)
		whole_file_close(r->table[i].file);
	for (i = 0; i < WRITERS; i++)
		arena_free(&r->writer[i].mem);
	output_folder_close(&r->folder);
	arena_free(&r->mem);
	free(r);
}

struct csv_writing *
csv_folder_open(struct store *st, const struct config *c,
    const struct csv_target *to, struct fault *f)
{
	struct csv_writing *r = xcalloc(1, sizeof *r);
	int rc;

	*r = (struct csv_writing){ .config = c, .target = to, .store = st };
	rc = output_folder_open(&r->folder, to->dir, f);
	if (rc == 0 && (rc = store_begin_view(st, f)) == 0) {
		rc = write_tables(r, f);
		store_end_view(st);
	}
	if (rc == 0)
		return r;
	csv_folder_close(r);
	return NULL;
}

int
csv_folder_is_noted(struct store *st, const struct config *c,
    const struct csv_target *to, struct fault *f)
{
	struct csv_writing r = { .config = c, .target = to };
	struct store_export old;
	const char *name;
	struct stat sb;
	int rc = 1;
	size_t i;

	r.folder.fd = open(to->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; rc == 1 && (name = store_table_name(i)) != NULL; i++) {
		rc = store_find_export(st, to->dir, name, &r.mem, &old, f);
		if (rc == 1 &&
		    (fstatat(r.folder.fd, arena_printf(&r.mem, "%s.csv", name),
			 &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
			strcmp(file_mark(&sb, &r.mem), old.file) != 0))
			rc = 0;
	}
	output_folder_close(&r.folder);
	arena_free(&r.mem);
	return rc;
}

/* Note the files in a transaction, unless all were current. */
static int
note_all(struct csv_writing *r, struct fault *f)
{
	struct whole_file *files[CSV_FOLDER_FILES];

	if (csv_folder_files(r, files) == 0)
		return 0;
	if (store_begin(r->store, f) == -1)
		return -1;
	if (csv_folder_note(r, r->store, f) == 0)
		return store_commit(r->store, f);
	store_rollback(r->store);
	return -1;
}

int
csv_folder_refresh(struct store *st, const struct config *c, struct fault *f)
{
	struct csv_target to = { .dir = c->export_dir, .options = "" };
	struct protected_files *protected;
	struct csv_writing *r;
	struct arena mem = { 0 };
	int rc = tell_result_types(st, &mem, f);

	arena_free(&mem);
	if (rc == -1 || c->export_dir[0] == '\0')
		return rc;
	folder_make(c->export_dir); /* if not, opening says why */
	to.protected = protected = protected_files_of(c);
	r = csv_folder_open(st, c, &to, f);
	rc = r != NULL && csv_folder_publish(r, f) == 0 && note_all(r, f) == 0
		 ? 0
		 : -1;
	csv_folder_close(r);
	protected_files_free(protected);
	return rc;
}
