#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "imap/server_line.h"
#include "imap/modified_utf7.h"
#include "imap/list_folders.h"
#include "imap/login.h"
#include "imap/session.h"

enum {
	ANSWER_BYTES = 1024 * 1024,
	NAME_MAX_BYTES = 500 /* half of what a command may have */
};

/* The name a folder goes by in commands; NULL when none could hold it. */
static char *
name_of(const struct answer_folder *folder, struct span text)
{
	char *name, *p;
	size_t i;

	if (text.n > NAME_MAX_BYTES)
		return NULL;
	p = name = xmalloc(text.n + 1);
	for (i = 0; i < text.n; i++) {
		if (folder->is_quoted && text.p[i] == '\\')
			i++;
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f) {
			free(name);
			return NULL;
		}
		*p++ = text.p[i];
	}
	*p = '\0';
	return name;
}

static bool
is_selectable(const char *name, struct span flags)
{
	struct span flag;

	while (answer_next_word(&flags, &flag))
		if (span_is_nocase(flag, "\\Noselect") ||
		    span_is_nocase(flag, "\\NonExistent"))
			return false;
	return name[0] != '\0';
}

static void
hand_over(const struct answer_folder *folder, struct span text, folders_fn *fn,
    void *arg)
{
	char *name = name_of(folder, text);
	struct folders_entry entry = { .name = name,
		.separator = folder->separator,
		.flags = folder->flags };

	if (name == NULL)
		return;
	entry.selectable = is_selectable(name, entry.flags);
	fn(arg, &entry);
	free(name);
}

/* One folder, whose name may be a literal and so stand behind the line. */
static int
read_folder(struct imap *im, struct span line, folders_fn *fn, void *arg,
    struct fault *f)
{
	struct answer_folder folder;
	uint64_t n;
	char *kept;

	answer_read_folder(line, &folder);
	if (!answer_ends_in_literal(line, &n)) {
		hand_over(&folder, folder.name, fn, arg);
		return 0;
	}
	/* the next line comes where this one is */
	kept = xmalloc(folder.flags.n + 1);
	memcpy(kept, folder.flags.p, folder.flags.n);
	folder.flags.p = kept;
	if (session_read_line(im, &line, f) == -1) {
		free(kept);
		return -1;
	}
	if (line.n > n)
		line.n = (size_t)n; /* blanks may stand behind it */
	hand_over(&folder, line, fn, arg);
	free(kept);
	return 0;
}

int
folders_ask(struct imap *im, const char *command, folders_fn *fn, void *arg,
    struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_FOLDERS,
		.lines = ANSWER_BYTES,
		.literals = ANSWER_BYTES };
	struct span line = { 0 };
	int rc;

	if (login_settle(im, f) == -1 || session_send(im, command, f) == -1)
		return -1;
	session_expect(im, &limits);
	while ((rc = session_next(im, &line, f)) == 1)
		if (read_folder(im, line, fn, arg, f) == -1)
			return -1;
	return rc == -1 ? -1
			: session_end(im, MAILIMAP_NO_ERROR, EX_NOPERM,
			      "the folders are not listed", f);
}

/* The list that grows. */
struct listing {
	struct imap_listed *list;
	size_t n, cap;
};

static void
keep(void *arg, const struct folders_entry *folder)
{
	struct listing *l = arg;
	char *name = folder_decode(folder->name);

	l->list = xgrow(l->list, l->n, &l->cap, sizeof *l->list);
	l->list[l->n++] =
	    (struct imap_listed){ name != NULL ? name : xstrdup(folder->name),
		    folder->selectable };
}

int
imap_list(
    struct imap *im, struct imap_listed **list, size_t *n, struct fault *f)
{
	struct listing l = { 0 };

	*list = NULL;
	*n = 0;
	if (folders_ask(im, "LIST \"\" \"*\"", keep, &l, f) == -1) {
		imap_list_free(l.list, l.n);
		return -1;
	}
	*list = l.list;
	*n = l.n;
	return 0;
}

void
imap_list_free(struct imap_listed *list, size_t n)
{
	while (n > 0)
		free(list[--n].name);
	free(list);
}
