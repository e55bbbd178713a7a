#ifndef PAGE_HTML_REPORTERS_H
#define PAGE_HTML_REPORTERS_H

#include <stdio.h>

struct words;

/* The section of who reported on which day; nothing without any. */
void html_reporters(FILE *, const struct words *);

#endif
