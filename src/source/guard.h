#ifndef SOURCE_GUARD_H
#define SOURCE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;

/*
 * It looks at every byte of an IMAP server (RFC 9051 §9) before libetpan does,
 * whose parser can be crashed and bloated: lines, literals and brackets have
 * bounds, and only lines of a known shape pass.  Where libetpan takes more
 * than the grammar allows (literals inside a line, strings over several
 * lines), nothing passes, so that both agree where a line ends.
 */
enum guard_command {
	GUARD_GENERAL, /* greeting, LOGIN, CAPABILITY, EXAMINE: no literals */
	GUARD_NAMES,   /* LIST, ID: short literals, names */
	GUARD_FETCH    /* sizes and bodies: the mail is a literal */
};

enum {
	GUARD_HEAD = 8 * 1024 /* bytes that are kept of a line */
};

/*
 * Called with each complete line (its beginning, without line end; literals
 * left out), before the parser sees it.  -1 with the fault ends the session.
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
	uint64_t chatter; /* bytes that came outside of FETCH */
	/* where it stands */
	uint64_t literal;  /* bytes of the present literal still to come */
	uint64_t literals; /* bytes of literals in this line */
	size_t line;	   /* length of this line without them */
	unsigned brackets; /* opened in this line */
	int brace;	   /* how far something that looks like a literal is */
	bool odd_brace;	   /* with a sign or blanks in it */
	uint64_t number;   /* in the brace */
	size_t head_len;
	char head[GUARD_HEAD];
};

/* Start at the greeting. */
void guard_init(struct guard *, guard_line_fn *, void *arg);

/* What may come from now on until the next call. */
void guard_expect(struct guard *, const struct guard_limits *);

/*
 * Look at `n` bytes.  Returns how many of them may go on to the parser: fewer
 * than `n`, with a fault of scope FAULT_SESSION, when a limit is broken (exit
 * code 76) or the line function said so; nothing that comes later may go on.
 */
size_t guard_feed(struct guard *, const char *bytes, size_t n, struct fault *);

#endif
