#ifndef INGEST_MAIL_QUEUE_H
#define INGEST_MAIL_QUEUE_H

#include <stdint.h>

struct fault;
struct message;

/*
 * Mails that wait for a thread, which works on one after the other while the
 * caller brings the next ones.  Mails are known by their number: the first one
 * has number 1.  The caller bounds how many wait: none is refused here.
 */
struct mail_queue;

/*
 * What the thread does with a mail; `context` is what the caller added with it.
 * Behind a -1 no other mail is worked on.
 */
typedef int mail_queue_fn(
    void *arg, const struct message *, void *context, struct fault *);

/* Start the thread; NULL when this machine has none left. */
struct mail_queue *mail_queue_start(mail_queue_fn *, void *arg);

/* End the thread and drop what waits; NULL is legal. */
void mail_queue_stop(struct mail_queue *);

/*
 * Add a mail.  Its source and bytes are copied; it must point to nothing else.
 * Returns its number.  The thread gets mails in portions, so it may not begin
 * before mail_queue_hand_over().
 */
uint64_t mail_queue_add(
    struct mail_queue *, const struct message *, void *context);

/* Let the thread have all that was added. */
void mail_queue_hand_over(struct mail_queue *);

/*
 * Wait until the thread is done with that mail, which was handed over, and all
 * before it.  -1 with the fault of the first mail that failed.
 */
int mail_queue_wait(struct mail_queue *, uint64_t number, struct fault *);

/* The caller has stored what came of that mail, and of all before it. */
void mail_queue_tell_stored(struct mail_queue *, uint64_t number);

/* For the thread: wait for that, or for the end of the queue. */
void mail_queue_wait_stored(struct mail_queue *, uint64_t number);

#endif
