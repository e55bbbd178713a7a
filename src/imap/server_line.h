#ifndef IMAP_SERVER_LINE_H
#define IMAP_SERVER_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* The lines of an IMAP server (RFC 9051 §9), by what they begin with. */
enum answer {
	ANSWER_GARBAGE,	 /* not IMAP */
	ANSWER_EMPTY,	 /* Exchange sends them */
	ANSWER_CONTINUE, /* "+ ..." */
	ANSWER_TAGGED,	 /* "1 OK ...", NO, BAD */
	ANSWER_STATUS,	 /* "* OK ...", NO, BAD, PREAUTH */
	ANSWER_BYE,	 /* "* BYE ..." */
	ANSWER_FETCH,	 /* "* 1 FETCH ..." */
	ANSWER_LIST,	 /* "* LIST ..." */
	ANSWER_XLIST,	 /* "* XLIST ...", the same at servers of old */
	ANSWER_ID,	 /* "* ID ..." */
	ANSWER_SIZES,	 /* "* STATUS ...", of a folder */
	ANSWER_OTHER	 /* "* ..." */
};

/* The line needs its first words only. */
enum answer answer_kind(struct span line);

/*
 * Whether a FETCH or LIST is one that a parser may see: complete, or with
 * `at_literal` up to a literal at its end (of literals the line has "{12}" and
 * the line end behind).  A FETCH has just the items UID, RFC822.SIZE,
 * INTERNALDATE, FLAGS, MODSEQ, BODY[], BODY[HEADER] and
 * BODY[HEADER.FIELDS (...)]; numbers keep within 32 bits, strings within the
 * line, dates have the form of one, and lists end.
 */
bool answer_is_sound(enum answer, struct span line, bool at_literal);

/* Whether a FETCH, sound or not, names a mail as we do. */
bool answer_has_uid(struct span line);

/* What a FETCH tells beside the literals. */
struct answer_fetch {
	bool has_uid, has_size;
	bool odd; /* with a second UID */
	uint32_t uid, size;
	struct span date; /* INTERNALDATE, without quotes; empty: not told */
};

/* The line must be sound; its end may have been taken off. */
void answer_read_fetch(struct span line, struct answer_fetch *);

/*
 * "31-Jan-2026 12:00:00 +0000", which but for dashes is that of a header, as
 * seconds since 1970 UTC.
 */
bool answer_read_date(struct span, int64_t *);

/* A LIST or XLIST taken apart. */
struct answer_folder {
	struct span flags; /* "\\Junk \\HasNoChildren", without parentheses */
	char separator;	   /* of the levels of a name; NUL for NIL */
	struct span name;  /* in a string the escapes stand as they are */
	bool is_quoted;
};

/*
 * The line must be sound; its end may have been taken off.  A name that is a
 * literal is not in it: "{4}" stands in its place.
 */
void answer_read_folder(struct span line, struct answer_folder *);

/*
 * Whether a line, its end taken off, ends in the head of a literal, "{12}" or
 * "{0012}"; how long that is.
 */
bool answer_ends_in_literal(struct span line, uint64_t *bytes);

/* Take the next word from the front, of those between blanks. */
bool answer_next_word(struct span *line, struct span *word);

/* Take the next name from the front of a list, passing over what is none. */
bool answer_next_capability(struct span *list, struct span *name);

#endif
