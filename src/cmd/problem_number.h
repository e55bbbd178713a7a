#ifndef CMD_PROBLEM_NUMBER_H
#define CMD_PROBLEM_NUMBER_H

#include <stdint.h>

/* The number of a problem as people write it, "17" or "#17"; else -1. */
int problem_number(const char *text, int64_t *number);

struct options;

/* Print what it is and the remedy, from the store; returns the exit code. */
int explain_problem(const struct options *, int64_t number);

#endif
