#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "net/deflate.h"

enum {
	RAW = -MAX_WBITS, /* no header */
	MEMORY = 8,
	CHUNK = 4096
};

struct deflate {
	z_stream in, out;
	struct buf packed;
};

struct deflate *
deflate_new(void)
{
	struct deflate *d = xcalloc(1, sizeof *d);

	if (inflateInit2(&d->in, RAW) != Z_OK ||
	    deflateInit2(&d->out, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW,
		MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		out_of_memory();
	d->packed.max = SIZE_MAX / 2;
	return d;
}

void
deflate_free(struct deflate *d)
{
	if (d == NULL)
		return;
	inflateEnd(&d->in);
	deflateEnd(&d->out);
	buf_free(&d->packed);
	free(d);
}

void
deflate_give(struct deflate *d, struct span packed)
{
	d->in.next_in = (const Bytef *)packed.p;
	d->in.avail_in = (uInt)packed.n;
}

ssize_t
deflate_take(struct deflate *d, void *out, size_t n)
{
	int zrc;

	d->in.next_out = out;
	d->in.avail_out = (uInt)n;
	zrc = inflate(&d->in, Z_SYNC_FLUSH);
	if (zrc == Z_MEM_ERROR)
		out_of_memory();
	if (d->in.avail_out < n)
		return (ssize_t)(n - d->in.avail_out);
	/* the stream goes on as long as the connection */
	return zrc == Z_OK || zrc == Z_BUF_ERROR ? 0 : -1;
}

struct span
deflate_pack(struct deflate *d, struct span bytes)
{
	size_t room;

	buf_reset(&d->packed);
	d->out.next_in = (const Bytef *)bytes.p;
	d->out.avail_in = (uInt)bytes.n;
	do {
		d->out.next_out = (Bytef *)buf_room(&d->packed, CHUNK, &room);
		d->out.avail_out = room < UINT_MAX ? (uInt)room : UINT_MAX;
		room = d->out.avail_out;
		deflate(&d->out, Z_SYNC_FLUSH);
		d->packed.len += room - d->out.avail_out;
	} while (d->out.avail_out == 0);
	return buf_span(&d->packed);
}
