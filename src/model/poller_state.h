#ifndef MODEL_POLLER_STATE_H
#define MODEL_POLLER_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* How a folder of a mailbox is polled, as the shared store is told. */
struct polled_folder {
	const char *mailbox, *folder;
	int64_t uidvalidity, uid; /* how far it was read */
	/* "2026-11-23T00:00:00Z"; NULL: never */
	const char *last_poll, *last_good;
	int64_t status; /* exit code of the last poll; -1: none */
	const char *error;
	int64_t messages, reports;
	int64_t duration; /* milliseconds of the last poll; -1: not known */
};

/* What a poller ships beside its reports. */
struct poller_state {
	const struct polled_folder *folders;
	size_t n_folders;
	int64_t messages;    /* mails and files that it looked at */
	int64_t quarantined; /* entries of quarantine, without conflicts */
	int64_t quarantine_bytes;
	struct arena memory; /* of all that; arena_free() it */
};

#endif
