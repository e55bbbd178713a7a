#ifndef INGEST_PART_SHARE_H
#define INGEST_PART_SHARE_H

#include <stddef.h>
#include <stdint.h>

struct candidates;

/*
 * How many of the `left` bytes that part `i` and the parts after it may add to
 * the store (report/amplification.h) part `i` may take: a share by its size,
 * but at least an equal one, so that something is left for the parts after it.
 */
uint64_t part_share(const struct candidates *, size_t i, uint64_t left);

#endif
