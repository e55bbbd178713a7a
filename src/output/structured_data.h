#ifndef OUTPUT_STRUCTURED_DATA_H
#define OUTPUT_STRUCTURED_DATA_H

#include <stddef.h>

/* A parameter of an element. */
struct data_param {
	const char
	    *name; /* of ours: ASCII without "=", blank, "]" and quotes */
	const char *value;
};

/*
 * An element of structured data of syslog (RFC 5424, section 6.3), such as
 * [mailbox@32473 name="reports"]; allocated.  Values become what may be logged:
 * text_clean() of them, with a backslash before quotes, backslashes and "]".
 */
char *structured_data(const char *id, const struct data_param *, size_t n);

#endif
