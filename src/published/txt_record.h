#ifndef PUBLISHED_TXT_RECORD_H
#define PUBLISHED_TXT_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct arena;
struct txt_answer;
struct txt_record;

/* The character-strings of a record, joined without blanks (R71). */
struct span txt_joined(const struct txt_record *, struct arena *);

/* A record as `dig +short` shows it: each string in quotes, specials escaped.
 */
const char *txt_shown(const struct txt_record *, struct arena *);

/*
 * How many of the records begin with `prefix` ("v=TLSRPTv1;"), letter by
 * letter; `*first` gets the first of them, untouched without one.
 */
size_t txt_count(const struct txt_answer *, const char *prefix, struct arena *,
    const struct txt_record **first);

/*
 * A record of the shape that TLS-RPT and MTA-STS share (RFC 8460 §3, RFC 8461
 * §3.1): fields "name=value" between semicolons.
 */
enum field_result {
	FIELD_END,
	FIELD_FOUND,
	FIELD_BROKEN /* no "name=value": the record is not by the grammar */
};

/*
 * Take the next field off the front of `*rest`, which begins behind the
 * delimiter before it.  Blanks around delimiters are passed over; the value
 * may hold anything but a semicolon.
 */
enum field_result txt_next_field(
    struct span *rest, struct span *name, struct span *value);

/* Whether it may be the value of a field that the RFCs do not know. */
bool txt_is_extension_value(struct span);

#endif
