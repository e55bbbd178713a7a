#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/check_views.h"
#include "config/config.h"
#include "config/config_check.h"
#include "config/config_options.h"
#include "config/domain_list.h"

/* A folder or file that is written, and the option that says so. */
struct place {
	const char *path; /* without slashes at its end */
	const struct config_section *section;
	const char *option;
	unsigned line;
};

/* All of them. */
struct places {
	const struct config_complaints *to;
	struct arena mem;
	struct place *item;
	size_t n, room;
};

static unsigned
line_of(const struct config_section *s, const char *option)
{
	size_t i = config_option_find(s->kind, option);
	unsigned line = i < CONFIG_OPTIONS ? s->given[i] : 0;

	return line != 0 ? line : s->line;
}

static void
complain(const struct places *p, const struct config_section *s,
    const char *option, const char *reason)
{
	p->to->say(p->to->arg, line_of(s, option), s, option, reason);
}

static void
add_place(struct places *p, const struct config_section *s, const char *option,
    const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n == 0)
		return;
	p->item = arena_grow(&p->mem, p->item, p->n, &p->room, sizeof *p->item);
	p->item[p->n++] = (struct place){ arena_strndup(&p->mem, path, n), s,
		option, line_of(s, option) };
}

static void
check_view(
    struct places *p, const struct config *conf, const struct config_section *s)
{
	struct config_view *v = s->owner;

	domain_list_sort(&v->domains);
	if (v->domains.n == 0 && v->domains_file[0] == '\0')
		complain(p, s, "domains",
		    "is missing: name the domains, or a domains_file");
	if (v->domains.n > 0 && v->domains_file[0] != '\0')
		complain(p, s, "domains_file",
		    "domains is given as well: only one of the two can be");
	if (v->dir[0] == '\0' && v->html[0] == '\0' && v->mail[0] == '\0')
		p->to->say(p->to->arg, s->line, s, NULL,
		    "writes nothing: give dir, html or mail");
	if (v->mail[0] != '\0' && conf->report_from[0] == '\0')
		complain(p, s, "mail", "needs from in [report]");
	add_place(p, s, "dir", v->dir);
	add_place(p, s, "html", v->html);
}

static int
compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* Two would replace each other's files, and show them to others. */
static void
check_places(const struct places *p)
{
	size_t i;

	qsort(p->item, p->n, sizeof *p->item, compare);
	for (i = 1; i < p->n; i++) {
		const struct place *one = &p->item[i - 1], *other = &p->item[i];
		struct arena mem = { 0 };

		if (strcmp(one->path, other->path) != 0)
			continue;
		p->to->say(p->to->arg, other->line, other->section,
		    other->option,
		    arena_printf(&mem,
			"is %s of %s as well, on line %u: give each a place "
			"of its own",
			one->option, one->section->title, one->line));
		arena_free(&mem);
	}
}

void
check_views(const struct config *conf, const struct config_section *sections,
    const struct config_complaints *to)
{
	struct places p = { .to = to };
	const struct config_section *s;

	if (conf->n_views == 0)
		return;
	for (s = sections; s != NULL; s = s->next) {
		if (strcmp(s->kind, "view") == 0)
			check_view(&p, conf, s);
		else if (strcmp(s->kind, "export") == 0)
			add_place(&p, s, "dir", conf->export_dir);
	}
	if (p.n > 0)
		check_places(&p);
	arena_free(&p.mem);
}
