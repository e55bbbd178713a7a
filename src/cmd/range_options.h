#ifndef CMD_RANGE_OPTIONS_H
#define CMD_RANGE_OPTIONS_H

struct options;

/*
 * Whether --from, --to and --since fit together; `command` is for the message.
 * Returns 0, or EX_USAGE once what is wrong was logged.
 */
int range_options_check(const struct options *, const char *command);

#endif
