#ifndef SUMMARY_SPARKLINE_H
#define SUMMARY_SPARKLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct overview_day;

enum sparkline_figure {
	SPARKLINE_SESSIONS,
	SPARKLINE_FAILED
};

/* A bar chart in one line of text, made of block characters or ASCII. */
struct sparkline {
	const struct overview_day *day;
	size_t n_days;
	enum sparkline_figure figure;
	size_t columns; /* its width; with more days, one sign is several */
	bool ascii;
};

/* How many days one sign stands for. */
size_t sparkline_days(size_t n_days, size_t columns);

/*
 * Draw it, in the arena.  Days without any session, days with a figure of 0 and
 * days with more have different signs.
 */
const char *sparkline(struct arena *, const struct sparkline *);

#endif
