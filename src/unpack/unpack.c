#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "model/limits.h"
#include "unpack/container.h"
#include "unpack/inflate.h"
#include "unpack/unpack.h"
#include "unpack/unzip.h"

enum {
	LAYERS = 2 /* of gzip or zlib that are undone; also inside a zip */
};

struct unpack {
	struct span bytes;
	const struct limits *limits;
	struct unzip *zip; /* NULL: it is none */
	bool begun;
	bool is_gzip_file; /* the last text was packed in one gzip file alone */
	struct buf packed; /* what is still to be inflated */
};

struct unpack *
unpack_open(struct span bytes, const struct limits *limits)
{
	struct unpack *u = xcalloc(1, sizeof *u);

	u->bytes = bytes;
	u->limits = limits;
	return u;
}

bool
unpack_is_gzip_file(const struct unpack *u)
{
	return u->is_gzip_file;
}

static bool
is_stream(struct span s)
{
	enum container kind = container_kind(s);

	return kind == CONTAINER_GZIP || kind == CONTAINER_ZLIB;
}

static int
inflate_stream(struct span packed, struct buf *text, struct findings *fs)
{
	if (container_kind(packed) == CONTAINER_GZIP)
		return inflate_gzip(packed, text, fs);
	findings_add(fs, CODE_CONTAINER_ZLIB, "zlib");
	return inflate_zlib(packed, text, fs);
}

/* Undo the layers that are left, `undone` being those undone before. */
static int
undo_layers(
    struct unpack *u, unsigned undone, struct buf *text, struct findings *fs)
{
	for (; undone < LAYERS && is_stream(buf_span(text)); undone++) {
		u->is_gzip_file = false;
		u->packed.max = text->max;
		buf_reset(&u->packed);
		buf_append(&u->packed, text->data, text->len);
		buf_reset(text);
		if (inflate_stream(buf_span(&u->packed), text, fs) == -1)
			return -1;
	}
	return 1;
}

static int
next_entry(struct unpack *u, struct buf *text, struct findings *fs)
{
	int rc;

	findings_add(fs, CODE_CONTAINER_ZIP, "zip");
	if (u->zip == NULL &&
	    (u->zip = unzip_open(u->bytes, u->limits, fs)) == NULL)
		return -1;
	rc = unzip_next(u->zip, text, fs);
	return rc == 1 ? undo_layers(u, 0, text, fs) : rc;
}

int
unpack_next(struct unpack *u, struct buf *text, struct findings *fs)
{
	buf_reset(text);
	u->is_gzip_file = false;
	if (u->zip != NULL)
		return next_entry(u, text, fs);
	if (u->begun)
		return 0;
	u->begun = true;
	if (container_kind(u->bytes) == CONTAINER_ZIP)
		return next_entry(u, text, fs);
	u->is_gzip_file = container_kind(u->bytes) == CONTAINER_GZIP;
	if (is_stream(u->bytes))
		return inflate_stream(u->bytes, text, fs) == -1
			   ? -1
			   : undo_layers(u, 1, text, fs);
	if (buf_append(text, u->bytes.p, u->bytes.n) == 0)
		return 1;
	return findings_reject(
	    fs, CODE_JSON_TOO_LARGE, "over %zu bytes", text->max);
}

void
unpack_close(struct unpack *u)
{
	if (u == NULL)
		return;
	unzip_close(u->zip);
	buf_free(&u->packed);
	free(u);
}
