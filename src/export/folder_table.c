#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "config/config.h"
#include "export/csv_folder.h"
#include "export/csv_sections.h"
#include "export/file_mark.h"
#include "export/folder_table.h"
#include "export/protected_files.h"
#include "export/table_file.h"
#include "ledger/exports.h"
#include "output/output_folder.h"
#include "output/whole_file.h"
#include "tables/own_entries.h"
#include "tables/periods.h"
#include "tables/tables.h"

enum {
	ALL_GENERATIONS = -1
};

/* Whether a file is still the one of which `old` was noted. */
static bool
is_noted(struct table_writer *w, int fd, const struct store_export *old)
{
	struct stat sb;

	return fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) &&
	       strcmp(file_mark(&sb, &w->mem), old->file) == 0;
}

/*
 * Open the file of which `old` was noted.  NULL when the one that is there is
 * another, or when other options would give it other bytes now.
 */
static FILE *
open_noted(
    struct table_writer *w, const char *name, const struct store_export *old)
{
	FILE *file;
	int fd;

	if (strcmp(old->options, w->options) != 0)
		return NULL;
	fd = openat(w->folder->fd, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return NULL;
	if (!is_noted(w, fd, old)) {
		close(fd);
		return NULL;
	}
	if ((file = fdopen(fd, "r")) == NULL)
		out_of_memory();
	return file;
}

/* Write a table whose rows are in order of date: what changed, or all of it. */
static int
write_sections(struct table_writer *w, struct folder_table *t,
    const struct store_export *old, FILE *from, struct fault *f)
{
	struct csv_section_writer p = { .store = w->store,
		.table = t->export.table,
		.filter = &w->filter,
		.file = t->file,
		.csv = { .style = &w->config->csv,
		    .name = t->path,
		    .out = whole_file_stream(t->file) },
		.mem = &w->mem };
	int rc = from != NULL ? csv_sections_write_changes(&p, old, from, f)
			      : csv_sections_write(&p, f);

	if (rc == 0)
		table_warn_long(t->export.table, p.csv.rows);
	t->export.parts = csv_sections_text(&p.sections, &w->mem);
	return rc;
}

/* What one of these tables gathers about senders serves the next, too. */
static int
write_whole(struct table_writer *w, struct folder_table *t, struct fault *f)
{
	struct table_format format = { .style = &w->config->csv };
	struct table_source source = table_source_of(w->store);

	if (!w->filter.lives_gathered &&
	    store_gather_lives(w->store, &w->filter, f) == -1)
		return -1;
	t->export.parts = "";
	return table_rows(&source, &format, whole_file_stream(t->file), t->path,
	    t->export.table, &w->filter, f);
}

/* The disk begins to write this file while the next table is read. */
static int
write_table(struct table_writer *w, struct folder_table *t, const char *name,
    const struct store_export *old, FILE *from, struct fault *f)
{
	int rc;

	if (w->filter.alone && own_entries_needed(t->export.table) &&
	    own_entries_read(w->store, &w->filter,
		from != NULL ? old->generation : ALL_GENERATIONS, f) == -1)
		return -1;
	if ((t->file = whole_file_open_in(w->folder, name, f)) == NULL)
		return -1;
	if (w->target->rights != NULL)
		whole_file_set_rights(t->file, w->target->rights);
	if (store_has_periods(t->export.table))
		rc = write_sections(w, t, old, from, f);
	else
		rc = write_whole(w, t, f);
	return rc == 0 ? whole_file_written(t->file, f) : -1;
}

/*
 * Write a table, copying from the old file if there is one.  When somebody
 * changes that meanwhile, what was copied is worth nothing: all is read then.
 */
static int
write_table_safely(struct table_writer *w, struct folder_table *t,
    const char *name, const struct store_export *old, FILE *from,
    struct fault *f)
{
	if (write_table(w, t, name, old, from, f) == 0 &&
	    (from == NULL || is_noted(w, fileno(from), old)))
		return 0;
	if (from == NULL || is_noted(w, fileno(from), old))
		return -1;
	whole_file_close(t->file);
	t->file = NULL;
	return write_table(w, t, name, old, NULL, f);
}

int
folder_table_write(struct table_writer *w, const char *table,
    struct folder_table *t, struct fault *f)
{
	const char *dir = w->target->dir;
	const char *name = arena_printf(&w->mem, "%s.csv", table);
	struct store_export old;
	FILE *from = NULL;
	int rc = store_find_export(w->store, dir, table, &w->mem, &old, f);

	if (rc == -1)
		return -1;
	t->path = arena_printf(&w->mem, "%s/%s", dir, name);
	t->export = (struct store_export){ .dir = dir,
		.table = table,
		.generation = w->generation,
		.options = w->options };
	if (protected_files_check(w->target->protected, t->path, f) == -1)
		return -1;
	if (rc == 1)
		from = open_noted(w, name, &old);
	rc = 0;
	if (from == NULL || old.generation != w->generation)
		rc = write_table_safely(w, t, name, &old, from, f);
	if (from != NULL)
		fclose(from);
	return rc;
}

int
folder_table_note(struct folder_table *t, struct store *st, struct arena *mem,
    struct fault *f)
{
	struct stat sb;

	if (t->file == NULL || whole_file_stat(t->file, &sb) == -1)
		return 0;
	t->export.file = file_mark(&sb, mem);
	return store_note_export(st, &t->export, f);
}
