#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/span.h"
#include "unpack/gzip_pack.h"

enum {
	/* of reports, which are short, level 6 saves 5 % more in twice the
	   time */
	LEVEL = 1,
	WINDOW_MIN = 9,
	WINDOW_GZIP = 16,  /* added to the window's bits: RFC 1952 */
	WINDOW_MEMORY = 7, /* window bits less memLevel: zlib's own default */
	CHUNK = 64 * 1024,
	OS_UNKNOWN = 255 /* RFC 1952 §2.3.1: the same on every system */
};

/*
 * The bits of the smallest window that holds the whole text.  A larger one
 * would compress no better, and zlib would clear it for nothing.
 */
static int
window_of(size_t n)
{
	int bits = WINDOW_MIN;

	while (bits < MAX_WBITS && (size_t)1 << bits < n)
		bits++;
	return bits;
}

int
pack_gzip(struct span in, struct buf *out)
{
	z_stream zs = { 0 };
	gz_header header = { .os = OS_UNKNOWN };
	size_t before = out->len, room;
	int window = window_of(in.n), rc;

	if (in.n > UINT_MAX)
		return -1;
	if (deflateInit2(&zs, LEVEL, Z_DEFLATED, window + WINDOW_GZIP,
		window - WINDOW_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		out_of_memory();
	deflateSetHeader(&zs, &header);
	zs.next_in = (const unsigned char *)in.p;
	zs.avail_in = (uInt)in.n;
	do {
		zs.next_out = (unsigned char *)buf_room(out, CHUNK, &room);
		room = room < UINT_MAX ? room : UINT_MAX;
		zs.avail_out = (uInt)room;
		rc = room > 0 ? deflate(&zs, Z_FINISH) : Z_BUF_ERROR;
		out->len += room - zs.avail_out;
	} while (rc == Z_OK);
	deflateEnd(&zs);
	if (rc == Z_STREAM_END)
		return 0;
	out->len = before;
	return -1;
}
