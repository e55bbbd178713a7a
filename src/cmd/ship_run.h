#ifndef CMD_SHIP_RUN_H
#define CMD_SHIP_RUN_H

#include "ship/ship.h"

struct config;
struct store;

/* What the section [postgresql] says. */
void ship_settings_of(const struct config *, struct ship_settings *);

/*
 * Ship at the end of a command that stored reports.  Nothing is done without a
 * service, nor while another run has the store's lock, which ships itself.
 * `locked`: the caller has it.  Trouble is told, and its exit code returned,
 * once the last good shipping is older than `grace`; before that 0.
 */
int ship_after(struct store *, const struct config *, int locked);

#endif
