#ifndef PAGE_HTML_VOUCHING_H
#define PAGE_HTML_VOUCHING_H

#include <stdio.h>

struct words;

/* Who vouches for the reports, as far as there is something to say. */
void html_vouching(FILE *, const struct words *);

#endif
