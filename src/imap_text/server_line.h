#ifndef IMAP_TEXT_SERVER_LINE_H
#define IMAP_TEXT_SERVER_LINE_H

#include <stdbool.h>

#include "base/span.h"

/* The lines of an IMAP server (RFC 9051 §9), by what they begin with. */
enum server_line {
	LINE_STRAY,    /* neither star nor tag, perhaps empty: not IMAP, or the
			  rest of the line before */
	LINE_CONTINUE, /* "+ ..." */
	LINE_TAGGED,   /* "1 OK ...", NO, BAD */
	LINE_STATUS,   /* "* OK ...", NO, BAD, PREAUTH, BYE */
	LINE_FETCH,    /* "* 1 FETCH ..." */
	LINE_LIST,     /* "* LIST ...", or XLIST at servers of old */
	LINE_OTHER     /* "* 3 EXISTS", "* SEARCH 4", and all the rest */
};

enum server_line server_line_kind(struct span line);

/*
 * Whether it holds text for people up to its end, so that "{5}" there is no
 * literal (RFC 9051 §4.3).
 */
bool server_line_is_text(enum server_line);

#endif
