#include <inttypes.h>
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
text_wrap(FILE *out, const char *prefix, const char *paragraph)
{
	size_t indent = width_text(prefix, strlen(prefix)), at = indent, width,
	       n;
	char *clean = printable(paragraph);
	const char *s = clean;

	fputs(prefix, out);
	while (*(s += strspn(s, " ")) != '\0') {
		n = word_length(s);
		/* what fits on no line is cut */
		if (width_text(s, n) > TEXT_WIDTH - indent)
			n = width_fitting(s, n, TEXT_WIDTH - indent);
		width = width_text(s, n);
		if (at > indent && at + 1 + width > TEXT_WIDTH) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			fputc(' ', out);
			at++;
		}
		fwrite(s, 1, n, out);
		at += width;
		s += n;
	}
	fputc('\n', out);
	free(clean);
}

void
text_wrap_command(FILE *out, const char *prefix, const char *command)
{
	size_t indent = width_text(prefix, strlen(prefix)), at = indent, width,
	       n;
	char *clean = printable(command);
	const char *s = clean;

	fputs(prefix, out);
	while (*(s += strspn(s, " ")) != '\0') {
		n = strcspn(s, " ");
		width = width_text(s, n);
		/* room for the blank before and the backslash behind */
		if (at > indent && at + 1 + width + 2 > TEXT_WIDTH) {
			fprintf(out, " \\\n%*s", (int)indent + 4, "");
			at = indent + 4;
		} else if (at > indent) {
			fputc(' ', out);
			at++;
		}
		fwrite(s, 1, n, out);
		at += width;
		s += n;
	}
	fputc('\n', out);
	free(clean);
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
