#ifndef PAGE_PAGE_ASSETS_H
#define PAGE_PAGE_ASSETS_H

/* The text of page.css and page.js, which make turns into these strings. */
extern const char page_css[];
extern const char page_js[];

#endif
