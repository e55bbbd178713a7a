#ifndef SURVEY_ASK_DNS_H
#define SURVEY_ASK_DNS_H

#include <stddef.h>

struct domain_view;
struct resolver;

/*
 * Ask DNS everything that `check` wants to know of the domains.  This takes
 * several steps, since one answer leads to the next question; in each step the
 * questions of all domains are asked at once.  Fills in the lookups, the
 * records and the MX hosts with their addresses.  No other server is connected
 * to.
 */
void ask_dns(struct resolver *, struct domain_view **, size_t n);

#endif
