#ifndef PAGE_PAGE_ASSETS_H
#define PAGE_PAGE_ASSETS_H

/* The files page.css and page.js, as make turns them into strings. */
extern const char page_css[];
extern const char page_js[];

#endif
