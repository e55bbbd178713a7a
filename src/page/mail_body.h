#ifndef PAGE_MAIL_BODY_H
#define PAGE_MAIL_BODY_H

#include <stdio.h>

struct page_origin;
struct words;

/*
 * Print the overview as HTML that mail programs show: a table and paragraphs,
 * with their style in each element and no picture.
 */
void html_mail_body(FILE *, const struct words *, const struct page_origin *);

#endif
