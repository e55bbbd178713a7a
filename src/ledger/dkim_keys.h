#ifndef LEDGER_DKIM_KEYS_H
#define LEDGER_DKIM_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct arena;
struct fault;
struct store;

/*
 * The DKIM keys by which signatures were found valid, with the days on which
 * DNS had them.  Reporters change their keys and take the old ones out of DNS;
 * a mail of that time that is read later can be judged all the same.
 */
enum {
	DKIM_KEY_BYTES = 2048 /* of a record; a longer one is not kept */
};

/* Note that DNS has that record today, in the transaction of its mail. */
int store_note_dkim_key(struct store *, const char *name, struct span record,
    int64_t today, struct fault *);

/*
 * The records of a name that DNS had when a mail arrived: seen at most seven
 * days after and one day before, newest first.  At most `room` of them go into
 * `record`, in the arena; `*n` gets their number.  Times are seconds since 1970
 * UTC.
 */
int store_find_dkim_keys(struct store *, const char *name, int64_t arrival,
    struct arena *, struct span *record, size_t room, size_t *n,
    struct fault *);

#endif
