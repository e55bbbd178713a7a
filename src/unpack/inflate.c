#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "unpack/inflate.h"

enum {
	WINDOW_GZIP = MAX_WBITS + 16,
	CHUNK = 64 * 1024
};

struct inflation {
	z_stream zs;
	struct span in;
	struct buf *out;
};

static bool
is_gzip(const z_stream *zs)
{
	return zs->avail_in >= 2 && zs->next_in[0] == 0x1f &&
	       zs->next_in[1] == 0x8b;
}

static size_t
offset(const struct inflation *i)
{
	return i->in.n - i->zs.avail_in;
}

/*
 * Inflate into the room that the buffer has.  Once it is full, a spare byte
 * tells whether the data ends there or goes on: `*over`.
 */
static int
step(struct inflation *i, bool *over)
{
	unsigned char spare = 0;
	size_t room;
	char *to = buf_room(i->out, CHUNK, &room);
	int rc;

	room = room < UINT_MAX ? room : UINT_MAX;
	i->zs.next_out = room > 0 ? (unsigned char *)to : &spare;
	i->zs.avail_out = room > 0 ? (uInt)room : 1;
	rc = inflate(&i->zs, Z_FINISH); /* lets zlib do without a window */
	if (room == 0) {
		*over = i->zs.avail_out == 0;
		return rc;
	}
	i->out->len += room - i->zs.avail_out;
	return rc == Z_BUF_ERROR && i->zs.avail_out == 0 ? Z_OK : rc;
}

static int
refuse(const struct inflation *i, int rc, bool over, struct findings *fs)
{
	if (over)
		return findings_reject(fs, CODE_DECOMPRESSED_TOO_LARGE,
		    "over %zu bytes", i->out->max);
	if (rc == Z_MEM_ERROR)
		out_of_memory();
	if (rc == Z_BUF_ERROR)
		return findings_reject(fs, CODE_GZIP_TRUNCATED,
		    "byte %zu: the end is missing", offset(i));
	return findings_reject(fs, CODE_GZIP_INVALID, "byte %zu: %s", offset(i),
	    i->zs.msg != NULL ? i->zs.msg : zError(rc));
}

/*
 * Inflate members until one is broken or none follows.  Returns Z_STREAM_END
 * when all is well.
 */
static int
run(struct inflation *i, bool gzip, bool *over, struct findings *fs)
{
	int rc;

	for (;;) {
		do
			rc = step(i, over);
		while (rc == Z_OK && !*over);
		if (*over || rc != Z_STREAM_END || i->zs.avail_in == 0)
			return rc;
		if (!gzip || !is_gzip(&i->zs)) {
			findings_add(fs, CODE_GZIP_TRAILING_DATA,
			    "byte %zu: %u bytes more", offset(i),
			    i->zs.avail_in);
			return rc;
		}
		findings_add(fs, CODE_GZIP_MULTI_MEMBER, "byte %zu", offset(i));
		inflateReset(&i->zs);
	}
}

static int
inflate_all(struct span in, bool gzip, struct buf *out, struct findings *fs)
{
	struct inflation i = { .in = in, .out = out };
	size_t before = out->len;
	bool over = false;
	int rc;

	if (in.n > UINT_MAX)
		return findings_reject(
		    fs, CODE_MESSAGE_TOO_LARGE, "%zu bytes", in.n);
	i.zs.next_in = (const unsigned char *)in.p;
	i.zs.avail_in = (uInt)in.n;
	if (inflateInit2(&i.zs, gzip ? WINDOW_GZIP : MAX_WBITS) != Z_OK)
		out_of_memory();
	rc = run(&i, gzip, &over, fs);
	if (rc != Z_STREAM_END || over)
		refuse(&i, rc, over, fs);
	inflateEnd(&i.zs);
	if (rc == Z_STREAM_END && !over)
		return 0;
	out->len = before;
	return -1;
}

int
inflate_gzip(struct span in, struct buf *out, struct findings *fs)
{
	return inflate_all(in, true, out, fs);
}

int
inflate_zlib(struct span in, struct buf *out, struct findings *fs)
{
	return inflate_all(in, false, out, fs);
}

size_t
inflate_front(
    struct span in, enum inflate_format format, void *out, size_t room)
{
	static const int bits[] = { [INFLATE_GZIP] = WINDOW_GZIP,
		[INFLATE_ZLIB] = MAX_WBITS,
		[INFLATE_RAW] = -MAX_WBITS };
	z_stream zs = { .next_out = out };

	zs.next_in = (const unsigned char *)in.p;
	zs.avail_in = (uInt)(in.n < UINT_MAX ? in.n : UINT_MAX);
	zs.avail_out = (uInt)(room < UINT_MAX ? room : UINT_MAX);
	if (inflateInit2(&zs, bits[format]) != Z_OK)
		out_of_memory();
	if (inflate(&zs, Z_SYNC_FLUSH) == Z_MEM_ERROR)
		out_of_memory();
	inflateEnd(&zs);
	return room - zs.avail_out;
}
