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

struct sparkline {
	const struct overview_day *day;
	size_t n_days;
	enum sparkline_figure figure;
	size_t columns; /* at most */
	bool ascii;
};

/* How many days a sign stands for. */
size_t sparkline_days(size_t n_days, size_t columns);

/*
 * One sign for so many days, higher for more: days without a session, days
 * where the figure is 0 and all others look different.
 */
const char *sparkline(struct arena *, const struct sparkline *);

#endif
