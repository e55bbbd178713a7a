#ifndef SOURCE_ANSWER_H
#define SOURCE_ANSWER_H

#include <stdbool.h>

#include "base/span.h"

/*
 * The lines of an IMAP server (RFC 9051 §9) that we ask for, and those that
 * may come unasked.  All else is kept from libetpan's parser, which has faults
 * in the corners that nobody needs.
 */
enum answer {
	ANSWER_UNKNOWN,
	ANSWER_EMPTY,	 /* Exchange sends them */
	ANSWER_STATUS,	 /* "* OK ...", "1 NO ...", "+ ..." */
	ANSWER_LIST,	 /* CAPABILITY and FLAGS: no strings in them */
	ANSWER_COUNT,	 /* "* 3 EXISTS", RECENT, EXPUNGE */
	ANSWER_FETCH,	 /* "* 1 FETCH (...)" */
	ANSWER_NAME	 /* LIST and ID: strings and literals */
};

/*
 * `line` may be the beginning of one, but must reach behind its first words,
 * and may have its line end.
 */
enum answer answer_kind(struct span line);

/*
 * Whether a FETCH has just the items UID, RFC822.SIZE, INTERNALDATE, FLAGS,
 * MODSEQ and BODY[...], numbers within 32 bits, and strings within the line.
 * Literals are left out of it, all but "{12}" and the line end behind.  With
 * `at_literal` it must end so; else it must be complete.
 */
bool answer_is_fetch(struct span line, bool at_literal);

/* Whether every string that begins in a LIST or ID ends there as well. */
bool answer_is_name(struct span line);

/* Whether a status line has no response code that could hold strings. */
bool answer_is_status(struct span line);

#endif
