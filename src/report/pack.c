#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "report/pack.h"

enum {
	LEVEL = 6,
	MEMORY = 8, /* deflateInit()'s own */
	WINDOW_GZIP = MAX_WBITS + 16,
	CHUNK = 64 * 1024,
	OS_UNKNOWN = 255 /* RFC 1952 §2.3.1: the same on every system */
};

int
pack_gzip(struct span in, struct buf *out)
{
	z_stream zs = { 0 };
	gz_header header = { .os = OS_UNKNOWN };
	size_t before = out->len, room;
	int rc;

	if (in.n > UINT_MAX)
		return -1;
	if (deflateInit2(&zs, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY,
		Z_DEFAULT_STRATEGY) != Z_OK)
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
