#ifndef PAGE_HTML_TABLES_H
#define PAGE_HTML_TABLES_H

#include <stdio.h>

struct words;

/* The last section: tables of problems, reporters and warnings. */
void html_tables(FILE *, const struct words *);

#endif
