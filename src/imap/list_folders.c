#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/span.h"
#include "imap/imap.h"
#include "imap/list_folders.h"
#include "imap/login.h"
#include "imap/session.h"
#include "imap_text/guard.h"
#include "imap_text/modified_utf7.h"
#include "imap_text/tokens.h"

enum {
	ANSWER_BYTES = 1024 * 1024,
	NAME_MAX_BYTES = 500 /* half of what a command may have */
};

/* A LIST answer (RFC 9051 §7.3.1). */
struct listed {
	struct span flags; /* "\\Junk \\HasNoChildren", without brackets */
	char separator;	   /* of the levels of a name; NUL for NIL */
	struct span name;
	bool is_quoted; /* backslashes in it stand for the byte behind them */
};

/* A separator that no name could hold is none. */
static char
separator_of(struct span s)
{
	char c;

	if (s.n == 2 && s.p[0] == '\\')
		s = span_skip(s, 1);
	c = s.n == 1 ? s.p[0] : '\0';
	return c > ' ' && c < 0x7f ? c : '\0';
}

/* A line with the literal of its name in it; false when it is no such answer.
 */
static bool
read_answer(struct span s, struct listed *l)
{
	struct span separator;

	*l = (struct listed){ 0 };
	s = span_skip(s, span_find(s, "("));
	if (!take_text(&s, "("))
		return false;
	l->flags = (struct span){ s.p, span_find(s, ")") };
	s = span_skip(s, l->flags.n + 1);
	take_blanks(&s);
	if (take_string(&s, &separator))
		l->separator = separator_of(separator);
	else if (!take_text(&s, "NIL"))
		return false;
	take_blanks(&s);
	l->is_quoted = s.n > 0 && s.p[0] == '"';
	if (take_string(&s, &l->name))
		return true;
	/* data of extensions may stand behind it */
	l->name = span_trim((struct span){ s.p, span_find(s, " (") });
	return l->name.n > 0;
}

/* The name a folder goes by in commands; NULL when none could hold it. */
static char *
name_of(const struct listed *l)
{
	char *name, *p;
	size_t i;

	if (l->name.n > NAME_MAX_BYTES)
		return NULL;
	p = name = xmalloc(l->name.n + 1);
	for (i = 0; i < l->name.n; i++) {
		if (l->is_quoted && l->name.p[i] == '\\')
			i++;
		if ((unsigned char)l->name.p[i] < ' ' || l->name.p[i] == 0x7f) {
			free(name);
			return NULL;
		}
		*p++ = l->name.p[i];
	}
	*p = '\0';
	return name;
}

static bool
is_selectable(const char *name, struct span flags)
{
	struct span flag;

	while (span_next_word(&flags, &flag))
		if (span_is_nocase(flag, "\\Noselect") ||
		    span_is_nocase(flag, "\\NonExistent"))
			return false;
	return name[0] != '\0';
}

static void
hand_over(struct span answer, folders_fn *fn, void *arg)
{
	struct listed l;
	struct folders_entry entry;
	char *name;

	if (!read_answer(answer, &l) || (name = name_of(&l)) == NULL)
		return;
	entry = (struct folders_entry){ .name = name,
		.selectable = is_selectable(name, l.flags),
		.separator = l.separator,
		.flags = l.flags };
	fn(arg, &entry);
	free(name);
}

int
folders_ask(struct imap *im, const char *command, folders_fn *fn, void *arg,
    struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_FOLDERS,
		.lines = ANSWER_BYTES };
	struct buf answer = { .max = GUARD_LINE };
	int rc;

	if (login_settle(im, f) == -1 || session_send(im, command, f) == -1)
		return -1;
	session_expect(im, &limits);
	while ((rc = session_next_answer(im, &answer, f)) == 1)
		hand_over(buf_span(&answer), fn, arg);
	buf_free(&answer);
	return rc == -1 ? -1
			: session_end(
			      im, EX_NOPERM, "the folders are not listed", f);
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
