#ifndef STORE_MESSAGES_H
#define STORE_MESSAGES_H

#include <stdint.h>

struct arena;
struct fault;
struct mail_head;
struct message;
struct store;

/*
 * Record a message before its reports; again for the same mailbox, UIDVALIDITY
 * and UID, or the same file, it is the same row.  `*id` gets its number.
 */
int store_add_message(struct store *, const struct message *,
    const struct mail_head *, int64_t *id, struct fault *);

/*
 * "imported", "duplicate", "conflict", "rejected" or "no_report"; for every
 * message added, in the same transaction.  One that was looked at before and
 * holds but duplicates now keeps the verdict it had.
 */
int store_message_verdict(
    struct store *, int64_t id, const char *verdict, struct fault *);

/* The number of the mailbox that a message came from; 0: a file. */
int message_mailbox(
    struct store *, int64_t message, int64_t *mailbox, struct fault *);

/* Text as it may be stored: `s` itself when it is UTF-8, else a clean copy. */
const char *clean_text(struct arena *, const char *s);

#endif
