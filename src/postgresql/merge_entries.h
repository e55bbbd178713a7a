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
 * Send what the reports that were added hold: texts, senders, problems,
 * policies, failures and gzip files.  They are marked as if each of the reports
 * counted; a later statement (send_choose()) chooses the copy that does.
 * `*sent` gets the number of statements that were sent.
 */
int send_entries(
    struct pg *, const struct merge_rows *, size_t *sent, struct fault *);

#endif
