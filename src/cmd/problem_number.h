#ifndef CMD_PROBLEM_NUMBER_H
#define CMD_PROBLEM_NUMBER_H

#include <stdint.h>

/*
 * Read the number of a problem as people write it, "17" or "#17".  0, or -1
 * when it is none.
 */
int problem_number(const char *text, int64_t *number);

#endif
