#include "base/arena.h"
#include "survey/domain_view.h"

void
domain_view_init(struct domain_view *v, const char *domain)
{
	*v = (struct domain_view){ .setup = { .domain = domain } };
}

void
domain_view_free(struct domain_view *v)
{
	arena_free(&v->arena);
}
