#ifndef PAGE_HTML_PLOTS_H
#define PAGE_HTML_PLOTS_H

#include <stdio.h>

struct words;

/* All sessions a day as one plot with its figures, inside the header. */
void html_total(FILE *, const struct words *);

/* The section with a plot for each of several domains; nothing for one. */
void html_plots(FILE *, const struct words *);

#endif
