#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "page/html_escape.h"
#include "page/svg.h"

/* Height of a drawing, and of its lowest bar for anything above 0. */
static const double HEIGHT = 100;
static const double LEAST = 2;

enum {
	WITH_GAPS = 120, /* days; with more, bars touch and have no tooltips */
	HEAT_LEVELS = 4
};

static double
height(uint64_t n, uint64_t most)
{
	double h;

	if (n == 0 || most == 0)
		return 0;
	h = (double)n * HEIGHT / (double)most;
	return h < LEAST ? LEAST : h > HEIGHT ? HEIGHT : h;
}

static const char *
bar_width(size_t n_days)
{
	return n_days > WITH_GAPS ? "1" : ".8";
}

static size_t
room(size_t n_days)
{
	return n_days > SVG_LEAST_DAYS ? n_days : SVG_LEAST_DAYS;
}

/* Append to a path: the bar of day `i`, `h` high, standing on `below`. */
static void
bar(FILE *out, size_t i, const char *width, double below, double h)
{
	fprintf(
	    out, "M%zu %.4gh%sv-%.3gh-%sz", i, HEIGHT - below, width, h, width);
}

static void
begin(FILE *out, const char *class, size_t n_days, const char *title)
{
	fprintf(out,
	    "<svg class=\"%s\" viewBox=\"0 0 %zu %.0f\" "
	    "preserveAspectRatio=\"none\" ",
	    class, room(n_days), HEIGHT);
	if (title == NULL)
		fputs("aria-hidden=\"true\">", out);
	else
		html_printf(out, "role=\"img\"><title>%s</title>", title);
}

/* Invisible fields, one a day, whose tooltips have the figures. */
static void
tell_days(FILE *out, const struct svg_bars *b)
{
	size_t i;

	if (b->n_days > WITH_GAPS)
		return;
	fputs("<g class=\"tip\">", out);
	for (i = 0; i < b->n_days; i++) {
		fprintf(out, "<rect x=\"%zu\" width=\"1\" height=\"%.0f\">", i,
		    HEIGHT);
		html_printf(out,
		    "<title>%s: %u sessions, %u failed</title></rect>",
		    b->days[i], b->day[i].sessions, b->day[i].failed);
	}
	fputs("</g>", out);
}

/* The layers of a bar, from the ground up. */
enum layer {
	LAYER_FAILED,
	LAYER_OPEN,
	LAYER_OK,
	N_LAYERS
};

/*
 * The height of a layer, and in `*below` where it begins.  A layer that is
 * raised to be seen at all pushes up those above it.
 */
static double
layer_of(const struct svg_bars *b, size_t i, enum layer wanted, double *below)
{
	const struct overview_day *day = &b->day[i];
	uint64_t well =
	    day->sessions > day->failed ? day->sessions - day->failed : 0;
	uint64_t open = b->open != NULL ? b->open[i] : b->unchecked ? well : 0;
	uint64_t n[N_LAYERS] = { day->failed, open < well ? open : well,
		open < well ? well - open : 0 };
	double h = 0;
	int layer;

	*below = 0;
	for (layer = 0; layer <= (int)wanted; layer++) {
		*below += h;
		h = height(n[layer], b->most);
		if (*below + h > HEIGHT)
			h = HEIGHT - *below;
	}
	return h;
}

static void
draw_bars(FILE *out, const struct svg_bars *b)
{
	static const char *const classes[] = { "bad", "open", "ok" };
	const char *width = bar_width(b->n_days);
	double below, h;
	int layer;
	size_t i;

	for (layer = 0; layer < N_LAYERS; layer++) {
		fprintf(out, "<path class=\"%s\" d=\"", classes[layer]);
		for (i = 0; i < b->n_days; i++)
			if ((h = layer_of(b, i, (enum layer)layer, &below)) > 0)
				bar(out, i, width, below, h);
		fputs("\"/>", out);
	}
	fputs("<path class=\"gap\" d=\"", out);
	for (i = 0; i < b->n_days; i++)
		if (b->day[i].sessions == 0)
			bar(out, i, width, 0, LEAST);
	fputs("\"/>", out);
}

void
svg_bars(FILE *out, const struct svg_bars *b)
{
	begin(out, "plot", b->n_days, b->title);
	fputs("<desc>One bar a day: failed sessions below, the others above "
	      "them; a grey mark where none was reported. The table of the "
	      "figures by day has the same.</desc>"
	      "<path class=\"grid\" d=\"",
	    out);
	fprintf(out, "M0 0H%zuM0 50H%zu\"/>", room(b->n_days), room(b->n_days));
	draw_bars(out, b);
	tell_days(out, b);
	fputs("</svg>", out);
}

void
svg_spark(
    FILE *out, const struct overview_day *day, size_t n_days, bool unchecked)
{
	struct svg_bars bars = {
		.day = day, .n_days = n_days, .most = 1, .unchecked = unchecked
	};
	size_t i;

	for (i = 0; i < n_days; i++)
		if (day[i].sessions > bars.most)
			bars.most = day[i].sessions;
	begin(out, "spark", n_days, NULL);
	draw_bars(out, &bars);
	fputs("</svg>", out);
}

void
svg_strip(FILE *out, const char *title, const uint64_t *day, size_t n_days,
    uint64_t most)
{
	const char *width = bar_width(n_days);
	size_t i;

	begin(out, "strip", n_days, title);
	fputs("<path class=\"bad\" d=\"", out);
	for (i = 0; i < n_days; i++)
		if (day[i] > 0)
			bar(out, i, width, 0, height(day[i], most));
	fputs("\"/></svg>", out);
}

/* Levels go by the logarithm, since senders differ a thousandfold. */
static int
heat_level(uint64_t n, uint64_t most)
{
	double share = log1p((double)n) / log1p((double)most);
	int level = 1 + (int)(share * (double)HEAT_LEVELS);

	return level > HEAT_LEVELS ? HEAT_LEVELS : level;
}

void
svg_heat(FILE *out, const char *title, const struct overview_day *day,
    const bool *reported, size_t n_days, uint64_t most)
{
	const char *width = bar_width(n_days);
	size_t i;
	int level;

	begin(out, "heat", n_days, title);
	for (level = 1; level <= HEAT_LEVELS; level++) {
		fprintf(out, "<path class=\"h%d\" d=\"", level);
		for (i = 0; i < n_days; i++)
			if (reported[i] && heat_level(day[i].sessions,
					       most > 0 ? most : 1) == level)
				bar(out, i, width, 0, HEIGHT);
		fputs("\"/>", out);
	}
	fputs("<path class=\"bad\" d=\"", out);
	for (i = 0; i < n_days; i++)
		if (day[i].failed > 0)
			bar(out, i, width, 0, HEIGHT * 0.4);
	fputs("\"/></svg>", out);
}

void
svg_share(FILE *out, uint64_t part, uint64_t whole)
{
	fprintf(out,
	    "<svg class=\"share\" viewBox=\"0 0 %.0f 1\" "
	    "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect "
	    "class=\"bad\" width=\"%.3g\" height=\"1\"/></svg>",
	    HEIGHT, height(part, whole));
}
