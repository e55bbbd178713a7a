#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/printable.h"
#include "output/display_width.h"
#include "output/terminal_text.h"

void
text_put(FILE *out, const char *s)
{
	char *text = printable(s);

	fputs(text, out);
	free(text);
}

/* Up to the next blank at which a line may break: a number keeps its "%". */
static size_t
word_length(const char *s)
{
	size_t n = strcspn(s, " ");

	while (s[n] == ' ' && s[n + 1] == '%')
		n += 2 + strcspn(s + n + 2, " ");
	return n;
}

void
text_wrap_words(
    FILE *out, const char *text, size_t at, const struct text_lines *l)
{
	char *clean = printable(text);
	const char *s = clean;
	size_t n, width;
	bool is_first = true;

	for (; *(s += strspn(s, " ")) != '\0'; s += n) {
		n = word_length(s);
		if (l->cut && width_text(s, n) > l->width - l->indent)
			n = width_fitting(s, n, l->width - l->indent);
		width = width_text(s, n);
		if (!is_first && at + 1 + width > l->width) {
			fprintf(out, "%s\n%*s", l->end, (int)l->indent, "");
			at = l->indent;
		} else if (!is_first) {
			fputc(' ', out);
			at++;
		}
		fwrite(s, 1, n, out);
		at += width;
		is_first = false;
	}
	fputc('\n', out);
	free(clean);
}

void
text_wrap(FILE *out, const char *prefix, const char *paragraph)
{
	size_t at = width_text(prefix, strlen(prefix));

	fputs(prefix, out);
	text_wrap_words(out, paragraph, at,
	    &(struct text_lines){
		.indent = at, .width = TEXT_WIDTH, .end = "", .cut = true });
}

void
text_wrap_command(FILE *out, const char *prefix, const char *command)
{
	static const char end[] = " \\";
	size_t at = width_text(prefix, strlen(prefix));

	fputs(prefix, out);
	text_wrap_words(out, command, at,
	    &(struct text_lines){ .indent = at + 4,
		.width = TEXT_WIDTH - strlen(end),
		.end = end });
}

const char *
text_clip(struct arena *mem, const char *s, size_t columns, bool ascii)
{
	const char *mark = ascii ? "..." : "\xe2\x80\xa6";
	size_t room = ascii ? 3 : 1, n = strlen(s);

	if (width_text(s, n) <= columns)
		return s;
	return arena_printf(
	    mem, "%.*s%s", (int)width_fitting(s, n, columns - room), s, mark);
}

const char *
text_grouped(uint64_t n, char out[static GROUPED])
{
	char digits[32];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n), i, at = 0;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	if (n >= INT64_MAX) /* a sum that stayed there */
		strcpy(out + at, " or more");
	return out;
}

const char *
text_size(uint64_t bytes, char out[static GROUPED])
{
	double n = (double)bytes;

	if (n < 1e6)
		snprintf(out, GROUPED, "%.0f KB", n / 1e3);
	else if (n < 1e9)
		snprintf(out, GROUPED, "%.1f MB", n / 1e6);
	else
		snprintf(out, GROUPED, "%.1f GB", n / 1e9);
	return out;
}
