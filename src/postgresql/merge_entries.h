#ifndef POSTGRESQL_MERGE_ENTRIES_H
#define POSTGRESQL_MERGE_ENTRIES_H

#include <stddef.h>

struct entries;
struct fault;
struct merge_rows;
struct pg;

enum {
	ENTRY_STATEMENTS = 6 /* that entries_send() sends, at most */
};

/*
 * What all of these reports hold, as parameters of statements: texts, senders,
 * problems, policies, failures and gzip files; but for the reports' numbers,
 * which only the server knows.
 */
struct entries *entries_prepare(const struct merge_rows *);

/*
 * Send what the reports that were added hold.  It is marked as if each of them
 * counted; a later statement (send_choose()) chooses the copy that does.  The
 * entries serve when all rows were added; else, or when they are NULL, those of
 * the rows that were are made here.  `*sent` gets the number of statements that
 * were sent.
 */
int entries_send(struct pg *, struct entries *, const struct merge_rows *,
    size_t *sent, struct fault *);

void entries_free(struct entries *);

#endif
