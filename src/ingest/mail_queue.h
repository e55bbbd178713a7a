#ifndef INGEST_MAIL_QUEUE_H
#define INGEST_MAIL_QUEUE_H

#include <stdint.h>

struct fault;
struct message;

/*
 * Mails that wait for a thread, which works on one after the other while the
 * caller brings the next ones.  Each mail has a number; the first has 1.  The
 * queue takes any number of mails: the caller bounds how many wait.
 */
struct mail_queue;

/*
 * What the thread does with a mail; `context` is what the caller added with it.
 * After a -1 the thread works on no other mail.
 */
typedef int mail_queue_fn(
    void *arg, const struct message *, void *context, struct fault *);

/* Start the thread; NULL when the system does not let us have one. */
struct mail_queue *mail_queue_start(mail_queue_fn *, void *arg);

/* End the thread, after the mail that it is at, and drop those that wait; NULL
 * is legal. */
void mail_queue_stop(struct mail_queue *);

/*
 * Add a mail.  Its source and bytes are copied; it must point to nothing else.
 * Returns its number.  The thread gets mails in portions: it may see this one
 * only after mail_queue_hand_over().
 */
uint64_t mail_queue_add(
    struct mail_queue *, const struct message *, void *context);

/* Let the thread have all that was added. */
void mail_queue_hand_over(struct mail_queue *);

/*
 * Wait until the thread is done with the mail of that number and all before it;
 * they must have been handed over.  -1 with the fault of the first mail that
 * failed.
 */
int mail_queue_wait(struct mail_queue *, uint64_t number, struct fault *);

/* Tell the thread that what came of that mail, and of all before it, is stored.
 */
void mail_queue_tell_stored(struct mail_queue *, uint64_t number);

/* For the thread: wait until that was told, or mail_queue_stop() was called. */
void mail_queue_wait_stored(struct mail_queue *, uint64_t number);

#endif
