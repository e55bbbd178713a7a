#ifndef CMD_DOMAIN_ARGUMENTS_H
#define CMD_DOMAIN_ARGUMENTS_H

#include <stdbool.h>

struct arena;
struct config;
struct domain_list;
struct options;

/* Whether the command line names domains, or a file of them. */
bool domain_arguments_given(const struct options *);

/*
 * The domains that arguments and --from-file name, as A-labels, each once and
 * in that order; without any, the plain names of [reports] domains, or else the
 * domains that reports of the newest 30 days stored are about.  Returns 0,
 * or the exit code once what is wrong was logged: 64, or 66 for a file that
 * does not exist.  Names live in the arena; free the list's `name`.
 */
int domain_arguments_list(const struct options *, const struct config *,
    struct arena *, struct domain_list *);

#endif
