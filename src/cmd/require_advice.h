#ifndef CMD_REQUIRE_ADVICE_H
#define CMD_REQUIRE_ADVICE_H

struct config;
struct fault;
struct judged_overview;
struct store;

/*
 * Complete what was judged by what the configuration says of `dkim = require`:
 * whether every mailbox has it, and which mailboxes refuse more than half of
 * their reports since nobody vouches for them.
 */
int require_advice_read(struct judged_overview *, struct store *,
    const struct config *, struct fault *);

#endif
