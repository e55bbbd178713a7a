#ifndef POSTGRESQL_MERGE_ENTRIES_H
#define POSTGRESQL_MERGE_ENTRIES_H

#include <stddef.h>

struct fault;
struct merge_rows;
struct pg;

enum {
	ENTRY_STATEMENTS = 6 /* that send_entries() sends, at most */
};

/*
 * Send what there is of the reports that were added: texts, senders, problems,
 * policies, failures and bytes.  They are sent as if the report counted; which
 * copy does is chosen behind them.  `*sent` gets the number of statements.
 */
int send_entries(
    struct pg *, const struct merge_rows *, size_t *sent, struct fault *);

#endif
