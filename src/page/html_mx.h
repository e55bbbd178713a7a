#ifndef PAGE_HTML_MX_H
#define PAGE_HTML_MX_H

#include <stdio.h>

struct words;

/* The section of failures by MX host; nothing without any. */
void html_mx(FILE *, const struct words *);

#endif
