#ifndef SURVEY_LOOK_AT_WEB_TARGETS_H
#define SURVEY_LOOK_AT_WEB_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

struct domain_view;
struct probe;

/*
 * Ask the web servers of the https: URLs that reports on the domains go to,
 * several domains at a time: a GET, or with `post` the test report.  Of a
 * domain the first four are asked.  A view is `is_cut` when a stop came before.
 */
void look_at_web_targets(
    const struct probe *, struct domain_view **, size_t n, bool post);

#endif
