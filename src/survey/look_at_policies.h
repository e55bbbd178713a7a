#ifndef SURVEY_LOOK_AT_POLICIES_H
#define SURVEY_LOOK_AT_POLICIES_H

#include <stddef.h>

struct domain_view;
struct probe;

/*
 * Fetch the policies of the domains whose policy host has an address, several
 * at a time.  A view's `is_cut` is set when a stop came before its policy was
 * fetched.
 */
void look_at_policies(const struct probe *, struct domain_view **, size_t n);

#endif
