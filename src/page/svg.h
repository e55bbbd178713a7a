#ifndef PAGE_SVG_H
#define PAGE_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/overview.h"

/*
 * Drawings as SVG elements, one column a day.  They hold no visible text, since
 * that would shrink with them; `title` is for screen readers and pointers.
 */

enum {
	SVG_LEAST_DAYS = 7 /* a drawing of fewer days leaves room for these */
};

/*
 * A plot with one bar a day.  From the ground up, a bar is the sessions that
 * failed, those that went well though nobody verified them, and the rest.
 */
struct svg_bars {
	const char *title;
	const char *const *days;
	const struct overview_day *day;
	const uint64_t
	    *open;	/* n_days: sessions well, but verified by nobody */
	bool unchecked; /* without `open`: all that are well are so */
	size_t n_days;
	uint64_t most; /* sessions of a bar as high as the drawing */
};
void svg_bars(FILE *, const struct svg_bars *);

/*
 * The same as a small drawing in a row of a table, hidden from screen readers
 * since the row has the figures.  With `unchecked` nobody verifies the
 * sessions.
 */
void svg_spark(
    FILE *, const struct overview_day *, size_t n_days, bool unchecked);

/* A plot of one figure a day; a bar of `most` is as high as the drawing. */
void svg_strip(FILE *, const char *title, const uint64_t *day, size_t n_days,
    uint64_t most);

/*
 * A row of the heat map: one field a day, the darker the more sessions, with a
 * mark where some failed, and empty where no report came.
 */
void svg_heat(FILE *, const char *title, const struct overview_day *,
    const bool *reported, size_t n_days, uint64_t most);

/* A horizontal bar: which share `part` is of `whole`. */
void svg_share(FILE *, uint64_t part, uint64_t whole);

#endif
