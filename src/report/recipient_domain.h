#ifndef REPORT_RECIPIENT_DOMAIN_H
#define REPORT_RECIPIENT_DOMAIN_H

struct report_parser;

/*
 * Set the recipient domain of each policy, put another domain in place of a
 * policy-domain that is missing (R35), and mark policies about domains that
 * are not ours as skipped (R51).
 */
void recipient_domains_settle(struct report_parser *);

#endif
