#ifndef PAGE_HTML_PAGE_H
#define PAGE_HTML_PAGE_H

#include <stdint.h>
#include <stdio.h>

struct words;

/* Where a page comes from, as it says itself. */
struct page_origin {
	int64_t made; /* seconds since 1970 UTC */
	/* the path of the store and the machine's name; "" where whoever reads
	   it is not to know them */
	const char *store;
	const char *host;
};

/*
 * Print the overview as one page that needs nothing but itself: it makes no
 * request, has one script, which sorts tables, and a Content-Security-Policy
 * that lets nothing else run.  The same arguments give the same bytes.
 */
void html_print(FILE *, const struct words *, const struct page_origin *);

#endif
