#ifndef OUTPUT_TERMINAL_TEXT_H
#define OUTPUT_TERMINAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct arena;

enum {
	TEXT_WIDTH = 80,
	GROUPED = 48 /* bytes that text_grouped() needs */
};

/* How text_wrap_words() divides a text into lines. */
struct text_lines {
	size_t indent;	 /* blanks before each line but the first */
	size_t width;	 /* columns of a line, the indent with them */
	const char *end; /* behind each line but the last; "" */
	bool cut; /* cut words that fit on no line; else they stay whole */
};

/*
 * Print the words of a text, made fit for people by printable(), and a newline.
 * The first word begins at column `at`, up to which the line was printed
 * before. No line breaks between a number and its "%".
 */
void text_wrap_words(
    FILE *, const char *text, size_t at, const struct text_lines *);

/*
 * Print a paragraph of at most TEXT_WIDTH columns: `prefix` before the first
 * line, as many blanks before the others.  Longer words are cut.
 */
void text_wrap(FILE *, const char *prefix, const char *paragraph);

/* The same for a command: where it goes on, a line ends with a backslash. */
void text_wrap_command(FILE *, const char *prefix, const char *command);

/* `s`, or as much of it as fits into so many columns, and a mark. */
const char *text_clip(
    struct arena *, const char *s, size_t columns, bool ascii);

/* A string made fit for people by printable(). */
void text_put(FILE *, const char *);

/*
 * "1,234,567"; sums stay at 2^63-1 when they get there, and are followed by
 * " or more" then.  Returns `out`.
 */
const char *text_grouped(uint64_t n, char out[static GROUPED]);

/* Bytes as "712 KB", "46.3 MB", "2.5 GB", by thousands.  Returns `out`. */
const char *text_size(uint64_t bytes, char out[static GROUPED]);

#endif
