#ifndef UNPACK_CONTAINER_H
#define UNPACK_CONTAINER_H

#include "base/span.h"

/* What a report may be packed in. */
enum container {
	CONTAINER_NONE, /* none of these */
	CONTAINER_JSON, /* "{" or "[" after blanks and a byte order mark */
	CONTAINER_GZIP,
	CONTAINER_ZLIB,
	CONTAINER_ZIP
};

/*
 * What the bytes are, by how they begin.  A label, such as a media type or a
 * file name, is not asked for: it is often wrong.
 */
enum container container_kind(struct span bytes);

#endif
