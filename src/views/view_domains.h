#ifndef VIEWS_VIEW_DOMAINS_H
#define VIEWS_VIEW_DOMAINS_H

#include <stddef.h>

#include "tables/known_domains.h"

struct arena;
struct config_view;
struct fault;

/*
 * The domains that a view is about, in order and each once: those that its
 * section names or its domains_file does, and in place of "*.example.com" those
 * of `known` below that; never an empty list.  A fault has exit code 78 and
 * begins with the option.
 */
int view_domains(const struct config_view *, const struct known_domains *known,
    struct arena *, struct known_domains *, struct fault *);

#endif
