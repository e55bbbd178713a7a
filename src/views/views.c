#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/side_by_side.h"
#include "base/stop_signal.h"
#include "config/config.h"
#include "export/csv_folder.h"
#include "export/protected_files.h"
#include "ledger/view_progress.h"
#include "output/csv.h"
#include "output/whole_file.h"
#include "store/store.h"
#include "tables/known_domains.h"
#include "views/view_domains.h"
#include "views/view_files.h"
#include "views/view_folders.h"
#include "views/view_job.h"
#include "views/view_mail.h"
#include "views/view_rights.h"
#include "views/views.h"

enum {
	TOGETHER = 16, /* views whose files go to the disk at once */
	WORKERS = 2    /* threads that write views */
};

/*
 * A refresh of the views.  WORKERS threads write them, TOGETHER views at a
 * time; each thread reads the store over a connection of its own.  What is
 * noted in the store is written over one connection, by one thread at a time.
 */
struct refresh {
	const struct config *config;
	const struct views_wish *wish;
	struct protected_files *protected;
	struct arena mem;
	struct view_progress progress;
	int64_t newest;		    /* number of the newest report */
	struct known_domains known; /* all that are stored */
	struct known_domains fresh; /* with a report that no view shows yet */
	struct view_job *jobs;	    /* of the views that are wanted, in order */
	size_t n;
	pthread_mutex_t lock;		/* of all that follow */
	struct store *store;		/* to write */
	struct store *readers[WORKERS]; /* to read; lent to the workers */
	size_t n_readers;		/* those that are not lent */
	size_t written;
	const struct view_job *failed; /* the first one in the configuration */
	int status;		       /* its exit code */
	bool is_over;		       /* the store itself failed */
};

static bool
is_wanted(const struct views_wish *wish, const char *name)
{
	size_t i;

	for (i = 0; i < wish->n; i++)
		if (strcmp(wish->names[i], name) == 0)
			return true;
	return wish->n == 0;
}

/* Whether a report came about any of its domains. */
static bool
has_news(const struct refresh *r, const struct view_job *j)
{
	size_t i;

	for (i = 0; i < j->domains.n; i++)
		if (known_domains_have(&r->fresh, j->domains.name[i]))
			return true;
	return false;
}

/* All that the files of a view depend on, apart from the store. */
static const char *
options_of(struct view_job *j)
{
	const struct csv_style *csv = &j->config->csv;
	const char *text = arena_printf(&j->mem,
	    "%s %d%02x%02x%d %u %o %jd %s %s", TLSRUA_VERSION, csv->bom,
	    (unsigned char)csv->delimiter, (unsigned char)csv->decimal,
	    csv->guard, j->config->export_since, (unsigned)j->rights.mode,
	    (intmax_t)j->rights.group, j->view->dir, j->view->html);
	size_t room = strlen(text) + 1, i;
	char *all, *at;

	for (i = 0; i < j->domains.n; i++)
		room += strlen(j->domains.name[i]) + 1;
	all = arena_alloc(&j->mem, room);
	at = stpcpy(all, text);
	for (i = 0; i < j->domains.n; i++) {
		*at++ = ' ';
		at = stpcpy(at, j->domains.name[i]);
	}
	return all;
}

/* Whether a view must be written: 1, 0, or -1 with a fault. */
static int
is_due(struct refresh *r, struct view_job *j, struct fault *f)
{
	int noted;

	if (r->wish->n > 0 || !r->progress.is_known || has_news(r, j))
		return 1;
	noted = view_is_noted(j, f);
	return noted == -1 ? -1 : !noted;
}

/* Log that a view failed; the next run tries it again. */
static void
fail(struct refresh *r, struct view_job *j, const struct fault *f)
{
	pthread_mutex_lock(&r->lock);
	log_error("%s:%u: [view %s] %s", r->config->path, j->view->line,
	    j->view->name, f->text);
	if (r->failed == NULL || j < r->failed) {
		r->failed = j;
		r->status = f->status;
	}
	j->failed = true;
	r->is_over |= f->status == EX_IOERR;
	pthread_mutex_unlock(&r->lock);
}

static bool
is_over(struct refresh *r)
{
	bool is;

	pthread_mutex_lock(&r->lock);
	is = r->is_over;
	pthread_mutex_unlock(&r->lock);
	return is || stop_requested();
}

/* Find out what a view is about, and write its files if it is due. */
static int
begin(struct refresh *r, struct view_job *j, struct fault *f)
{
	int due;

	if (view_domains(j->view, &r->known, &j->mem, &j->domains, f) == -1)
		return -1;
	j->options = options_of(j);
	if ((due = is_due(r, j, f)) == -1)
		return -1;
	j->due = due == 1;
	return j->due ? view_write(j, f) : 0;
}

/* Have the disk write the files of several views at once. */
static int
settle(const struct view_job *jobs, size_t n, struct fault *f)
{
	struct whole_file *files[TOGETHER * CSV_FOLDER_FILES] = { NULL };
	size_t i, all = 0;

	for (i = 0; i < n; i++)
		if (!jobs[i].failed && jobs[i].folder != NULL)
			all += csv_folder_files(jobs[i].folder, &files[all]);
	return whole_files_settle(files, all, f);
}

/* Let the files of several views appear. */
static void
publish(struct refresh *r, struct view_job *jobs, size_t n)
{
	struct fault f;
	size_t i;

	if (settle(jobs, n, &f) == -1)
		for (i = 0; i < n; i++)
			if (!jobs[i].failed && jobs[i].due)
				fail(r, &jobs[i], &f);
	for (i = 0; i < n; i++)
		if (!jobs[i].failed && jobs[i].due &&
		    view_publish(&jobs[i], &f) == -1)
			fail(r, &jobs[i], &f);
}

/* Note in one transaction what was written and what failed. */
static int
note(struct store *st, struct view_job *jobs, size_t n, struct fault *f)
{
	size_t i = 0;

	while (i < n && !jobs[i].failed && !jobs[i].due)
		i++;
	if (i == n)
		return 0;
	if (store_begin(st, f) == -1)
		return -1;
	for (; i < n; i++) {
		if (!jobs[i].failed && !jobs[i].due)
			continue;
		if ((jobs[i].failed ? view_forget(&jobs[i], st, f)
				    : view_note(&jobs[i], st, f)) == -1) {
			store_rollback(st);
			return -1;
		}
	}
	return store_commit(st, f);
}

static int
note_alone(struct refresh *r, struct view_job *jobs, size_t n, struct fault *f)
{
	int rc;

	pthread_mutex_lock(&r->lock);
	rc = note(r->store, jobs, n, f);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

/* Send a view's mail if it is due; one command runs at a time. */
static int
mail_alone(struct refresh *r, struct view_job *j, struct fault *f)
{
	int rc;

	if (j->view->mail[0] == '\0')
		return 0;
	pthread_mutex_lock(&r->lock);
	j->store = r->store;
	rc = view_mail_if_due(j, f);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

/* Log that a view was written, if it was. */
static void
tell(struct refresh *r, const struct view_job *j)
{
	if (!j->due)
		return;
	pthread_mutex_lock(&r->lock);
	log_info("[view %s]: written", j->view->name);
	r->written++;
	pthread_mutex_unlock(&r->lock);
}

/* What comes once the files of several views are written. */
static void
end(struct refresh *r, struct view_job *jobs, size_t n)
{
	struct fault f;
	size_t i;

	publish(r, jobs, n);
	if (n > 0 && !is_over(r) && note_alone(r, jobs, n, &f) == -1)
		fail(r, &jobs[0], &f);
	for (i = 0; i < n && !is_over(r); i++) {
		if (jobs[i].failed)
			continue;
		tell(r, &jobs[i]);
		if (mail_alone(r, &jobs[i], &f) == -1)
			fail(r, &jobs[i], &f);
	}
}

/* Lend a worker a connection; there are as many as workers. */
static struct store *
take_reader(struct refresh *r)
{
	struct store *reader;

	pthread_mutex_lock(&r->lock);
	reader = r->readers[--r->n_readers];
	pthread_mutex_unlock(&r->lock);
	return reader;
}

static void
give_reader_back(struct refresh *r, struct store *reader)
{
	pthread_mutex_lock(&r->lock);
	r->readers[r->n_readers++] = reader;
	pthread_mutex_unlock(&r->lock);
}

/* The work of one worker: the views from TOGETHER * i on. */
static void
write_some(void *arg, size_t i)
{
	struct refresh *r = arg;
	struct view_job *jobs = r->jobs + i * TOGETHER;
	size_t left = r->n - i * TOGETHER, n, k;
	struct store *reader = take_reader(r);
	struct fault f;

	for (n = 0; n < left && n < TOGETHER && !is_over(r); n++) {
		jobs[n].store = reader;
		if (!jobs[n].failed && begin(r, &jobs[n], &f) == -1)
			fail(r, &jobs[n], &f);
	}
	end(r, jobs, n);
	for (k = 0; k < n; k++)
		view_close(&jobs[k]);
	give_reader_back(r, reader);
}

/*
 * List the views that are wanted, and make their folders.  This is done before
 * any worker begins: of two views with the same folder the first one has it.
 */
static void
prepare(struct refresh *r)
{
	struct view_folders folders = { 0 };
	struct view_job *j;
	struct fault f;
	size_t i;

	r->jobs = arena_alloc(&r->mem, r->config->n_views * sizeof *r->jobs);
	view_folders_add_main(&folders, r->config);
	for (i = 0; i < r->config->n_views && !is_over(r); i++) {
		if (!is_wanted(r->wish, r->config->views[i].name))
			continue;
		j = &r->jobs[r->n++];
		*j = (struct view_job){ .config = r->config,
			.view = &r->config->views[i],
			.protected = r->protected };
		if (view_rights(j->view, &j->rights, &f) == -1 ||
		    view_make_folder(j, &f) == -1 ||
		    view_folders_add(&folders, j->view, &f) == -1)
			fail(r, j, &f);
	}
	view_folders_free(&folders);
}

/* Write the views; without threads when one round is enough for all. */
static int
write_all(struct refresh *r, struct fault *f)
{
	struct store *own[WORKERS] = { NULL };
	size_t rounds = (r->n + TOGETHER - 1) / TOGETHER, i;
	int rc = 0;

	if (rounds <= 1) {
		r->readers[r->n_readers++] = r->store;
		if (rounds == 1)
			write_some(r, 0);
		return 0;
	}
	for (i = 0; rc == 0 && i < WORKERS; i++) {
		own[i] = store_open(r->config->store_path, STORE_READ, f);
		r->readers[r->n_readers++] = own[i];
		rc = own[i] != NULL ? 0 : -1;
	}
	if (rc == 0)
		side_by_side(WORKERS, rounds, write_some, r);
	for (i = 0; i < WORKERS; i++)
		store_close(own[i]);
	return rc;
}

static int
note_progress(struct refresh *r, struct fault *f)
{
	if (store_begin(r->store, f) == -1)
		return -1;
	if (view_progress_note(r->store, &r->progress, r->newest, f) == 0)
		return store_commit(r->store, f);
	store_rollback(r->store);
	return -1;
}

/* Read what has changed in the store since the views were written. */
static int
look(struct refresh *r, struct fault *f)
{
	int rc;

	if (store_begin_view(r->store, f) == -1)
		return -1;
	rc = view_progress_read(r->store, &r->progress, f);
	if (rc == 0)
		rc = known_domains_read(r->store, &r->mem, &r->known, f);
	if (rc == 0)
		rc = new_domains_read(r->store, r->progress.report, &r->mem,
		    &r->fresh, &r->newest, f);
	store_end_view(r->store);
	return rc;
}

static int
run(struct refresh *r, struct fault *f)
{
	if (look(r, f) == -1)
		return -1;
	prepare(r);
	if (write_all(r, f) == -1)
		return -1;
	return r->wish->n == 0 && !is_over(r) ? note_progress(r, f) : 0;
}

int
views_refresh(
    struct store *st, const struct config *c, const struct views_wish *wish)
{
	struct refresh r = { .config = c, .wish = wish, .store = st };
	struct fault f;

	if (c->n_views == 0)
		return 0;
	pthread_mutex_init(&r.lock, NULL);
	r.protected = protected_files_of(c);
	if (run(&r, &f) == -1) {
		log_error("%s", f.text);
		r.status = f.status;
	}
	if (wish->written != NULL)
		*wish->written = r.written;
	protected_files_free(r.protected);
	arena_free(&r.mem);
	pthread_mutex_destroy(&r.lock);
	return r.status;
}
