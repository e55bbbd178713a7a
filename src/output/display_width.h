#ifndef OUTPUT_DISPLAY_WIDTH_H
#define OUTPUT_DISPLAY_WIDTH_H

#include <stddef.h>

/*
 * The columns that UTF-8 text takes on a terminal: East Asian characters two,
 * marks that combine with the one before none, whatever the locale says.  A
 * byte that is no UTF-8 takes one.
 */
size_t width_text(const char *s, size_t n);

/* How many of its bytes fit into `limit` columns, whole characters alone. */
size_t width_fitting(const char *s, size_t n, size_t limit);

#endif
