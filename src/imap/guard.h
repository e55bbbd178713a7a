#ifndef IMAP_GUARD_H
#define IMAP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct buf;
struct fault;

/*
 * It stands between an IMAP server (RFC 9051 §9) and libetpan, whose parser
 * can be crashed and bloated: it recurses for each bracket, allocates what a
 * literal announces, takes literals inside a line and strings over several,
 * and follows null pointers where a list or a text is missing.
 *
 * So all lines, literals and brackets have bounds; and of the lines, only
 * those are passed on whose content is needed (FETCH, LIST), when they are
 * sound, tagged ones without their text, and, in a login, the server's
 * challenges.  The rest goes to the line function alone.
 */
enum guard_command {
	GUARD_GENERAL, /* tagged lines pass */
	GUARD_LOGIN,   /* challenges pass */
	GUARD_NAMES,   /* an ID or a STATUS may have short literals, which
			  pass no one */
	GUARD_FOLDERS, /* LIST and XLIST pass, with short literals */
	GUARD_FETCH,   /* FETCH passes; the mail is a literal */
	GUARD_PARTS    /* FETCH passes as it is; not for libetpan.  One whose
			  line is too long ends where that is */
};

enum {
	GUARD_LINE = 32 * 1024 /* bytes of a line, literals apart */
};

/*
 * Called with each complete line (without line end; of a literal there is its
 * "{12}" and line end), before it is judged.  -1 with the fault ends the
 * session.
 */
typedef int guard_line_fn(
    void *arg, const char *line, size_t n, struct fault *);

/* What may come in answer to one command, in bytes. */
struct guard_limits {
	enum guard_command command;
	uint64_t literal_max; /* all literals of one FETCH */
	uint64_t literals;    /* all literals */
	uint64_t lines;	      /* all the rest; libetpan holds it in memory */
};

struct guard {
	guard_line_fn *on_line; /* may be NULL */
	void *arg;
	struct guard_limits left;
	/* where it stands */
	bool greeted;	   /* the first line is over */
	bool answered;	   /* the last line was a tagged one */
	uint64_t literal;  /* bytes of the present literal still to come */
	uint64_t literals; /* bytes of literals in this line */
	size_t line;	   /* bytes of this line without them */
	size_t passed;	   /* of these */
	unsigned brackets; /* opened in this line */
	int brace;	   /* how far something that looks like a literal is */
	bool odd_brace;	   /* with a sign or blanks in it */
	bool dropped;	   /* literals of this line do not pass */
	bool cut;	   /* the line has more than is kept of it */
	uint64_t number;   /* in the brace */
	char text[GUARD_LINE];
};

/* Start at the greeting. */
void guard_init(struct guard *, guard_line_fn *, void *arg);

/* What may come from now on until the next call. */
void guard_expect(struct guard *, const struct guard_limits *);

/*
 * Take bytes from the front of `in`, up to the end of a tagged line, since what
 * comes behind it answers another command; and append to `out`, which must have
 * room for 2 * in->n + GUARD_LINE, what may go on to the parser.  -1 with a
 * fault of scope FAULT_SESSION when a limit is broken (exit code 76) or the
 * line function said so; what was appended may still go on, but nothing that
 * comes later.
 */
int guard_feed(
    struct guard *, struct span *in, struct buf *out, struct fault *);

#endif
