#ifndef CMD_MAILBOX_ARGUMENTS_H
#define CMD_MAILBOX_ARGUMENTS_H

#include <stddef.h>

struct config;
struct config_mailbox;
struct options;

/*
 * Check that the configuration has mailboxes, and each one that the arguments
 * name.  Returns 0, or the exit code once what is wrong was logged; `command`
 * is for the message.
 */
int mailbox_arguments_check(
    const struct options *, const struct config *, const char *command);

/*
 * Put into `list` the mailboxes that the arguments name, or all without any.
 * `list` must have room for all of the configuration.  Returns how many.
 */
size_t mailbox_arguments_list(const struct options *, const struct config *,
    const struct config_mailbox **list);

#endif
