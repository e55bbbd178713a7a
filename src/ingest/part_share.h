#ifndef INGEST_PART_SHARE_H
#define INGEST_PART_SHARE_H

#include <stddef.h>
#include <stdint.h>

struct candidates;

/*
 * What part `i` of a mail may take of the bytes that its parts from `i` on may
 * add to the store (report/amplification.h): its share by its size, and not
 * less than an equal one, so that the reports behind it have theirs.
 */
uint64_t part_share(const struct candidates *, size_t i, uint64_t left);

#endif
