#ifndef CMD_SHIP_RUN_H
#define CMD_SHIP_RUN_H

#include "ship/ship.h"

struct config;
struct store;

/* The settings of the section [postgresql]. */
void ship_settings_of(const struct config *, struct ship_settings *);

/*
 * Ship at the end of a command that stored reports, if [postgresql] names a
 * service.  `locked`: the caller has the store's lock; else it is taken, and
 * nothing is shipped while another run has it, since that one ships at its end.
 * Returns 0; or, once the last good shipping is older than `grace`, the exit
 * code of the trouble, which was logged.
 */
int ship_after(struct store *, const struct config *, int locked);

#endif
