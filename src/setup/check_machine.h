#ifndef SETUP_CHECK_MACHINE_H
#define SETUP_CHECK_MACHINE_H

#include <stdbool.h>

struct checklist;
struct config;

/*
 * Look at what a poll needs on this machine, except the mailboxes: the
 * configuration, the store, the CSV folder, the views, the shared store, the
 * resolver.  A poll does not fail for a point that is well here.  Nothing is
 * changed.  `resolver` is "ADDRESS[@PORT]" to ask in place of the
 * configuration's, or NULL.  Returns whether DNS answers.
 */
bool check_machine(
    const struct config *, const char *resolver, struct checklist *);

#endif
