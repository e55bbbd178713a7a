#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/fault.h"
#include "cmd/parts.h"
#include "cmd/remedies.h"
#include "cmd/tables.h"
#include "output/whole_file.h"
#include "store/problems.h"

/* A refresh of the CSV folder. */
struct refresh {
	struct store *store;
	const struct config *config;
	struct store_filter filter;
	char from[16]; /* of it */
	struct arena mem;
	struct store_export *written;
	size_t n_written;
	int64_t generation;
	const char *options;
};

static int
tell_result_types(struct store *st, struct arena *mem, struct fault *f)
{
	struct remedies known = remedies_known(mem);
	struct store_result_type *t = arena_alloc(mem, known.n * sizeof *t);
	size_t i;

	for (i = 0; i < known.n; i++)
		t[i] = (struct store_result_type){ known.item[i].result_type,
			known.item[i].side, known.item[i].brief };
	return store_set_result_types(st, t, known.n, f);
}

/* All that the bytes of a file depend on, beside the store. */
static const char *
options_of(const struct config *c, struct arena *mem)
{
	return arena_printf(mem,
	    "%s bom=%d delimiter=%02x decimal=%02x guard=%d since=%u",
	    TLSRUA_VERSION, c->csv.bom, (unsigned char)c->csv.delimiter,
	    (unsigned char)c->csv.decimal, c->csv.guard, c->export_since);
}

/*
 * How to tell that a file is still the one that was written: who replaces it
 * changes the inode, who edits it the times.
 */
static const char *
mark_of(const struct stat *sb, struct arena *mem)
{
	return arena_printf(mem, "%ju %ju %jd.%09ld %jd.%09ld",
	    (uintmax_t)sb->st_ino, (uintmax_t)sb->st_size,
	    (intmax_t)sb->st_mtim.tv_sec, sb->st_mtim.tv_nsec,
	    (intmax_t)sb->st_ctim.tv_sec, sb->st_ctim.tv_nsec);
}

/*
 * The file of which `old` was noted, open; NULL when that cannot be said of
 * the one that is there, or when it would come out in another shape now.
 */
static FILE *
open_noted(struct refresh *r, const char *path, const struct store_export *old)
{
	struct stat sb;
	FILE *file;

	if (strcmp(old->options, r->options) != 0 ||
	    (file = fopen(path, "re")) == NULL)
		return NULL;
	if (fstat(fileno(file), &sb) == 0 && S_ISREG(sb.st_mode) &&
	    strcmp(mark_of(&sb, &r->mem), old->file) == 0)
		return file;
	fclose(file);
	return NULL;
}

static int
note(struct refresh *r, struct store_export *e, const char *path,
    const struct parts *parts)
{
	struct stat sb;

	if (stat(path, &sb) == -1)
		return 0; /* somebody took it away: it is not noted */
	e->file = mark_of(&sb, &r->mem);
	e->parts = parts_text(parts, &r->mem);
	r->written[r->n_written++] = *e;
	return 0;
}

/* A table whose rows are in order of date: what changed of it, or all. */
static int
write_parts(struct refresh *r, struct store_export *e, const char *path,
    const struct store_export *old, FILE *from, struct fault *f)
{
	struct part_writer w = { .store = r->store,
		.table = e->table,
		.filter = &r->filter,
		.csv = { .style = &r->config->csv, .name = path },
		.mem = &r->mem };
	struct whole_file *file = whole_file_open(path, f);
	int rc;

	if (file == NULL)
		return -1;
	w.csv.out = whole_file_stream(file);
	rc = from != NULL ? parts_write_changes(&w, old, from, f)
			  : parts_write(&w, f);
	if (rc == 0) {
		tables_warn_long(e->table, w.csv.rows);
		rc = whole_file_commit(file, f);
	}
	whole_file_close(file);
	return rc == 0 ? note(r, e, path, &w.parts) : -1;
}

static int
write_whole(struct refresh *r, struct store_export *e, const char *path,
    struct fault *f)
{
	struct table_format format = { .style = &r->config->csv };
	struct parts none = { 0 };

	if (table_write(r->store, &format, e->dir, e->table, &r->filter, f) ==
	    -1)
		return -1;
	return note(r, e, path, &none);
}

static int
refresh_table(struct refresh *r, const char *table, struct fault *f)
{
	const char *dir = r->config->export_dir;
	const char *path = arena_printf(&r->mem, "%s/%s.csv", dir, table);
	struct store_export old, e = { .dir = dir,
		.table = table,
		.generation = r->generation,
		.options = r->options };
	int rc = store_find_export(r->store, dir, table, &r->mem, &old, f);
	FILE *from = NULL;

	if (rc == -1)
		return -1;
	if (rc == 1)
		from = open_noted(r, path, &old);
	if (from != NULL && old.generation == r->generation)
		rc = 0;
	else if (store_has_periods(table))
		rc = write_parts(r, &e, path, &old, from, f);
	else
		rc = write_whole(r, &e, path, f);
	if (from != NULL)
		fclose(from);
	return rc;
}

/* Every table, in one view of the store. */
static int
refresh_all(struct refresh *r, struct fault *f)
{
	const char *table;
	size_t n = 0;

	while (store_table_name(n) != NULL)
		n++;
	r->written = arena_alloc(&r->mem, n * sizeof *r->written);
	if (store_generation(r->store, &r->generation, f) == -1 ||
	    tables_since(r->store, r->config->export_since, r->from, f) == -1)
		return -1;
	if (r->from[0] != '\0')
		r->filter.from = r->from;
	for (n = 0; (table = store_table_name(n)) != NULL; n++)
		if (refresh_table(r, table, f) == -1)
			return -1;
	return 0;
}

static int
note_written(struct refresh *r, struct fault *f)
{
	size_t i;

	if (r->n_written == 0)
		return 0;
	if (store_begin(r->store, f) == -1)
		return -1;
	for (i = 0; i < r->n_written; i++)
		if (store_note_export(r->store, &r->written[i], f) == -1) {
			store_rollback(r->store);
			return -1;
		}
	return store_commit(r->store, f);
}

int
tables_refresh(struct store *st, const struct config *c, struct fault *f)
{
	struct refresh r = { .store = st, .config = c };
	int rc = tell_result_types(st, &r.mem, f);

	if (rc == -1 || c->export_dir[0] == '\0')
		goto out;
	r.options = options_of(c, &r.mem);
	if ((rc = store_begin_view(st, f)) == 0) {
		rc = refresh_all(&r, f);
		store_end_view(st);
	}
	if (rc == 0)
		rc = note_written(&r, f);
out:
	arena_free(&r.mem);
	return rc;
}
