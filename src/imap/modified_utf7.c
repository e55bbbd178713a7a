#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "imap/modified_utf7.h"

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

/* A character as UTF-8; NULL when it is none that a name may have. */
static char *
put_utf8(char *out, unsigned c)
{
	if (c < 0x20 || c == 0x7f || (c >= 0xd800 && c < 0xe000))
		return NULL;
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/*
 * The run of base64 at `*name`, behind the "&", up to and with its "-"; where
 * the output ends, or NULL.
 */
static char *
decode_shift(const char **name, char *out)
{
	unsigned bits = 0, n = 0, unit, high = 0;
	const char *digit;

	for (; **name != '-'; ++*name) {
		if (**name == '\0' || (digit = strchr(base64, **name)) == NULL)
			return NULL;
		bits = (bits << 6 | (unsigned)(digit - base64)) & 0xfffff;
		if ((n += 6) < 16)
			continue;
		n -= 16;
		unit = bits >> n & 0xffff;
		if (unit >= 0xd800 && unit < 0xdc00 && high == 0) {
			high = unit;
			continue;
		}
		if (high != 0 && (unit < 0xdc00 || unit >= 0xe000))
			return NULL;
		if (high != 0)
			unit =
			    0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
		high = 0;
		if ((out = put_utf8(out, unit)) == NULL)
			return NULL;
	}
	++*name;
	return high == 0 ? out : NULL;
}

char *
folder_decode(const char *name)
{
	char *decoded = xmalloc(strlen(name) * 2 + 1), *out = decoded;

	while (out != NULL && *name != '\0') {
		if (name[0] == '&' && name[1] == '-') {
			*out++ = '&';
			name += 2;
		} else if (name[0] == '&') {
			name++;
			out = decode_shift(&name, out);
		} else if ((unsigned char)*name >= 0x80) {
			out = NULL;
		} else {
			out = put_utf8(out, (unsigned char)*name++);
		}
	}
	if (out == NULL) {
		free(decoded);
		return NULL;
	}
	*out = '\0';
	return decoded;
}
