#ifndef IMAP_KNOWN_UIDS_H
#define IMAP_KNOWN_UIDS_H

#include <stdbool.h>
#include <stdint.h>

struct imap;

/*
 * Whether the folder that is open has no mail between two UIDs, `a` below `b`:
 * by what imap_sizes() listed, or because no number lies between them.
 */
bool known_uids_adjoin(const struct imap *, uint32_t a, uint32_t b);

#endif
