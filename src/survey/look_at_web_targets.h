#ifndef SURVEY_LOOK_AT_WEB_TARGETS_H
#define SURVEY_LOOK_AT_WEB_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

struct domain_view;
struct probe;

/*
 * Ask the web servers of the https: URLs that reports on the domains go to,
 * several domains at a time: with a GET, or with `post` by POSTing the test
 * report.  Only the first four URLs of a domain are asked.  A view's `is_cut`
 * is set when a stop came before that.
 */
void look_at_web_targets(
    const struct probe *, struct domain_view **, size_t n, bool post);

#endif
