#ifndef CMD_ALARM_OPTIONS_H
#define CMD_ALARM_OPTIONS_H

struct options;

/*
 * The values of --fail-above and --min-sessions: set in the options, or -1 once
 * what is wrong was logged.
 */
int alarm_set_fail_above(struct options *, const char *value);
int alarm_set_min_sessions(struct options *, const char *value);

#endif
