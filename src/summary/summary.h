#ifndef SUMMARY_SUMMARY_H
#define SUMMARY_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct words;

struct summary_style {
	bool colour;
	bool all;     /* every domain and every finding, however many */
	size_t lines; /* of the screen; at least SUMMARY_LINES */
	int64_t now;  /* for the age of the data */
};

enum {
	SUMMARY_LINES = 24
};

/*
 * What matters, 80 columns wide, worst first, as much as fits on the screen;
 * six lines when nothing is wrong.
 */
void summary_print(FILE *, const struct words *, const struct summary_style *);

#endif
