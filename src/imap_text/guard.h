#ifndef IMAP_TEXT_GUARD_H
#define IMAP_TEXT_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct buf;
struct fault;

/*
 * The guard stands between the bytes of an IMAP server (RFC 9051 §9) and those
 * who read its answers.  It divides the bytes into lines and literals, bounds
 * how much of each may come, and lets through only what was asked for; a line
 * that nobody asked for, and in whatever form, is hidden and does no harm.  It
 * ends the session where it is open to doubt what is a line and what is a
 * literal, since then a mail could be taken for the server's own words.
 */
enum guard_command {
	GUARD_GENERAL, /* tagged lines pass */
	GUARD_LOGIN,   /* challenges pass as well */
	GUARD_FOLDERS, /* LIST and XLIST pass as well */
	GUARD_FETCH    /* FETCH passes as well; a mail is a literal in it */
};

enum {
	/* Bytes that are kept of an answer, literals apart. */
	GUARD_LINE = 32 * 1024
};

/*
 * Called with the text of each complete answer, without the line end, before it
 * passes: of a literal there is its "{12}" and a line end.  Of an answer past
 * GUARD_LINE bytes there are the beginning and the end.  -1 with the fault ends
 * the session.
 */
typedef int guard_line_fn(
    void *arg, const char *line, size_t n, struct fault *);

/* What may come in answer to one command, in bytes. */
struct guard_limits {
	enum guard_command command;
	uint64_t literal_max; /* all literals of one FETCH */
	uint64_t literals;    /* the literals of all FETCH answers */
	uint64_t lines;	      /* all the rest */
};

struct guard {
	guard_line_fn *on_line;
	void *arg;
	struct guard_limits left;
	bool greeted;  /* the first line has come */
	bool answered; /* the last line was a tagged one */
	/* the answer that is coming in: its text, and where in it a line starts
	 * that may be part of it, or the next answer */
	char text[GUARD_LINE];
	size_t n, line;
	size_t passed;	     /* of the text, what has gone on */
	bool cut;	     /* the text lacks something */
	uint64_t literal;    /* bytes of the present literal still to come */
	uint64_t literals;   /* bytes of the literals of this answer */
	bool hidden;	     /* the literals of this answer do not go on */
	bool of_section;     /* the literal is one, such as a mail */
	bool behind_section; /* the next byte is the first behind that */
	/* a FETCH with an open bracket has reached a line end, which is held
	 * back: the next line may belong to it */
	bool unended;
};

/* Start at the greeting; `on_line` is called with `arg`. */
void guard_init(struct guard *, guard_line_fn *on_line, void *arg);

/* What may come from now on until the next call. */
void guard_expect(struct guard *, const struct guard_limits *);

/*
 * Take bytes from the front of `in`, up to the end of a tagged line, since what
 * comes behind it answers another command; and append to `out`, which must have
 * room for 2 * in->n + GUARD_LINE, what passes.  -1 with a fault of scope
 * FAULT_SESSION when a limit is broken (exit code 76) or the line function said
 * so; what was appended may still be read, but nothing that comes later.
 */
int guard_feed(
    struct guard *, struct span *in, struct buf *out, struct fault *);

#endif
