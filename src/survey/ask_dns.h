#ifndef SURVEY_ASK_DNS_H
#define SURVEY_ASK_DNS_H

#include <stddef.h>

struct domain_view;
struct resolver;

/*
 * Ask DNS all that there is to know of the domains, side by side: of each step
 * all questions of all domains at once.  Fills in the lookups, the records and
 * the MX hosts with their addresses; nothing is fetched and no server tried.
 */
void ask_dns(struct resolver *, struct domain_view **, size_t n);

#endif
