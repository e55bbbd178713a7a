#ifndef VIEWS_VIEW_DOMAINS_H
#define VIEWS_VIEW_DOMAINS_H

#include <stddef.h>

#include "tables/known_domains.h"

struct arena;
struct config_view;
struct fault;

/*
 * The domains that a view is about, sorted and each once: those that its
 * section or its domains_file names.  A pattern such as "*.example.com" stands
 * for the domains of `known` below that one.  The list is never empty, since
 * that would mean all domains: when nothing matches, it holds a name that no
 * domain has. -1 with a fault of exit code 78 whose text begins with the
 * option.
 */
int view_domains(const struct config_view *, const struct known_domains *known,
    struct arena *, struct known_domains *, struct fault *);

#endif
