#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "unpack/container.h"
#include "unpack/inflate.h"
#include "unpack/unpack.h"
#include "unpack/unzip.h"

struct unpack {
	struct span bytes;
	const struct limits *limits;
	bool begun;
	struct unzip *zip;
};

struct unpack *
unpack_open(struct span bytes, const struct limits *limits)
{
	struct unpack *u = xcalloc(1, sizeof *u);

	u->bytes = bytes;
	u->limits = limits;
	return u;
}

static int
first_of_zip(struct unpack *u, struct buf *text, struct findings *fs)
{
	findings_add(fs, CODE_CONTAINER_ZIP, "zip");
	if ((u->zip = unzip_open(u->bytes, u->limits, fs)) == NULL)
		return -1;
	return unzip_next(u->zip, text, fs);
}

int
unpack_next(struct unpack *u, struct buf *text, struct findings *fs)
{
	buf_reset(text);
	if (u->zip != NULL) {
		findings_add(fs, CODE_CONTAINER_ZIP, "zip");
		return unzip_next(u->zip, text, fs);
	}
	if (u->begun)
		return 0;
	u->begun = true;
	switch (container_kind(u->bytes)) {
	case CONTAINER_ZIP:
		return first_of_zip(u, text, fs);
	case CONTAINER_GZIP:
		return inflate_gzip(u->bytes, text, fs) == 0 ? 1 : -1;
	case CONTAINER_ZLIB:
		findings_add(fs, CODE_CONTAINER_ZLIB, "zlib");
		return inflate_zlib(u->bytes, text, fs) == 0 ? 1 : -1;
	case CONTAINER_JSON:
	case CONTAINER_NONE:
		break;
	}
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
	free(u);
}
