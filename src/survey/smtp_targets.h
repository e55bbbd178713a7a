#ifndef SURVEY_SMTP_TARGETS_H
#define SURVEY_SMTP_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

struct domain_view;
struct probe;

/*
 * The addresses of MX hosts that a run looks at.  Each is looked at once,
 * however many domains share it.
 */
struct smtp_targets;

struct smtp_targets *smtp_targets_new(const struct probe *);
void smtp_targets_free(struct smtp_targets *); /* NULL is legal */

/*
 * Look at the MX hosts of the domains that were not looked at before, with
 * several threads, but one connection at a time to an address.  Each `host` of
 * the views gets what was found at its addresses.  A domain may take six times
 * the time-out in all.  A view's `is_cut` is set when a stop came before its
 * hosts were looked at.
 */
void smtp_targets_look(struct smtp_targets *, struct domain_view **, size_t n);

/* Whether a host of the Internet has answered on port 25 in this run. */
bool smtp_targets_answered(const struct smtp_targets *);

#endif
