#ifndef SUMMARY_PROBLEM_VERDICT_H
#define SUMMARY_PROBLEM_VERDICT_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct overview;

/*
 * Whether a problem is to be fixed, or only to be watched and why.  The rules
 * are in the manual; these are their numbers.
 */
enum {
	RECENT_DAYS = 7, /* a problem not seen in the last of these is old */
	SLIGHT_PERCENT =
	    1, /* of the domain's sessions failed: below is slight */
	HEAVY_PERCENT = 10, /* an old problem with as many failures counts */
	CONTRADICTING = 2,  /* other senders that tell against one */
	CONTRADICTING_SESSIONS = 10 /* that they need together */
};

enum group {
	GROUP_FIX,   /* on your side, and worth the work */
	GROUP_WATCH, /* anything else that goes on */
	GROUP_MUTED,
	GROUP_CURED,
	N_GROUPS
};

/* Why a problem is only to be watched; the first that holds. */
enum doubt {
	DOUBT_NONE,
	DOUBT_OTHERS_FINE, /* on the days of its failures no other sender had
			      one */
	DOUBT_THEIRS,	   /* the result type is of the sending side */
	DOUBT_UNCLEAR,	   /* of either side, and few senders see it */
	DOUBT_SLIGHT,	   /* one sender, under SLIGHT_PERCENT of sessions */
	DOUBT_OLD	   /* over RECENT_DAYS ago, under HEAVY_PERCENT */
};

struct problem_verdict {
	enum group group;
	enum doubt doubt;
	/* with DOUBT_OTHERS_FINE: how many senders, and their sessions */
	unsigned others;
	uint64_t others_sessions;
	/*
	 * The place of the first problem of the same group with the same result
	 * type at the same MX host, for whatever domain: one remedy cures both.
	 * Its own place when there is none before it.
	 */
	size_t alike;
};

/* The verdicts of all problems in their order, in the arena. */
const struct problem_verdict *problem_verdicts(
    const struct overview *, struct arena *);

#endif
