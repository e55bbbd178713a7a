#ifndef CMD_EXPLAIN_PROBLEM_H
#define CMD_EXPLAIN_PROBLEM_H

#include <stdint.h>

struct options;

/*
 * Print what the store knows of a problem, and its remedy.  Returns the exit
 * code.
 */
int explain_problem(const struct options *, int64_t number);

#endif
