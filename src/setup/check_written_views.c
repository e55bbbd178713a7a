#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "config/config.h"
#include "output/checklist.h"
#include "output/file_rights.h"
#include "setup/check_written_views.h"
#include "setup/machine_points.h"
#include "store/store.h"
#include "tables/known_domains.h"
#include "views/view_domains.h"
#include "views/view_folders.h"
#include "views/view_rights.h"

enum {
	NAMED = 5 /* domains without a report */
};

/* The views being looked at, one after the other. */
struct view_check {
	struct machine_points *m;
	struct known_domains known; /* all that are stored */
	bool is_known;		    /* the store could be asked */
	struct view_folders folders;
	const struct config_view *view; /* the present one */
};

/* Without a store nothing is said of domains; what is wrong with it was. */
static void
read_known(struct view_check *c)
{
	const char *path = c->m->config->store_path;
	struct store *st;
	struct fault f;

	if (access(path, F_OK) == -1 ||
	    (st = store_open(path, STORE_READ, &f)) == NULL)
		return;
	c->is_known = known_domains_read(st, &c->m->arena, &c->known, &f) == 0;
	store_close(st);
}

/* "12 domains; nothing was ever stored about example.com" */
static const char *
describe(const struct view_check *c, const struct known_domains *domains)
{
	struct arena *a = &c->m->arena;
	const char *names = "";
	size_t unknown = 0, i;

	for (i = 0; c->is_known && i < domains->n; i++)
		if (!known_domains_have(&c->known, domains->name[i]) &&
		    unknown++ < NAMED)
			names =
			    arena_printf(a, "%s %s", names, domains->name[i]);
	if (unknown > NAMED)
		names =
		    arena_printf(a, "%s and %zu more", names, unknown - NAMED);
	return arena_printf(a, "%zu domain%s%s%s", domains->n,
	    domains->n == 1 ? "" : "s",
	    unknown > 0 ? "; nothing was ever stored about" : "", names);
}

static bool
may_give_to(struct view_check *c, gid_t group)
{
	gid_t *list;
	int n, i;
	bool is_own = geteuid() == 0 || group == getegid();

	if (is_own || (n = getgroups(0, NULL)) <= 0)
		return is_own;
	list = arena_alloc(&c->m->arena, (size_t)n * sizeof *list);
	if (getgroups(n, list) == n)
		for (i = 0; i < n; i++)
			is_own |= list[i] == group;
	return is_own;
}

/* Set the point to a failure, and return false. */
static bool
refuse(struct view_check *c, struct check_point *p, const char *detail,
    const char *remedy)
{
	p->state = CHECK_FAILED;
	p->detail = arena_strdup(&c->m->arena, detail);
	p->remedy = remedy;
	return false;
}

static bool
look_at_group(struct view_check *c, struct check_point *p)
{
	struct arena *a = &c->m->arena;
	struct file_rights rights;
	struct fault f;

	if (view_rights(c->view, &rights, &f) == -1)
		return refuse(c, p, f.text, "");
	if (rights.group == (gid_t)-1 || may_give_to(c, rights.group))
		return true;
	return refuse(c, p,
	    arena_printf(a, "group: %s is not in \"%s\"", machine_user(c->m),
		c->view->group),
	    arena_printf(a, "as root: usermod -aG %s %s, or name another",
		c->view->group, machine_user(c->m)));
}

static bool
look_at_places(struct view_check *c, struct check_point *p)
{
	const struct config_view *v = c->view;
	struct fault f;

	if (v->dir[0] != '\0') {
		look_at_csv_folder(c->m, v->dir, p);
		if (p->state != CHECK_OK)
			return false;
		if (view_folders_add(&c->folders, v, &f) == -1)
			return refuse(c, p, f.text, "");
	}
	if (v->html[0] != '\0')
		look_at_output_file(c->m, v->html, p);
	return p->state == CHECK_OK;
}

static void
check_view(struct view_check *c)
{
	struct arena *a = &c->m->arena;
	struct check_point p = { .name =
				     arena_printf(a, "view %s", c->view->name),
		.state = CHECK_OK,
		.remedy = "" };
	struct known_domains domains;
	struct fault f;

	machine_point_begin(c->m);
	if (view_domains(c->view, &c->known, a, &domains, &f) == -1)
		refuse(c, &p, f.text, "");
	else if (look_at_group(c, &p) && look_at_places(c, &p))
		p.detail = describe(c, &domains);
	machine_point_end(c->m, p.name, p.state, p.detail, p.remedy);
}

void
check_written_views(struct machine_points *m)
{
	const struct config *config = m->config;
	struct view_check c = { .m = m };
	size_t i;

	if (config->n_views == 0)
		return;
	read_known(&c);
	view_folders_add_main(&c.folders, config);
	for (i = 0; i < config->n_views; i++) {
		c.view = &config->views[i];
		check_view(&c);
	}
	view_folders_free(&c.folders);
}
