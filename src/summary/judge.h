#ifndef SUMMARY_JUDGE_H
#define SUMMARY_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/overview.h"
#include "summary/problem_verdict.h"

struct arena;

/*
 * What an overview means: which problems are to be fixed and which only to be
 * watched, how each domain stands, and which steps can be taken.  The manual
 * has the rules.
 */
enum {
	CLEAN_DAYS = 14 /* without a failure, then testing may enforce */
};

/* How a domain is, worst first. */
enum standing {
	STANDING_FIX,
	STANDING_MUTED,
	STANDING_WATCH,
	STANDING_FINE
};

/* What could be done though nothing is wrong. */
enum step {
	STEP_NONE,
	STEP_ENFORCE, /* in testing for CLEAN_DAYS without a failure */
	STEP_POLICY,  /* no sender found a policy */
	STEP_MODE,    /* its policy says mode: none */
	N_STEPS
};

/* An organization that no longer reports on one domain or more. */
struct silent_sender {
	size_t first, end; /* its senders in the overview's list */
	bool silent;	   /* one of them; always, in the list of these */
	uint64_t sessions; /* of all of them */
};

/* A mailbox that requires signatures, and refuses most reports for it. */
struct judge_refusing {
	const char *name;
	uint64_t refused, reports; /* of the last 30 days, both together */
};

/* What is to be said on requiring signatures; whoever knows the configuration
 * fills it. */
struct judge_advice {
	bool is_required; /* by every mailbox */
	const struct judge_refusing *refusing;
	size_t n_refusing;
};

/* An overview, judged; arrays are parallel to those of the overview. */
struct judgement {
	const struct problem_verdict *problem;
	size_t n_problems[N_GROUPS];
	const enum standing *domain;
	const enum step *step;
	const size_t *order; /* of domains: by standing, then share failed */
	size_t
	    n_fine; /* domains of STANDING_FINE whose sessions are verified */
	size_t n_verified; /* domains with a policy, none to fix or muted */
	size_t n_step[N_STEPS]; /* domains that can take it */
	size_t n_steps;		/* different steps that can be taken */
	/* organizations that went silent on a domain, largest first */
	const struct silent_sender *silent;
	size_t n_silent_listed;
	size_t n_silent;      /* with those that the lists leave out */
	size_t n_differ;      /* domains whose policy senders see differently */
	size_t n_two_signers; /* organizations, as judge_has_two_signers() */
	uint64_t unchecked;   /* sessions well, of domains without a policy */
	/*
	 * What the answer goes by: all sessions, or those of the reports that
	 * somebody vouches for (by_vouched), where they tell of clearly more
	 * failures.  Whoever mails invented figures can so not hide any.
	 */
	bool by_vouched;
	uint64_t sessions, failed;
	uint64_t vouched_unchecked; /* as `unchecked`, of those alone */
	struct judge_advice advice; /* on `dkim = require` */
};

/* Judge an overview; the arrays live in the arena. */
void judge(const struct overview *, struct arena *, struct judgement *);

/* Whether an organization's signing domains are not all of one organization. */
bool judge_has_two_signers(const struct overview_signers *);

/* Whether nobody verifies sessions with a domain that can take that step. */
bool judge_is_unchecked(enum step);

/*
 * Whether more than `percent` of a domain's sessions failed, muted problems
 * left out, when it has at least `min_sessions`.  Either of all sessions, or of
 * those in reports that somebody vouches for: no stranger's figures hide that.
 */
bool judge_over(
    const struct overview_domain *, double percent, uint64_t min_sessions);

/*
 * Looks at every domain and sender while an overview is gathered, so that no
 * decision depends on what its lists leave out.  Zero-initialise, set the
 * alarm, and hand judge_watcher() to whoever gathers.
 */
struct judge_watch {
	double percent; /* of judge_over(); negative: no alarm */
	uint64_t min_sessions;
	size_t n_over; /* domains over it */
	struct judge_alarm {
		char name[256];
		uint64_t failed, sessions;
	} over[3]; /* those with most failed sessions */
	/* counts as in struct judgement; of the steps those that nobody needs
	   problems to know of */
	size_t n_step[N_STEPS], n_silent, n_differ;
	uint64_t unchecked, vouched_unchecked;
	char organization[256]; /* the last one that is silent */
};

struct overview_watch judge_watcher(struct judge_watch *);

/* Put what was counted of everything in place of the lists' counts. */
void judge_count_all(struct judgement *, const struct judge_watch *);

#endif
