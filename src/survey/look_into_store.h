#ifndef SURVEY_LOOK_INTO_STORE_H
#define SURVEY_LOOK_INTO_STORE_H

#include <stddef.h>

struct domain_view;
struct fault;
struct store;

/*
 * Add to the views what the store holds about their domains: what senders saw
 * in the newest days, which problems are open, and which mailbox got the
 * reports.
 */
int look_into_store(
    struct store *, struct domain_view **, size_t n, struct fault *);

#endif
