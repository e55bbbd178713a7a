#include <stdint.h>
#include <string.h>

#include "base/hex.h"
#include "base/span.h"
#include "mime/transfer_encoding.h"

enum {
	SKIP = -1, /* blanks and line ends */
	PAD = -2,
	BAD = -3
};

/* clang-format off */
static const signed char sextet[256] = {
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -1, -1, -1, -1, -1, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
	-1, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, 62, -3, -3, -3, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -3, -3, -3, -2, -3, -3,
	-3,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -3, -3, -3, -3, -3,
	-3, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -3, -3, -3, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
	-3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
};
/* clang-format on */

/* A decoding in progress. */
struct base64 {
	const unsigned char *in, *end;
	unsigned char *out, *out_end;
	uint32_t acc;  /* the sextets not yet written */
	unsigned have; /* how many, 0 to 3 */
};

/* The fast way, for groups of four digits: nearly all of a text is such. */
static void
decode_groups(struct base64 *b)
{
	const unsigned char *p = b->in;
	unsigned char *o = b->out;
	int s0, s1, s2, s3;
	uint32_t v;

	while (b->end - p >= 4 && b->out_end - o >= 3) {
		s0 = sextet[p[0]];
		s1 = sextet[p[1]];
		s2 = sextet[p[2]];
		s3 = sextet[p[3]];
		if ((s0 | s1 | s2 | s3) < 0)
			break;
		v = (uint32_t)(s0 << 18 | s1 << 12 | s2 << 6 | s3);
		o[0] = (unsigned char)(v >> 16);
		o[1] = (unsigned char)(v >> 8);
		o[2] = (unsigned char)v;
		o += 3;
		p += 4;
	}
	b->in = p;
	b->out = o;
}

/* Write the whole bytes of a group of `have` sextets and begin the next. */
static void
end_group(struct base64 *b)
{
	uint32_t v = b->acc << 6 * (4 - b->have);
	unsigned i;

	for (i = 0; i < 3 && i + 1 < b->have && b->out < b->out_end; i++)
		*b->out++ = (unsigned char)(v >> (16 - 8 * i));
	b->acc = 0;
	b->have = 0;
}

size_t
transfer_base64(struct span in, char *out, size_t room, bool *bad)
{
	struct base64 b = { .in = (const unsigned char *)in.p,
		.out = (unsigned char *)out };
	int s;

	*bad = false;
	if (in.n == 0 || room == 0)
		return 0;
	b.end = b.in + in.n;
	b.out_end = b.out + room;
	while (b.in < b.end && b.out < b.out_end) {
		if (b.have == 0) {
			decode_groups(&b);
			if (b.in == b.end || b.out == b.out_end)
				break;
		}
		if ((s = sextet[*b.in++]) >= 0) {
			b.acc = b.acc << 6 | (uint32_t)s;
			if (++b.have == 4)
				end_group(&b);
		} else if (s == PAD && b.have != 1) {
			end_group(&b);
		} else if (s != SKIP) {
			*bad = true;
			break;
		}
	}
	if (b.in == b.end && b.have == 1)
		*bad = true;
	end_group(&b);
	return (size_t)(b.out - (unsigned char *)out);
}

int
transfer_hex(const char *p)
{
	int hi = hex_digit(p[0]), lo = hi == -1 ? -1 : hex_digit(p[1]);

	return lo == -1 ? -1 : hi << 4 | lo;
}

/* The length of a soft line break behind its "=": blanks and a line end. */
static size_t
soft_break(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (i < n && p[i] == '\r')
		for (i++; i < n && p[i] == '\r';)
			i++;
	else if (i == n || p[i] != '\n')
		return 0;
	return i < n && p[i] == '\n' ? i + 1 : i;
}

size_t
transfer_quoted_printable(struct span in, char *out, size_t room)
{
	const char *p = in.p, *end = p + in.n, *equals;
	size_t n = 0, run, left;
	int c;

	while (p < end && n < room) {
		equals = memchr(p, '=', (size_t)(end - p));
		run = (size_t)((equals != NULL ? equals : end) - p);
		run = run < room - n ? run : room - n;
		memcpy(out + n, p, run);
		n += run;
		p += run;
		if (p != equals || n == room)
			continue;
		left = (size_t)(end - p) - 1;
		if (left >= 2 && (c = transfer_hex(p + 1)) != -1) {
			out[n++] = (char)c;
			p += 3;
		} else if ((run = soft_break(p + 1, left)) > 0 || left == 0) {
			p += 1 + run;
		} else {
			out[n++] = *p++;
		}
	}
	return n;
}
