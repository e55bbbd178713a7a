#ifndef OUTPUT_PAGE_H
#define OUTPUT_PAGE_H

/* The files page.css and page.js, as make turns them into strings. */
extern const char page_css[];
extern const char page_js[];

#endif
