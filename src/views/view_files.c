#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "config/config.h"
#include "export/csv_folder.h"
#include "export/file_mark.h"
#include "export/protected_files.h"
#include "export/read_overview.h"
#include "ledger/exports.h"
#include "output/output_folder.h"
#include "output/whole_file.h"
#include "output/write_fault.h"
#include "page/html_page.h"
#include "store/store.h"
#include "tables/own_entries.h"
#include "tables/tables.h"
#include "views/view_files.h"
#include "views/view_job.h"

enum {
	PAGE_DAYS = 30
};

/* The row of `exports` that is about the view itself. */
static struct store_export
note_of(struct view_job *j)
{
	return (struct store_export){ .dir = arena_printf(
					  &j->mem, "[view %s]", j->view->name),
		.table = "view",
		.options = "",
		.file = "",
		.parts = "" };
}

static struct csv_target
target_of(const struct view_job *j)
{
	return (struct csv_target){ .dir = j->view->dir,
		.domains = j->domains.name,
		.n_domains = j->domains.n,
		.options = j->options,
		.rights = &j->rights,
		.protected = j->protected };
}

int
view_is_noted(struct view_job *j, struct fault *f)
{
	struct csv_target target = target_of(j);
	struct store_export note = note_of(j), old;
	struct stat sb;
	int rc =
	    store_find_export(j->store, note.dir, note.table, &j->mem, &old, f);

	if (rc != 1 || strcmp(old.options, j->options) != 0)
		return rc == -1 ? -1 : 0;
	if (j->view->html[0] != '\0' &&
	    (stat(j->view->html, &sb) == -1 ||
		strcmp(file_mark(&sb, &j->mem), old.file) != 0))
		return 0;
	return j->view->dir[0] == '\0'
		   ? 1
		   : csv_folder_is_noted(j->store, j->config, &target, f);
}

int
view_make_folder(const struct view_job *j, struct fault *f)
{
	mode_t mode = j->rights.mode | ((j->rights.mode & 0444) >> 2);
	int fd, rc = 0;

	if (j->view->dir[0] == '\0' || access(j->view->dir, F_OK) == 0 ||
	    folder_make(j->view->dir) == -1)
		return 0; /* opening it says why */
	fd =
	    open(j->view->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return 0;
	if ((j->rights.group != (gid_t)-1 &&
		fchown(fd, (uid_t)-1, j->rights.group) == -1) ||
	    fchmod(fd, mode) == -1)
		rc = write_fault(
		    f, j->view->dir, "its group or mode cannot be set");
	close(fd);
	return rc == -1 ? fault_prefix(f, "dir") : 0;
}

/* The last days with a report about the domains, as told to their owner. */
static int
read_days(struct view_job *j, struct judged_overview *l, struct fault *f)
{
	struct store_filter filter = { .domains = j->domains.name,
		.n_domains = j->domains.n,
		.alone = true };
	char from[16], to[16];
	struct overview_wish wish = { .from = from,
		.to = to,
		.domains = j->domains.name,
		.n_domains = j->domains.n,
		.alone = true,
		.percent = -1 };

	*l = (struct judged_overview){ 0 };
	if (own_days(j->store, &filter, PAGE_DAYS, from, to, f) == -1)
		return -1;
	if (to[0] == '\0')
		wish.from = wish.to = "1970-01-01";
	return read_overview(l, j->store, &wish, f);
}

/* Print the page; `*mark` gets by what it is known again. */
static int
print_page(struct view_job *j, const struct judged_overview *l,
    const char **mark, struct fault *f)
{
	struct page_origin origin = { l->now, "", "" };
	struct whole_file *file;
	struct stat sb;
	int rc = -1;

	if (protected_files_check(j->protected, j->view->html, f) == -1 ||
	    (file = whole_file_open(j->view->html, f)) == NULL)
		return -1;
	whole_file_set_rights(file, &j->rights);
	html_print(whole_file_stream(file), &l->words, &origin);
	rc = whole_file_commit(file, f);
	if (rc == 0 && whole_file_stat(file, &sb) == 0)
		*mark = file_mark(&sb, &j->mem);
	whole_file_close(file);
	return rc;
}

static int
write_page(struct view_job *j, struct fault *f)
{
	struct judged_overview l;
	int rc = read_days(j, &l, f);

	if (rc == 0 && (rc = print_page(j, &l, &j->page, f)) == -1)
		fault_prefix(f, "html");
	judged_overview_free(&l);
	return rc;
}

int
view_write(struct view_job *j, struct fault *f)
{
	j->target = target_of(j);
	j->page = "";
	if (j->view->dir[0] != '\0' && (j->folder = csv_folder_open(j->store,
					    j->config, &j->target, f)) == NULL)
		return fault_prefix(f, "dir");
	return j->view->html[0] != '\0' ? write_page(j, f) : 0;
}

int
view_publish(struct view_job *j, struct fault *f)
{
	if (j->folder != NULL && csv_folder_publish(j->folder, f) == -1)
		return fault_prefix(f, "dir");
	return 0;
}

int
view_note(struct view_job *j, struct store *st, struct fault *f)
{
	struct store_export now = note_of(j);

	now.options = j->options;
	now.file = j->page;
	if (j->folder != NULL && csv_folder_note(j->folder, st, f) == -1)
		return -1;
	return store_note_export(st, &now, f);
}

int
view_forget(struct view_job *j, struct store *st, struct fault *f)
{
	struct store_export now = note_of(j);

	return store_note_export(st, &now, f);
}

void
view_close(struct view_job *j)
{
	csv_folder_close(j->folder);
	j->folder = NULL;
	arena_free(&j->mem);
}
