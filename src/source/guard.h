#ifndef SOURCE_GUARD_H
#define SOURCE_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct fault;

/*
 * A lexer that looks at every byte of an IMAP server (RFC 9051 §9) before
 * libetpan does, whose parser can be crashed and bloated.  It knows quoted
 * strings and literals and nothing else of the grammar.
 */
enum guard_command {
	GUARD_GENERAL,	 /* greeting, LOGIN, CAPABILITY, SELECT, NOOP, STORE */
	GUARD_NAMES,	 /* LIST, ID, STATUS, NAMESPACE: short literals */
	GUARD_FETCH,	 /* sizes and bodies: one mail a literal */
	GUARD_STRUCTURE, /* BODYSTRUCTURE: long lines, deep nesting */
	GUARD_SEARCH	 /* long lines of numbers */
};

struct guard {
	/* set by guard_expect */
	enum guard_command command;
	uint64_t literal_max; /* bytes of one literal */
	uint64_t budget;      /* bytes still to be taken for this command */
	/* where the lexer stands */
	uint64_t literal; /* bytes of the present literal still to come */
	size_t line;	  /* length of the present line */
	unsigned nesting;
	int state;
	uint64_t number;
	char head[64]; /* of the present line */
};

/* Start at the greeting. */
void guard_init(struct guard *);

/*
 * What may come next, from the next line on: `literal_max` bounds a literal
 * of a FETCH, `budget` all bytes until the next call.
 */
void guard_expect(struct guard *, enum guard_command, uint64_t literal_max,
    uint64_t budget);

/*
 * Look at `n` bytes.  -1 with a fault of scope FAULT_SESSION, exit code 76,
 * when they break a limit: none of them may go on to libetpan then.
 */
int guard_feed(struct guard *, const char *bytes, size_t n, struct fault *);

#endif
