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
	SVG_LEAST_DAYS =
	    7 /* for which there is room, even if there are fewer */
};

/* Bars, one a day: failed below, then what nobody verifies, then the rest. */
struct svg_bars {
	const char *title; /* in words */
	const char *const *days;
	const struct overview_day *day;
	const uint64_t
	    *open;	/* n_days: sessions well, but verified by nobody */
	bool unchecked; /* without `open`: all that are well are so */
	size_t n_days;
	uint64_t most; /* the height of the drawing */
};
void svg_bars(FILE *, const struct svg_bars *);

/*
 * The same as a small drawing inside a row, which says nothing by itself;
 * nobody verifies the sessions of an unchecked domain.
 */
void svg_spark(
    FILE *, const struct overview_day *, size_t n_days, bool unchecked);

/* Bars of one figure a day, up to `most`. */
void svg_strip(FILE *, const char *title, const uint64_t *day, size_t n_days,
    uint64_t most);

/* A row of the heat map: a field a day, empty where nothing was reported. */
void svg_heat(FILE *, const char *title, const struct overview_day *,
    const bool *reported, size_t n_days, uint64_t most);

/* How much of a whole. */
void svg_share(FILE *, uint64_t part, uint64_t whole);

#endif
