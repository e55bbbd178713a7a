#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/thread.h"
#include "export/csv_sections.h"
#include "summary/known_remedies.h"
#include "export/table_file.h"
#include "output/whole_file.h"
#include "store/problems.h"

/* A table's file on its way to the disk. */
struct written {
	struct store_export export;
	const char *path;
	struct whole_file *file;
};

/* A refresh of the CSV folder. */
struct refresh {
	const struct config *config;
	struct store_filter filter;
	char from[16]; /* of it */
	int64_t generation;
	const char *options;
	struct written *written; /* by table; no file where nothing changed */
	/* under the mutex: how many tables nobody has taken yet */
	size_t left;
	pthread_mutex_t mutex;
};

/* Who writes tables, with a view of the store of his own. */
struct hand {
	struct refresh *refresh;
	struct store *store;
	struct arena mem; /* for all that is written */
	int rc;
	struct fault fault; /* when rc is -1 */
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
open_noted(struct hand *h, const char *path, const struct store_export *old)
{
	struct stat sb;
	FILE *file;

	if (strcmp(old->options, h->refresh->options) != 0 ||
	    (file = fopen(path, "re")) == NULL)
		return NULL;
	if (fstat(fileno(file), &sb) == 0 && S_ISREG(sb.st_mode) &&
	    strcmp(mark_of(&sb, &h->mem), old->file) == 0)
		return file;
	fclose(file);
	return NULL;
}

/* A table whose rows are in order of date: what changed of it, or all. */
static int
write_parts(struct hand *h, struct written *w, const struct store_export *old,
    FILE *from, struct fault *f)
{
	const struct refresh *r = h->refresh;
	struct part_writer p = { .store = h->store,
		.table = w->export.table,
		.filter = &r->filter,
		.file = w->file,
		.csv = { .style = &r->config->csv,
		    .name = w->path,
		    .out = whole_file_stream(w->file) },
		.mem = &h->mem };
	int rc = from != NULL ? parts_write_changes(&p, old, from, f)
			      : parts_write(&p, f);

	if (rc == 0)
		tables_warn_long(w->export.table, p.csv.rows);
	w->export.parts = parts_text(&p.parts, &h->mem);
	return rc;
}

static int
write_whole(struct hand *h, struct written *w, struct fault *f)
{
	const struct refresh *r = h->refresh;
	struct table_format format = { .style = &r->config->csv };

	w->export.parts = "";
	return table_rows(h->store, &format, whole_file_stream(w->file),
	    w->path, w->export.table, &r->filter, f);
}

/* The disk begins with this file while the next table is read. */
static int
write_table(struct hand *h, struct written *w, const struct store_export *old,
    FILE *from, struct fault *f)
{
	int rc;

	if ((w->file = whole_file_open(w->path, f)) == NULL)
		return -1;
	if (store_has_periods(w->export.table))
		rc = write_parts(h, w, old, from, f);
	else
		rc = write_whole(h, w, f);
	return rc == 0 ? whole_file_written(w->file, f) : -1;
}

static int
refresh_table(struct hand *h, size_t table, struct fault *f)
{
	const struct refresh *r = h->refresh;
	const char *dir = r->config->export_dir,
		   *name = store_table_name(table);
	struct written *w = &r->written[table];
	struct store_export old;
	FILE *from = NULL;
	int rc = store_find_export(h->store, dir, name, &h->mem, &old, f);

	if (rc == -1)
		return -1;
	w->path = arena_printf(&h->mem, "%s/%s.csv", dir, name);
	w->export = (struct store_export){ .dir = dir,
		.table = name,
		.generation = r->generation,
		.options = r->options };
	if (rc == 1)
		from = open_noted(h, w->path, &old);
	rc = 0;
	if (from == NULL || old.generation != r->generation)
		rc = write_table(h, w, &old, from, f);
	if (from != NULL)
		fclose(from);
	return rc;
}

/* A table that nobody has taken, from the last on: false when none is left. */
static bool
take_table(struct refresh *r, size_t *table)
{
	bool taken;

	pthread_mutex_lock(&r->mutex);
	taken = r->left > 0;
	if (taken)
		*table = --r->left;
	pthread_mutex_unlock(&r->mutex);
	return taken;
}

static void
leave_the_rest(struct refresh *r)
{
	pthread_mutex_lock(&r->mutex);
	r->left = 0;
	pthread_mutex_unlock(&r->mutex);
}

static void
work(struct hand *h)
{
	size_t table;

	while (h->rc == 0 && take_table(h->refresh, &table))
		h->rc = refresh_table(h, table, &h->fault);
	if (h->rc == -1)
		leave_the_rest(h->refresh);
}

/*
 * The second hand helps where it can: not when its view turns out to be of a
 * store that has changed since.
 */
static void *
lend_hand(void *arg)
{
	struct hand *h = arg;
	const struct refresh *r = h->refresh;
	struct fault ignored;
	int64_t generation;

	h->store = store_open(r->config->store_path, STORE_READ, &ignored);
	if (h->store == NULL)
		return NULL;
	if (store_begin_view(h->store, &ignored) == 0) {
		if (store_generation(h->store, &generation, &ignored) == 0 &&
		    generation == r->generation)
			work(h);
		store_end_view(h->store);
	}
	store_close(h->store);
	return NULL;
}

/* Whether the store changed since its tables were written last: 1, 0 or -1. */
static int
has_changed(const struct refresh *r, struct hand *h, struct fault *f)
{
	struct store_export old;
	int rc = store_find_export(h->store, r->config->export_dir,
	    store_table_name(0), &h->mem, &old, f);

	return rc == 1 ? old.generation != r->generation : rc == 0 ? 1 : -1;
}

/* Every table, in one view of the store, by two hands if there is much to do.
 */
static int
refresh_all(struct refresh *r, struct hand hands[2], struct fault *f)
{
	struct hand *h = &hands[0], *second = &hands[1];
	pthread_t thread;
	int changed;
	bool helped;

	while (store_table_name(r->left) != NULL)
		r->left++;
	r->written = arena_alloc(&h->mem, r->left * sizeof *r->written);
	if (store_generation(h->store, &r->generation, f) == -1 ||
	    tables_since(h->store, r->config->export_since, r->from, f) == -1 ||
	    (changed = has_changed(r, h, f)) == -1)
		return -1;
	if (r->from[0] != '\0')
		r->filter.from = r->from;
	helped = changed == 1 && thread_start(&thread, lend_hand, second) == 0;
	work(h);
	if (helped)
		pthread_join(thread, NULL);
	if (h->rc == -1)
		*f = h->fault;
	else if (second->rc == -1)
		*f = second->fault;
	return h->rc == -1 ? -1 : second->rc;
}

/* The next table that was written, behind `*w` (NULL: the first); or NULL. */
static struct written *
next_written(const struct refresh *r, struct written *w)
{
	size_t i = w == NULL ? 0 : (size_t)(w - r->written) + 1;

	for (; r->written != NULL && store_table_name(i) != NULL; i++)
		if (r->written[i].file != NULL)
			return &r->written[i];
	return NULL;
}

/* Let the files appear, once all are written. */
static int
commit_files(const struct refresh *r, struct arena *mem, struct fault *f)
{
	struct written *w = NULL;
	struct whole_file **files;
	size_t n = 0;

	while ((w = next_written(r, w)) != NULL)
		n++;
	files = arena_alloc(mem, (n + 1) * sizeof(struct whole_file *));
	for (n = 0; (w = next_written(r, w)) != NULL; n++)
		files[n] = w->file;
	return whole_files_commit(files, n, f);
}

static int
note(struct hand *h, struct written *w, struct fault *f)
{
	struct stat sb;

	if (stat(w->path, &sb) == -1)
		return 0; /* somebody took it away: it is not noted */
	w->export.file = mark_of(&sb, &h->mem);
	return store_note_export(h->store, &w->export, f);
}

static int
note_written(struct hand *h, struct fault *f)
{
	struct written *w = next_written(h->refresh, NULL);

	if (w == NULL)
		return 0;
	if (store_begin(h->store, f) == -1)
		return -1;
	for (; w != NULL; w = next_written(h->refresh, w))
		if (note(h, w, f) == -1) {
			store_rollback(h->store);
			return -1;
		}
	return store_commit(h->store, f);
}

static void
close_files(const struct refresh *r)
{
	struct written *w = NULL;

	while ((w = next_written(r, w)) != NULL)
		whole_file_close(w->file);
}

static int
refresh(struct refresh *r, struct hand hands[2], struct fault *f)
{
	struct hand *h = &hands[0];
	int rc;

	r->options = options_of(r->config, &h->mem);
	if ((rc = store_begin_view(h->store, f)) == 0) {
		rc = refresh_all(r, hands, f);
		store_end_view(h->store);
	}
	if (rc == 0)
		rc = commit_files(r, &h->mem, f);
	if (rc == 0)
		rc = note_written(h, f);
	close_files(r);
	return rc;
}

int
tables_refresh(struct store *st, const struct config *c, struct fault *f)
{
	struct refresh r = { .config = c, .mutex = PTHREAD_MUTEX_INITIALIZER };
	struct hand hands[2] = { { .refresh = &r, .store = st },
		{ .refresh = &r } };
	int rc = tell_result_types(st, &hands[0].mem, f);

	if (rc == 0 && c->export_dir[0] != '\0')
		rc = refresh(&r, hands, f);
	arena_free(&hands[0].mem);
	arena_free(&hands[1].mem);
	return rc;
}
