#ifndef PAGE_HTML_RESULTS_H
#define PAGE_HTML_RESULTS_H

#include <stdio.h>

struct words;

/* The section of failures by result type and day; nothing without any. */
void html_results(FILE *, const struct words *);

#endif
