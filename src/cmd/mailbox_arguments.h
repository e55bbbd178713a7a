#ifndef CMD_MAILBOX_ARGUMENTS_H
#define CMD_MAILBOX_ARGUMENTS_H

#include <stddef.h>

struct config;
struct config_mailbox;
struct options;

/*
 * Whether there are mailboxes, and those that the arguments name are among
 * them: 0, or the exit code, and what is wrong was logged.
 */
int mailbox_arguments_check(
    const struct options *, const struct config *, const char *command);

/*
 * Those that the arguments name, or all; `list` has room for every mailbox of
 * the configuration.  Their number.
 */
size_t mailbox_arguments_list(const struct options *, const struct config *,
    const struct config_mailbox **list);

#endif
