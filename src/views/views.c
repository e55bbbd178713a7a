#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
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
#include "views/view_job.h"
#include "views/view_mail.h"
#include "views/views.h"

enum {
	TOGETHER = 16 /* views whose files go to the disk at once */
};

/* A folder that is written, and whose it is. */
struct folder {
	dev_t device;
	ino_t inode;
	const char *owner; /* "[view NAME]" */
};

/* A refresh of the views. */
struct refresh {
	const struct config *config;
	const struct views_wish *wish;
	struct store *store;
	struct protected_files *protected;
	struct arena mem;
	struct view_progress progress;
	int64_t newest;		    /* number of the newest report */
	struct known_domains known; /* all that are stored */
	struct known_domains fresh; /* with a report that no view shows yet */
	struct folder *folders;	    /* so far */
	size_t n_folders, room;
	size_t written;
	int status;   /* the first failure's */
	bool is_over; /* the store itself failed */
};

static int
compare(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

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

	for (i = 0; r->fresh.n > 0 && i < j->domains.n; i++)
		if (bsearch(j->domains.name[i], r->fresh.name, r->fresh.n,
			sizeof *r->fresh.name, compare) != NULL)
			return true;
	return false;
}

static int
find_group(struct view_job *j, struct fault *f)
{
	const char *name = j->view->group;
	const struct group *group;

	j->rights = (struct file_rights){ j->view->mode, (gid_t)-1 };
	if (name[0] == '\0')
		return 0;
	if ((group = getgrnam(name)) == NULL)
		return fault(f, FAULT_HOST, EX_CONFIG,
		    "group: there is no group \"%s\": as root, groupadd %s, "
		    "or name another",
		    name, name);
	j->rights.group = group->gr_gid;
	return 0;
}

/* Two paths may lead to one folder: the second view would be shown the first's
 * owners, and the other way round. */
static int
check_folder(struct refresh *r, struct view_job *j, struct fault *f)
{
	const char *dir = j->view->dir;
	struct folder *new;
	struct stat sb;
	size_t i;

	if (dir[0] == '\0' || stat(dir, &sb) == -1)
		return 0;
	for (i = 0; i < r->n_folders; i++)
		if (r->folders[i].device == sb.st_dev &&
		    r->folders[i].inode == sb.st_ino)
			return fault(f, FAULT_HOST, EX_CONFIG,
			    "dir: %s is the folder of %s as well: give each a "
			    "folder of its own",
			    dir, r->folders[i].owner);
	r->folders = arena_grow(
	    &r->mem, r->folders, r->n_folders, &r->room, sizeof *r->folders);
	new = &r->folders[r->n_folders++];
	*new = (struct folder){ sb.st_dev, sb.st_ino,
		arena_printf(&r->mem, "[view %s]", j->view->name) };
	return 0;
}

/* The folder of [export] is no view's. */
static void
note_main_folder(struct refresh *r)
{
	struct stat sb;

	if (r->config->export_dir[0] == '\0' ||
	    stat(r->config->export_dir, &sb) == -1)
		return;
	r->folders =
	    arena_grow(&r->mem, r->folders, 0, &r->room, sizeof *r->folders);
	r->folders[r->n_folders++] =
	    (struct folder){ sb.st_dev, sb.st_ino, "[export]" };
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

/* A view, and whether this run is done with it. */
struct turn {
	struct view_job job;
	bool failed, due;
};

/* A view that failed: said, and tried again by the next run. */
static void
fail(struct refresh *r, struct turn *t, const struct fault *f)
{
	log_error("%s:%u: [view %s] %s", r->config->path, t->job.view->line,
	    t->job.view->name, f->text);
	if (r->status == 0)
		r->status = f->status;
	t->failed = true;
	r->is_over |= f->status == EX_IOERR;
}

/* Find out what a view is about, and write what is due of it. */
static int
begin(struct refresh *r, struct turn *t, struct fault *f)
{
	struct view_job *j = &t->job;
	int due;

	if (view_domains(j->view, &r->known, &j->mem, &j->domains, f) == -1 ||
	    find_group(j, f) == -1 || view_make_folder(j, f) == -1 ||
	    check_folder(r, j, f) == -1)
		return -1;
	j->options = options_of(j);
	if ((due = is_due(r, j, f)) == -1)
		return -1;
	t->due = due == 1;
	return t->due ? view_write(j, f) : 0;
}

/* Have the disk write the files of several views at once. */
static int
settle(struct turn *turns, size_t n, struct fault *f)
{
	struct whole_file *files[TOGETHER * CSV_FOLDER_FILES] = { NULL };
	size_t i, all = 0;

	for (i = 0; i < n; i++)
		if (!turns[i].failed && turns[i].job.folder != NULL)
			all +=
			    csv_folder_files(turns[i].job.folder, &files[all]);
	return whole_files_settle(files, all, f);
}

/* Note in one transaction what was written and what failed. */
static int
note(struct refresh *r, struct turn *turns, size_t n, struct fault *f)
{
	size_t i = 0;

	while (i < n && !turns[i].failed && !turns[i].due)
		i++;
	if (i == n)
		return 0;
	if (store_begin(r->store, f) == -1)
		return -1;
	for (; i < n; i++) {
		if (!turns[i].failed && !turns[i].due)
			continue;
		if ((turns[i].failed ? view_forget(&turns[i].job, f)
				     : view_note(&turns[i].job, f)) == -1) {
			store_rollback(r->store);
			return -1;
		}
	}
	return store_commit(r->store, f);
}

/* What comes once the files of several views are written. */
static void
end(struct refresh *r, struct turn *turns, size_t n)
{
	struct fault f;
	size_t i;

	if (settle(turns, n, &f) == -1)
		for (i = 0; i < n; i++)
			if (!turns[i].failed && turns[i].due)
				fail(r, &turns[i], &f);
	for (i = 0; i < n; i++)
		if (!turns[i].failed && turns[i].due &&
		    view_publish(&turns[i].job, &f) == -1)
			fail(r, &turns[i], &f);
	if (!r->is_over && note(r, turns, n, &f) == -1)
		fail(r, &turns[0], &f);
	for (i = 0; i < n && !r->is_over; i++) {
		if (turns[i].failed)
			continue;
		if (turns[i].due)
			log_info("[view %s]: written", turns[i].job.view->name);
		r->written += turns[i].due;
		if (turns[i].job.view->mail[0] != '\0' &&
		    view_mail_if_due(&turns[i].job, &f) == -1)
			fail(r, &turns[i], &f);
	}
}

/* Some views after the other, so many at a time; false when it was ended. */
static bool
refresh_all(struct refresh *r)
{
	struct turn turns[TOGETHER];
	struct fault f;
	size_t i = 0, n, k;

	while (i < r->config->n_views && !r->is_over && !stop_requested()) {
		for (n = 0; n < TOGETHER && i < r->config->n_views &&
			    !r->is_over && !stop_requested();
		     i++) {
			struct turn *t = &turns[n];

			if (!is_wanted(r->wish, r->config->views[i].name))
				continue;
			*t = (struct turn){ .job = { .config = r->config,
						.view = &r->config->views[i],
						.store = r->store,
						.protected = r->protected } };
			n++;
			if (begin(r, t, &f) == -1)
				fail(r, t, &f);
		}
		end(r, turns, n);
		for (k = 0; k < n; k++)
			view_close(&turns[k].job);
	}
	return !r->is_over && !stop_requested();
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

/* What the store says of news, before any view is written. */
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

int
views_refresh(
    struct store *st, const struct config *c, const struct views_wish *wish)
{
	struct refresh r = { .config = c, .wish = wish, .store = st };
	struct fault f;

	if (c->n_views == 0)
		return 0;
	note_main_folder(&r);
	r.protected = protected_files_of(c);
	if (look(&r, &f) == -1 ||
	    (refresh_all(&r) && wish->n == 0 && note_progress(&r, &f) == -1)) {
		log_error("%s", f.text);
		r.status = f.status;
	}
	if (wish->written != NULL)
		*wish->written = r.written;
	protected_files_free(r.protected);
	arena_free(&r.mem);
	return r.status;
}
