#ifndef OUTPUT_DISPLAY_WIDTH_H
#define OUTPUT_DISPLAY_WIDTH_H

#include <stddef.h>

/*
 * The columns that UTF-8 text takes on a terminal, as wcwidth(3) has them: East
 * Asian characters take two, marks that combine with the one before none.  This
 * needs LC_CTYPE set to C.UTF-8, as main() does; without it, as for a byte that
 * is no UTF-8 and for a control character, one column is assumed.
 */
size_t width_text(const char *s, size_t n);

/* How many bytes of `s` fit into `limit` columns, whole characters only. */
size_t width_fitting(const char *s, size_t n, size_t limit);

#endif
