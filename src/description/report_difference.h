#ifndef DESCRIPTION_REPORT_DIFFERENCE_H
#define DESCRIPTION_REPORT_DIFFERENCE_H

struct report;

/*
 * Print, field by field, how two reports of one identity differ: `counted`,
 * which is in the figures, and `other`.
 */
void report_difference_print(
    const struct report *counted, const struct report *other);

#endif
