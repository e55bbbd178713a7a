#ifndef REPORT_CODES_TABLE_H
#define REPORT_CODES_TABLE_H

#include "report/codes.h"

/* Indexed by enum code; those of another class are empty (name NULL). */
extern const struct code_entry codes_refusals[CODE_COUNT];
extern const struct code_entry codes_warnings[CODE_COUNT]; /* and the rest */

#endif
