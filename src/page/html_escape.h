#ifndef PAGE_HTML_ESCAPE_H
#define PAGE_HTML_ESCAPE_H

#include <stdio.h>

/*
 * Text for HTML and SVG, in an element or in a quoted attribute: what would be
 * markup is escaped; control characters, bidi controls and what is no UTF-8
 * are replaced.
 */
void escape_html(FILE *, const char *);

/*
 * The format with its strings (%s) escaped in that way; %u takes a uint64_t
 * and groups its digits, %d an int; %% is a percent sign.
 */
void html_printf(FILE *, const char *fmt, ...);

/* Print 'sha256-...', by which a Content-Security-Policy allows this text. */
void csp_hash(FILE *, const char *text);

#endif
