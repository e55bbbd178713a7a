#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "config/config.h"
#include "config/domain_list.h"
#include "tables/known_domains.h"
#include "views/view_domains.h"

/* What the list holds when no domain matches: no domain is called that. */
#define NO_DOMAIN "!"

static void
add(struct domain_list *l, const char *name, struct arena *mem)
{
	l->name = arena_grow(mem, l->name, l->n, &l->room, sizeof *l->name);
	l->name[l->n++] = name;
}

/* Whether a domain is below the one of the pattern "*.example.com". */
static bool
is_below(const char *domain, const char *pattern)
{
	size_t n = strlen(domain), m = strlen(pattern + 1);

	return n > m && strcmp(domain + n - m, pattern + 1) == 0;
}

static void
add_known(struct domain_list *l, const char *pattern,
    const struct known_domains *known, struct arena *mem)
{
	size_t i;

	for (i = 0; i < known->n; i++)
		if (is_below(known->name[i], pattern))
			add(l, known->name[i], mem);
}

int
view_domains(const struct config_view *v, const struct known_domains *known,
    struct arena *mem, struct known_domains *out, struct fault *f)
{
	struct domain_list list = v->domains, names = { 0 };
	size_t i;

	if (v->domains_file[0] != '\0' &&
	    domain_list_read(&list, v->domains_file, mem, f) == -1)
		return fault_prefix(f, "domains_file: %s", v->domains_file);
	for (i = 0; i < list.n; i++) {
		if (strncmp(list.name[i], "*.", 2) == 0)
			add_known(&names, list.name[i], known, mem);
		else
			add(&names, list.name[i], mem);
	}
	/* an empty list would stand for all domains */
	if (names.n == 0)
		add(&names, NO_DOMAIN, mem);
	domain_list_sort(&names);
	out->n = names.n;
	out->name = names.name;
	return 0;
}
