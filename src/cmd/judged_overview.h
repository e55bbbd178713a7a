#ifndef CMD_JUDGED_OVERVIEW_H
#define CMD_JUDGED_OVERVIEW_H

#include <stdbool.h>

#include "cmd/command_line.h"
#include "export/read_overview.h"

struct fault;
struct opened;

/*
 * Read the days that the options name, or else the last 30 stored; for a mail
 * the last 7.  `ascii` is for text without any other characters.  The struct
 * must not be moved, and judged_overview_free() it in either case.
 */
int judged_overview_read(struct judged_overview *, struct opened *,
    const struct options *, bool ascii, struct fault *);

#endif
