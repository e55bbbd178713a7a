#ifndef CMD_REPORT_DIFFERENCE_H
#define CMD_REPORT_DIFFERENCE_H

struct report;

/*
 * Print, field by field, in what two copies of a report differ: the one that
 * counts and another with the same identity.
 */
void report_difference_print(
    const struct report *counted, const struct report *other);

#endif
