#ifndef SETUP_CHECK_MACHINE_H
#define SETUP_CHECK_MACHINE_H

#include <stdbool.h>

struct checklist;
struct config;

/*
 * Look at what a poll needs on this machine, but for the mailboxes: the
 * configuration, the store, the CSV folder, the resolver.  What is well here
 * does not fail there.  Nothing is changed; `resolver` is "ADDRESS[@PORT]" in
 * the place of the configuration's, or NULL.  Returns whether DNS answers.
 */
bool check_machine(
    const struct config *, const char *resolver, struct checklist *);

#endif
