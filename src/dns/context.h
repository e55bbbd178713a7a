#ifndef DNS_CONTEXT_H
#define DNS_CONTEXT_H

struct dns_settings;
struct ub_ctx;

/*
 * A context of libunbound that asks the servers of the settings, in a thread of
 * its own.  `anchor` is the file with the keys of the root, or NULL: nothing is
 * validated.  NULL when it cannot be made, as with a file that cannot be used.
 */
struct ub_ctx *dns_context(const struct dns_settings *, const char *anchor);

/* The file that the settings name, or the system's; NULL for none. */
const char *dns_anchor(const struct dns_settings *);

/* Whom it asks, for messages. */
const char *dns_servers(const struct dns_settings *);

#endif
