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
#include "ledger/view_progress.h"
#include "store/store.h"
#include "tables/known_domains.h"
#include "views/view_domains.h"
#include "views/view_files.h"
#include "views/view_job.h"
#include "views/view_mail.h"
#include "views/views.h"

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
	struct arena mem;
	struct view_progress progress;
	int64_t newest;		    /* number of the newest report */
	struct known_domains known; /* all that are stored */
	struct known_domains fresh; /* with a report that no view shows yet */
	struct folder *folders;	    /* so far */
	size_t n_folders, room;
	size_t written;
	int status; /* the first failure's */
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

static int
refresh_one(struct refresh *r, struct view_job *j, struct fault *f)
{
	int due;

	if (view_domains(j->view, &r->known, &j->mem, &j->domains, f) == -1 ||
	    find_group(j, f) == -1 || view_make_folder(j, f) == -1 ||
	    check_folder(r, j, f) == -1)
		return -1;
	j->options = options_of(j);
	if ((due = is_due(r, j, f)) == -1)
		return -1;
	if (due == 1) {
		if (view_write(j, f) == -1)
			return -1;
		r->written++;
		log_info("[view %s]: written", j->view->name);
	}
	return j->view->mail[0] != '\0' ? view_mail_if_due(j, f) : 0;
}

/* A view that failed: said, and tried again by the next run. */
static void
fail(struct refresh *r, struct view_job *j, const struct fault *f)
{
	struct fault later;

	log_error("%s:%u: [view %s] %s", r->config->path, j->view->line,
	    j->view->name, f->text);
	if (r->status == 0)
		r->status = f->status;
	if (f->status != EX_IOERR)
		(void)view_forget(j, &later);
}

/* Each view in turn; false when the store itself failed. */
static bool
refresh_all(struct refresh *r)
{
	struct fault f;
	size_t i;
	int rc;

	for (i = 0; i < r->config->n_views && !stop_requested(); i++) {
		struct view_job j = { .config = r->config,
			.view = &r->config->views[i],
			.store = r->store };

		if (!is_wanted(r->wish, j.view->name))
			continue;
		if ((rc = refresh_one(r, &j, &f)) == -1)
			fail(r, &j, &f);
		arena_free(&j.mem);
		if (rc == -1 && f.status == EX_IOERR)
			return false;
	}
	return !stop_requested();
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
	if (look(&r, &f) == -1 ||
	    (refresh_all(&r) && wish->n == 0 && note_progress(&r, &f) == -1)) {
		log_error("%s", f.text);
		r.status = f.status;
	}
	if (wish->written != NULL)
		*wish->written = r.written;
	arena_free(&r.mem);
	return r.status;
}
