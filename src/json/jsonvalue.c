#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/jsontext.h"

void
jsontext_free(struct jsontext *t)
{
	free(t->node);
	*t = (struct jsontext){ 0 };
}

void
jsontext_place(struct span text, size_t offset, size_t *line, size_t *column)
{
	size_t i;

	*line = *column = 1;
	for (i = 0; i < offset && i < text.n; i++) {
		if (text.p[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)text.p[i] & 0xc0) != 0x80) {
			++*column;
		}
	}
}

struct span
jsontext_raw(const struct jsontext *t, const struct jsontext_node *n)
{
	if (n->type == JSONTEXT_STRING)
		return (struct span){ t->text.p + n->at + 1, n->len - 2 };
	return (struct span){ t->text.p + n->at, n->len };
}

/* The four digits of a checked \u escape. */
static unsigned
unit(const char *p)
{
	unsigned v = 0;
	int i;

	for (i = 0; i < 4; i++)
		v = v * 16 + ((unsigned)p[i] & 0xfU) + (p[i] > '9' ? 9 : 0);
	return v;
}

/* The character of the escape at `p`, and how many bytes the escape has. */
static unsigned
escaped(const char *p, size_t *len)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *f;
	unsigned u;

	*len = 2;
	if (p[1] == 'u') {
		u = unit(p + 2);
		*len = 6;
		if (u < 0xd800 || u > 0xdbff)
			return u;
		*len = 12;
		return 0x10000 + ((u & 0x3ff) << 10 | (unit(p + 8) & 0x3ff));
	}
	f = strchr(from, p[1]);
	return f != NULL ? (unsigned char)to[f - from] : (unsigned char)p[1];
}

size_t
jsontext_unescape(struct span raw, char *out)
{
	size_t i, n = 0, len, width;
	char c[4];

	for (i = 0; i < raw.n; i += len) {
		len = width = 1;
		if (raw.p[i] == '\\')
			width = utf8_encode(escaped(raw.p + i, &len), c);
		else
			c[0] = raw.p[i];
		if (out != NULL)
			memcpy(out + n, c, width);
		n += width;
	}
	return n;
}

size_t
jsontext_undo_pairs(struct span raw, char *out)
{
	size_t i, n = 0, len;
	unsigned c;

	for (i = 0; i < raw.n; i += len) {
		len = 1;
		if (raw.p[i] == '\\' &&
		    (c = escaped(raw.p + i, &len)) > 0xffff) {
			n += utf8_encode(c, out + n);
		} else {
			memcpy(out + n, raw.p + i, len);
			n += len;
		}
	}
	return n;
}

struct span
jsontext_front(struct span raw, size_t max)
{
	size_t i, len;
	unsigned cp;

	if (raw.n <= max)
		return raw;
	for (i = 0; i < max; i += len) {
		if (raw.p[i] == '\\')
			escaped(raw.p + i, &len);
		else if ((len = text_utf8(raw.p + i, raw.n - i, &cp)) == 0)
			break;
		if (i + len > max)
			break;
	}
	raw.n = i;
	return raw;
}
