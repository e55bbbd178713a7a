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
 * The next field of a record, which TLS-RPT and MTA-STS shape alike (RFC 8460
 * §3, RFC 8461 §3.1): "name=value" between semicolons.
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

/*
 * What follows the version and the blanks behind it: the first delimiter, or
 * nothing.  Its pointer is NULL when the record does not begin so.
 */
struct span txt_behind_version(struct span record, const char *version);

/* Whether a record ends with blanks that belong to no delimiter. */
bool txt_has_blanks_behind(struct span record);

/*
 * Whether it may be the name of a field, in a record or a policy: a letter or
 * digit, then up to 31 of these or "_", "-", ".".
 */
bool txt_is_field_name(struct span);

/* Whether it may be the value of a field that the RFCs do not know. */
bool txt_is_extension_value(struct span);

#endif
