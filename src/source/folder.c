#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/text.h"
#include "source/folder.h"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+,";

/* A run of base64, six bits a character, in modified UTF-7. */
struct shift {
	char *out;
	unsigned bits, n; /* bits not yet written, and how many */
};

static void
put_unit(struct shift *s, unsigned unit)
{
	s->bits = s->bits << 16 | unit;
	for (s->n += 16; s->n >= 6; s->n -= 6)
		*s->out++ = base64[s->bits >> (s->n - 6) & 63];
	s->bits &= (1U << s->n) - 1;
}

/* Zero bits up to the next character, and back to ASCII. */
static void
end_shift(struct shift *s)
{
	if (s->n > 0)
		*s->out++ = base64[s->bits << (6 - s->n) & 63];
	*s->out++ = '-';
	s->bits = s->n = 0;
}

char *
folder_encode(const char *name)
{
	size_t n = strlen(name), len;
	char *encoded = xmalloc(n * 5 + 8);
	struct shift s = { .out = encoded };
	unsigned c;
	int shifted = 0;

	for (; n > 0; name += len, n -= len) {
		if ((len = text_utf8(name, n, &c)) == 0 || c < 0x20 ||
		    c == 0x7f) {
			free(encoded);
			return NULL;
		}
		if (c < 0x80) {
			if (shifted)
				end_shift(&s);
			shifted = 0;
			*s.out++ = (char)c;
			if (c == '&')
				*s.out++ = '-';
			continue;
		}
		if (!shifted)
			*s.out++ = '&';
		shifted = 1;
		if (c >= 0x10000) {
			put_unit(&s, 0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		put_unit(&s, c);
	}
	if (shifted)
		end_shift(&s);
	*s.out = '\0';
	return encoded;
}

bool
folder_is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0 ||
	       (strcasecmp(a, "INBOX") == 0 && strcasecmp(b, "INBOX") == 0);
}
