#ifndef OUTPUT_JSON_LINE_H
#define OUTPUT_JSON_LINE_H

#include <stdint.h>
#include <stdio.h>

#include "base/span.h"

/*
 * JSON for programs (RFC 8259): objects are built with json-c and printed one
 * a line, in ASCII, members in the order in which they were added.  None of
 * these functions fails: out of memory ends the program.
 */
struct json_object;

/* An empty object or array; json_line_print() or adding it gives it away. */
struct json_object *json_new_object(void);
struct json_object *json_new_array(void);

/* Add a member; names must differ.  json_add() takes the value over. */
void json_add(struct json_object *, const char *name, struct json_object *);
void json_add_text(struct json_object *, const char *name, const char *);
void json_add_number(struct json_object *, const char *name, int64_t);
void json_add_count(struct json_object *, const char *name, uint64_t);
void json_add_bool(struct json_object *, const char *name, int);
void json_add_null(struct json_object *, const char *name);

/* A number with so many decimals, such as seconds or a rate. */
void json_add_decimal(
    struct json_object *, const char *name, double, int decimals);

/* Append to an array, which takes the value over. */
void json_append(struct json_object *array, struct json_object *value);
void json_append_text(struct json_object *array, const char *);

/* Likewise of bytes that may hold NUL, which becomes \u0000. */
void json_append_bytes(struct json_object *array, struct span);

/*
 * Print an object and a line feed, and free it.  A character beyond ASCII is
 * printed as \u escapes, so that nothing in it can upset a terminal; a byte
 * that is no UTF-8 becomes U+FFFD.
 */
void json_line_print(FILE *, struct json_object *);

/* Free an object that is not to be printed. */
void json_drop(struct json_object *);

#endif
