#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/span.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/domain_arguments.h"
#include "config/config.h"
#include "config/domain_list.h"
#include "config/value_types.h"
#include "store/store.h"
#include "tables/domain_reports.h"

enum {
	LINE = 1024,
	MOST = 10000,	     /* domains of a file */
	REPORTED_MOST = 1000 /* domains that anybody may report on */
};

/* The list while it is made; `known` finds what is in it. */
struct listing {
	struct arena *arena;
	struct domain_list *list;
	void *known;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
add(struct listing *l, const char *domain)
{
	struct domain_list *d = l->list;
	const char *const *node;

	node = tsearch(domain, &l->known, compare);
	if (node == NULL)
		out_of_memory();
	else if (*node == domain) { /* else an equal one was there */
		d->name = xgrow(d->name, d->n, &d->room, sizeof *d->name);
		d->name[d->n++] = domain;
	}
}

static void
forget_nodes(struct listing *l)
{
	size_t i;

	for (i = 0; i < l->list->n && l->known != NULL; i++)
		tdelete(l->list->name[i], &l->known, compare);
}

/*
 * The domain in an address or URL, which people type as well; NULL when it is
 * neither.
 */
static const char *
domain_meant(const char *text, struct arena *arena)
{
	const char *start = strstr(text, "://");
	const char *at, *domain, *meant;

	start = start != NULL ? start + 3 : text;
	domain = arena_strndup(arena, start, strcspn(start, "/:?#"));
	if ((at = strrchr(domain, '@')) != NULL)
		domain = at + 1;
	if (strcmp(domain, text) == 0 ||
	    setting_domain(domain, arena, &meant) == -1)
		return NULL;
	return meant;
}

/* Say of a word that it is no domain; `where` is "check: " or names a line. */
static int
refuse(const char *where, const char *word, struct arena *arena)
{
	const char *meant = domain_meant(word, arena);

	if (meant != NULL)
		return cmd_usage("%s%.80s is no domain name; do you mean %s?",
		    where, word, meant);
	return cmd_usage(
	    "%s%.80s is no domain name; write it as example.com", where, word);
}

static int
add_word(struct listing *l, const char *where, const char *word)
{
	const char *domain;

	if (setting_domain(word, l->arena, &domain) == -1)
		return refuse(where, word, l->arena);
	add(l, domain);
	return 0;
}

/* A line of the file: a name, nothing, or a comment. */
static int
add_line(struct listing *l, const char *file, unsigned number, char *line)
{
	struct span text = { line, strcspn(line, "#") };
	const char *where;

	text = span_trim(text);
	if (text.n == 0)
		return 0;
	if (l->list->n == MOST)
		return cmd_usage("%s:%u: more than %d domains: name fewer in "
				 "one run",
		    file, number, MOST);
	where = arena_printf(l->arena, "%s:%u: ", file, number);
	return add_word(l, where, arena_strndup(l->arena, text.p, text.n));
}

static int
read_lines(struct listing *l, const char *file, FILE *in)
{
	char line[LINE];
	unsigned number = 0;
	int status = 0;

	while (status == 0 && fgets(line, sizeof line, in) != NULL) {
		number++;
		if (strchr(line, '\n') == NULL && !feof(in))
			return cmd_usage(
			    "%s:%u: the line is too long", file, number);
		status = add_line(l, file, number, line);
	}
	if (status == 0 && ferror(in)) {
		log_error("%s: %s", file, strerror(errno));
		return EX_IOERR;
	}
	return status;
}

static int
read_file(struct listing *l, const char *name)
{
	FILE *in;
	int status;

	if (strcmp(name, "-") == 0)
		return read_lines(l, "-", stdin);
	if ((in = fopen(name, "re")) == NULL) {
		log_error("check: %s: %s", name, strerror(errno));
		return errno == ENOENT ? EX_NOINPUT : EX_USAGE;
	}
	status = read_lines(l, name, in);
	fclose(in);
	return status;
}

/* Those that reports are about; a store that cannot be read has none. */
static void
add_reported(struct listing *l, const struct config *c)
{
	struct store *st = NULL;
	struct fault f = { 0 };
	const char **domain;
	size_t n = 0, i;

	if (access(c->store_path, F_OK) == -1 ||
	    (st = store_open(c->store_path, STORE_READ, &f)) == NULL ||
	    domain_reports_list(
		st, REPORTED_MOST + 1, l->arena, &domain, &n, &f) == -1)
		n = 0;
	if (n > REPORTED_MOST) {
		log_warn("check: reports are about more than %d domains, of "
			 "which those are looked at: name yours in domains of "
			 "[reports]",
		    REPORTED_MOST);
		n = REPORTED_MOST;
	}
	for (i = 0; i < n; i++)
		add(l, domain[i]);
	store_close(st);
}

/* Our domains by their names, or those that reports are about. */
static void
add_own(struct listing *l, const struct config *c)
{
	size_t i;

	for (i = 0; i < c->domains.n; i++)
		if (c->domains.name[i][0] != '*')
			add(l, c->domains.name[i]);
	if (l->list->n == 0)
		add_reported(l, c);
}

bool
domain_arguments_given(const struct options *o)
{
	return o->n_args > 0 || o->from_file != NULL;
}

int
domain_arguments_list(const struct options *o, const struct config *c,
    struct arena *arena, struct domain_list *list)
{
	struct listing l = { .arena = arena, .list = list };
	int status = 0;
	size_t i;

	for (i = 0; i < o->n_args && status == 0; i++)
		status = add_word(&l, "check: ", o->args[i]);
	if (status == 0 && o->from_file != NULL)
		status = read_file(&l, o->from_file);
	if (!domain_arguments_given(o))
		add_own(&l, c);
	forget_nodes(&l);
	return status;
}
