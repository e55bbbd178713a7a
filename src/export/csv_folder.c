#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "codes/result_types.h"
#include "config/config.h"
#include "export/csv_folder.h"
#include "export/csv_sections.h"
#include "export/file_mark.h"
#include "export/first_day.h"
#include "export/protected_files.h"
#include "export/table_file.h"
#include "ledger/exports.h"
#include "output/output_folder.h"
#include "output/whole_file.h"
#include "store/store.h"
#include "summary/remedy.h"
#include "tables/own_entries.h"
#include "tables/periods.h"
#include "tables/tables.h"
#include "upkeep/problems.h"

enum {
	ALL_GENERATIONS = -1
};

/* A table's file on its way to the disk. */
struct written {
	struct store_export export;
	const char *path;	 /* for messages */
	struct whole_file *file; /* NULL: the file that is there is current */
};

/* A CSV folder that is written. */
struct csv_writing {
	const struct config *config;
	const struct csv_target *target;
	struct store *store;
	struct output_folder folder;
	struct arena mem; /* for all that is written */
	struct store_filter filter;
	char from[16], to[16]; /* its first and last day */
	int64_t generation;    /* of the store, as the files show it */
	const char *options;   /* what else the bytes of a file depend on */
	struct written *written;
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

/* Whether a file is still the one of which `old` was noted. */
static bool
is_noted(struct csv_writing *r, int fd, const struct store_export *old)
{
	struct stat sb;

	return fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) &&
	       strcmp(file_mark(&sb, &r->mem), old->file) == 0;
}

/*
 * Open the file of which `old` was noted.  NULL when the one that is there is
 * another, or when other options would give it other bytes now.
 */
static FILE *
open_noted(
    struct csv_writing *r, const char *name, const struct store_export *old)
{
	FILE *file;
	int fd;

	if (strcmp(old->options, r->options) != 0)
		return NULL;
	fd = openat(
	    r->folder.fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return NULL;
	if (!is_noted(r, fd, old)) {
		close(fd);
		return NULL;
	}
	if ((file = fdopen(fd, "r")) == NULL)
		out_of_memory();
	return file;
}

/* Write a table whose rows are in order of date: what changed, or all of it. */
static int
write_sections(struct csv_writing *r, struct written *w,
    const struct store_export *old, FILE *from, struct fault *f)
{
	struct csv_section_writer p = { .store = r->store,
		.table = w->export.table,
		.filter = &r->filter,
		.file = w->file,
		.csv = { .style = &r->config->csv,
		    .name = w->path,
		    .out = whole_file_stream(w->file) },
		.mem = &r->mem };
	int rc = from != NULL ? csv_sections_write_changes(&p, old, from, f)
			      : csv_sections_write(&p, f);

	if (rc == 0)
		table_warn_long(w->export.table, p.csv.rows);
	w->export.parts = csv_sections_text(&p.sections, &r->mem);
	return rc;
}

/* What one of these tables gathers about senders serves the next, too. */
static int
write_whole(struct csv_writing *r, struct written *w, struct fault *f)
{
	struct table_format format = { .style = &r->config->csv };
	struct table_source source = table_source_of(r->store);

	if (!r->filter.lives_gathered &&
	    store_gather_lives(r->store, &r->filter, f) == -1)
		return -1;
	w->export.parts = "";
	return table_rows(&source, &format, whole_file_stream(w->file), w->path,
	    w->export.table, &r->filter, f);
}

/* The disk begins to write this file while the next table is read. */
static int
write_table(struct csv_writing *r, struct written *w, const char *name,
    const struct store_export *old, FILE *from, struct fault *f)
{
	int rc;

	if (r->filter.alone && own_entries_needed(w->export.table) &&
	    own_entries_read(r->store, &r->filter,
		from != NULL ? old->generation : ALL_GENERATIONS, f) == -1)
		return -1;
	if ((w->file = whole_file_open_in(&r->folder, name, f)) == NULL)
		return -1;
	if (r->target->rights != NULL)
		whole_file_set_rights(w->file, r->target->rights);
	if (store_has_periods(w->export.table))
		rc = write_sections(r, w, old, from, f);
	else
		rc = write_whole(r, w, f);
	return rc == 0 ? whole_file_written(w->file, f) : -1;
}

/*
 * Write a table, copying from the old file if there is one.  When somebody
 * changes that meanwhile, what was copied is worth nothing: all is read then.
 */
static int
write_table_safely(struct csv_writing *r, struct written *w, const char *name,
    const struct store_export *old, FILE *from, struct fault *f)
{
	if (write_table(r, w, name, old, from, f) == 0 &&
	    (from == NULL || is_noted(r, fileno(from), old)))
		return 0;
	if (from == NULL || is_noted(r, fileno(from), old))
		return -1;
	whole_file_close(w->file);
	w->file = NULL;
	return write_table(r, w, name, old, NULL, f);
}

static int
refresh_table(struct csv_writing *r, struct written *w, const char *table,
    struct fault *f)
{
	const char *dir = r->target->dir;
	const char *name = arena_printf(&r->mem, "%s.csv", table);
	struct store_export old;
	FILE *from = NULL;
	int rc = store_find_export(r->store, dir, table, &r->mem, &old, f);

	if (rc == -1)
		return -1;
	w->path = arena_printf(&r->mem, "%s/%s", dir, name);
	w->export = (struct store_export){ .dir = dir,
		.table = table,
		.generation = r->generation,
		.options = r->options };
	if (protected_files_check(r->target->protected, w->path, f) == -1)
		return -1;
	if (rc == 1)
		from = open_noted(r, name, &old);
	rc = 0;
	if (from == NULL || old.generation != r->generation)
		rc = write_table_safely(r, w, name, &old, from, f);
	if (from != NULL)
		fclose(from);
	return rc;
}

/* Of a folder about some domains, the days are theirs. */
static int
set_range(struct csv_writing *r, struct fault *f)
{
	const struct csv_target *to = r->target;

	if (to->n_domains == 0) {
		if (first_day_since(
			r->store, r->config->export_since, r->from, f) == -1)
			return -1;
		r->filter.from = r->from[0] != '\0' ? r->from : NULL;
		return 0;
	}
	r->filter = (struct store_filter){ .from = r->from,
		.to = r->to,
		.domains = to->domains,
		.n_domains = to->n_domains,
		.alone = true };
	return own_days(
	    r->store, &r->filter, r->config->export_since, r->from, r->to, f);
}

/* Write every table anew that changed, all in one view of the store. */
static int
write_tables(struct csv_writing *r, struct fault *f)
{
	size_t i;

	while (r->n < CSV_FOLDER_FILES && store_table_name(r->n) != NULL)
		r->n++;
	r->written = arena_alloc(&r->mem, r->n * sizeof *r->written);
	if (store_generation(r->store, &r->generation, f) == -1 ||
	    set_range(r, f) == -1)
		return -1;
	for (i = 0; i < r->n; i++)
		if (refresh_table(r, &r->written[i], store_table_name(i), f) ==
		    -1)
			return -1;
	return 0;
}

size_t
csv_folder_files(
    const struct csv_writing *r, struct whole_file *files[CSV_FOLDER_FILES])
{
	size_t i, n = 0;

	for (i = 0; i < r->n; i++)
		if (r->written[i].file != NULL)
			files[n++] = r->written[i].file;
	return n;
}

int
csv_folder_publish(struct csv_writing *r, struct fault *f)
{
	struct whole_file *files[CSV_FOLDER_FILES] = { NULL };

	return whole_files_commit(files, csv_folder_files(r, files), f);
}

static int
note(
    struct csv_writing *r, struct written *w, struct store *st, struct fault *f)
{
	struct stat sb;

	if (w->file == NULL || whole_file_stat(w->file, &sb) == -1)
		return 0;
	w->export.file = file_mark(&sb, &r->mem);
	return store_note_export(st, &w->export, f);
}

int
csv_folder_note(struct csv_writing *r, struct store *st, struct fault *f)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (note(r, &r->written[i], st, f) == -1)
			return -1;
	return 0;
}

void
csv_folder_close(struct csv_writing *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; r->written != NULL && i < r->n; i++)
		whole_file_close(r->written[i].file);
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
	r->options = options_of(c, to, &r->mem);
	rc = output_folder_open(&r->folder, to->dir, f);
	if (rc == 0 && (rc = store_begin_view(st, f)) == 0) {
		rc = write_tables(r, f);
		store_forget_lives(st, &r->filter);
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
