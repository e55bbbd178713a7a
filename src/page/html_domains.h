#ifndef PAGE_HTML_DOMAINS_H
#define PAGE_HTML_DOMAINS_H

#include <stdio.h>

struct words;

/* The first section: a table with a row for each domain. */
void html_domains(FILE *, const struct words *);

#endif
