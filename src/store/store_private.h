#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "base/arena.h"
#include "model/report_identity.h"
#include "store/store.h"
#include "store/totals.h"

/* What a store is made of; for the rooms that write it: store, ledger, upkeep.
 */

struct prepared;

enum {
	PREPARED_BUCKETS = 64,
	KEPT_STATEMENTS = 64,	 /* that were put together at run time */
	BUSY_TIMEOUT = 10 * 1000 /* ms to wait for another writer */
};

struct store {
	sqlite3 *db;
	char *path; /* as given, for messages */
	char *file; /* absolute and without links; "" in memory */
	/* when it was opened: the inode of its log, and what is in its file */
	ino_t log_number;
	struct file_state {
		int64_t size;	  /* bytes; 0: it could not be read */
		uint32_t changes; /* the file change counter of its header */
	} opened;
	enum store_access access;
	int lock; /* descriptor of the poll's lock; -1: not locked */
	struct prepared
	    *prepared[PREPARED_BUCKETS]; /* statements, by address */
	struct kept_statement {
		char *key; /* of struct sql_again */
		sqlite3_stmt *stmt;
	} kept[KEPT_STATEMENTS];
	size_t next_kept;      /* counts on */
	struct tally tally;    /* of the open transaction */
	struct rollup *rollup; /* of the open transaction; NULL: none yet */
	/* whose rollups are counted anew before the commit */
	struct days_to_recount {
		int64_t *day; /* its midnight, seconds since 1970 UTC */
		size_t n, room;
	} days_to_recount;
	/* the message added or looked up last, and the folder it came from */
	int64_t message, message_mailbox;
	bool message_is_new;
	bool view;	   /* store_begin_view() began the transaction */
	int64_t size;	   /* of a mirror: bytes of what it mirrors */
	int64_t page_size; /* bytes */
	int64_t waited_at; /* bytes of the log when readers were waited for */
	struct identity_hash identity_hash;
	struct arena scratch; /* of the call in progress */
};

/* Open the one transaction of a STORE_TRY store, unless it is open. */
int store_begin_try(struct store *, struct fault *);

#endif
