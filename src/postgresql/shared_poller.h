#ifndef POSTGRESQL_SHARED_POLLER_H
#define POSTGRESQL_SHARED_POLLER_H

#include "model/shipment.h"

struct fault;
struct pg;
struct poller_state;

/*
 * Send what a poller tells of itself, under its journal, which must be there by
 * then.  The caller waits for the one answer.
 */
int shared_poller_send(struct pg *, const unsigned char journal[SHIPMENT_KEY],
    const struct poller_state *, struct fault *);

#endif
