#ifndef UNPACK_TEXT_FRONT_H
#define UNPACK_TEXT_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum {
	TEXT_FRONT = 8 * 1024 /* bytes that a front has at most */
};

/*
 * The beginnings of the texts in a container, to see what they are before any
 * is unpacked.  The work is bounded by the number of entries, however large
 * the container and its texts are.
 */
struct text_fronts {
	struct span rest;
	/* how long a zip would be at least if the entries so far were all, be
	 * that within the bytes or not; 0: not known, or it is none */
	uint64_t end_at;
	const unsigned char *begin;
	unsigned entries; /* of a zip that may still be looked at */
	bool is_zip;
	char entry[TEXT_FRONT], layer[2][TEXT_FRONT];
};

/*
 * Start with `bytes`, which must outlive it.  Of a zip at most `entries`
 * entries are looked at, from its front.
 */
void text_fronts_begin(
    struct text_fronts *, struct span bytes, unsigned entries);

/*
 * The beginning of the next text, two layers of gzip or zlib undone: true with
 * `*front` set, valid until the next call, and empty for a text that cannot be
 * unpacked; false after the last.  Bytes that are no container are one text.
 */
bool text_fronts_next(struct text_fronts *, struct span *front);

#endif
