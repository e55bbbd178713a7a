#ifndef CODES_CODES_TABLE_H
#define CODES_CODES_TABLE_H

#include "codes/codes.h"

/* Indexed by enum code; those of another class are empty (name NULL). */
extern const struct code_entry codes_refusals[CODE_COUNT];
extern const struct code_entry codes_warnings[CODE_COUNT]; /* and the rest */

#endif
