#ifndef CMD_EXPLAIN_POINT_H
#define CMD_EXPLAIN_POINT_H

#include "published/points.h"

/* Say what a point of `check DOMAIN` means, and what to do about it. */
void explain_point(enum point_code);

/* List all of them, a line each. */
void explain_list_points(void);

#endif
