#ifndef PAGE_HTML_PAGE_H
#define PAGE_HTML_PAGE_H

#include <stdio.h>

struct words;

/*
 * One page that needs nothing but itself: no request, one script, which sorts
 * tables, and a Content-Security-Policy that lets nothing else run.  The same
 * overview gives the same bytes.
 */
void html_print(FILE *, const struct words *);

#endif
