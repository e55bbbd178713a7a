#ifndef SUMMARY_REMEDY_H
#define SUMMARY_REMEDY_H

#include <stddef.h>

#include "codes/result_types.h"

struct arena;

/*
 * What is known of a result type: one of the registry, or "not-detailed", which
 * is the store's name for failures that a sender counts without a detail.  NULL
 * for any other.
 */
const struct result_type *remedy_find(const char *type);

/* All of them, by number from 0; NULL past the last. */
const struct result_type *remedy_at(size_t i);

/*
 * A command of a result type with the names put in for MX and DOMAIN.  The
 * names come from strangers and the text is to be pasted into a shell: the
 * placeholder stays where a name is anything but a plain host name.
 */
const char *remedy_command(
    struct arena *, const char *text, const char *mx, const char *domain);

/* The same for prose: any name goes in, and "every MX host" for no MX. */
const char *remedy_prose(
    struct arena *, const char *text, const char *mx, const char *domain);

#endif
