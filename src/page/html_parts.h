#ifndef PAGE_HTML_PARTS_H
#define PAGE_HTML_PARTS_H

#include <stdint.h>
#include <stdio.h>

#include "model/overview.h"

/* The sections of the page; each prints nothing when it has nothing to say. */
struct words;

/* What fits on a page that people look at; the CSV files have everything. */
enum {
	MOST_PLOTS = 12,  /* domains drawn large, with their days in a table */
	MOST_CARDS = 60,  /* problems with their remedy */
	MOST_ROWS = 1000, /* of a table */
	LONG_TABLE = 60,  /* rows beyond which it is folded */
	MOST_HEAT_ROWS = 60 /* organizations in the heat map */
};

void html_cards(FILE *, const struct words *);	  /* to fix, to watch, steps */
void html_total(FILE *, const struct words *);	  /* all sessions per day */
void html_plots(FILE *, const struct words *);	  /* those of each of several */
void html_results(FILE *, const struct words *);  /* failures by result type */
void html_heat_map(FILE *, const struct words *); /* reporters by day */
void html_mx(FILE *, const struct words *);
void html_tables(FILE *, const struct words *);

/* "and 12 more; problems.csv has all" as a paragraph, when there are more. */
void html_rest(FILE *, uint64_t all, uint64_t shown, const char *where);

/* -- drawings, whose text is outside of them so that it never shrinks */

enum {
	SVG_LEAST_DAYS =
	    7 /* for which there is room, even if there are fewer */
};

/* Bars, one a day: failed below, then what nobody verifies, then the rest. */
struct svg_bars {
	const char *title; /* in words */
	const char *const *days;
	const struct overview_day *day;
	const uint64_t *open; /* n_days: sessions well, but not verified */
	size_t n_days;
	uint64_t most; /* the height of the drawing */
};
void svg_bars(FILE *, const struct svg_bars *);

/* The same as a small drawing inside a row, which says nothing by itself. */
void svg_spark(FILE *, const struct overview_day *, size_t n_days);

/* Bars of one figure a day, up to `most`. */
void svg_strip(FILE *, const char *title, const uint64_t *day, size_t n_days,
    uint64_t most);

/* A row of the heat map: a field a day, empty where nothing was reported. */
void svg_heat(FILE *, const char *title, const struct overview_day *,
    const bool *reported, size_t n_days, uint64_t most);

/* How much of a whole. */
void svg_share(FILE *, uint64_t part, uint64_t whole);

#endif
