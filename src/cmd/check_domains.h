#ifndef CMD_CHECK_DOMAINS_H
#define CMD_CHECK_DOMAINS_H

#include <stdbool.h>

struct config;
struct domain_list;
struct options;

/*
 * Look at the domains from outside, as those who send mail to them do, and
 * print what there is to say of each, in their order; `is_behind`: something
 * was printed before.  Returns the exit code: 1 when a point failed, 69 when
 * the resolver does not answer at all, 75 when DNS gave no answer for one or a
 * signal stopped it, 78 when the trust anchor or ca_file cannot be read.
 */
int check_domains(const struct options *, const struct config *,
    const struct domain_list *, bool is_behind);

#endif
