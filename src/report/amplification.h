#ifndef REPORT_AMPLIFICATION_H
#define REPORT_AMPLIFICATION_H

#include <stdint.h>

struct report_parser;

/*
 * How many bytes the reports in a mail (or file) of `size` bytes may add to the
 * store, and as many to the CSV folder.  A small mail may add a fixed amount,
 * since rows have a size of their own.
 */
uint64_t amplification_budget(uint64_t size);

/*
 * Take what the report that was read adds to store and folder off the budget of
 * its mail (`left` of the context).  Failure details that are beyond it are
 * left out, with a warning: the sessions in them stay in the totals of their
 * policies.  When not even its policies are within it, the report is refused
 * (R25).
 */
void amplification_settle(struct report_parser *);

#endif
