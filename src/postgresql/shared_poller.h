#ifndef POSTGRESQL_SHARED_POLLER_H
#define POSTGRESQL_SHARED_POLLER_H

#include "model/shipment.h"

struct fault;
struct pg;
struct poller_state;

/*
 * Send what the shared store keeps of a poller beside its reports: its
 * mailboxes and counts.  Its journal must be there already.  The statement is
 * only sent; the caller waits for its answer.
 */
int shared_poller_send(struct pg *, const unsigned char journal[SHIPMENT_KEY],
    const struct poller_state *, struct fault *);

#endif
