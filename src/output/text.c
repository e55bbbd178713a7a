#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "output/text.h"

void
text_put(FILE *out, const char *s)
{
	char *clean = xstrdup(s);

	text_clean(clean);
	fputs(clean, out);
	free(clean);
}

/* The columns of a UTF-8 string, one a character. */
static size_t
columns(const char *s, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += (s[i] & 0xc0) != 0x80;
	return count;
}

void
text_wrap(FILE *out, const char *prefix, const char *paragraph)
{
	size_t indent = columns(prefix, strlen(prefix)), at = indent, width, n;
	char *clean = xstrdup(paragraph);
	const char *s = clean;

	text_clean(clean);
	fputs(prefix, out);
	while (*(s += strspn(s, " ")) != '\0') {
		n = strcspn(s, " ");
		width = columns(s, n);
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

/* One character outside ASCII, as one or two \u escapes. */
static void
put_escaped(FILE *out, unsigned c)
{
	if (c > 0xffff) {
		c -= 0x10000;
		fprintf(out, "\\u%04x\\u%04x", 0xd800 + (c >> 10),
		    0xdc00 + (c & 0x3ff));
	} else {
		fprintf(out, "\\u%04x", c);
	}
}

void
text_put_json(FILE *out, const char *s)
{
	size_t n = strlen(s), len;
	unsigned c;

	fputc('"', out);
	for (; n > 0; s += len, n -= len) {
		if ((len = text_utf8(s, n, &c)) == 0) {
			c = 0xfffd; /* no valid UTF-8: it stands for that */
			len = 1;
		}
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (int)c);
		else if (c < 0x20 || c > 0x7e)
			put_escaped(out, c);
		else
			fputc((int)c, out);
	}
	fputc('"', out);
}

const char *
text_grouped(uint64_t n, char out[static GROUPED])
{
	char digits[GROUPED];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n), i, at = 0;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}
