#ifndef REPORT_SESSION_COUNT_H
#define REPORT_SESSION_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "codes/codes.h"

/* 2^53 - 1, beyond which JSON numbers are not exact (RFC 7493 §2.2). */
#define COUNT_MAX UINT64_C(9007199254740991)

/*
 * The value of a JSON number (RFC 8259 §6), from its digits and not by way of
 * a double.  CODE_NONE, or the reason why it is no session count: below zero,
 * not whole, over COUNT_MAX.  `*is_float`: whole, but written with a fraction
 * or an exponent.
 */
enum code count_parse(struct span number, uint64_t *value, bool *is_float);

#endif
