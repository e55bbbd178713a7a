#ifndef CMD_RANGE_OPTIONS_H
#define CMD_RANGE_OPTIONS_H

struct options;
struct store;

/*
 * Whether --from, --to and --since fit together; `command` is for the message.
 * Returns 0, or EX_USAGE once what is wrong was logged.
 */
int range_options_check(const struct options *, const char *command);

/*
 * Log each --domain that no report in the store is about: it may be mistyped.
 * Returns 0; or EX_USAGE with --fail-above, whose alarm would be silent about
 * it; or the exit code when the store cannot be read.
 */
int range_options_check_domains(
    const struct options *, const char *command, struct store *);

#endif
