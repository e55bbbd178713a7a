#ifndef MODEL_OVERVIEW_H
#define MODEL_OVERVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a store says about a range of days, gathered for people: the summary
 * and the page draw it, the store fills it.  It lives here because those rooms
 * do not know each other.  Strings are UTF-8, never NULL, and live in the
 * arena it was read into.  Days are numbered from 0, the first of the range.
 * Sessions are counted sessions, which may be added across policy types.
 */

struct overview_day {
	uint64_t sessions, failed;
};

/* One recipient domain. */
struct overview_domain {
	const char *name;		  /* A-label */
	const char *shown;		  /* U-label */
	const char *first_day, *last_day; /* with a report, in the range */
	uint64_t sessions, failed;
	uint64_t sessions_before, failed_before; /* in as many days before */
	const char *policy_types;		 /* seen, separated by blanks */
	const char *policy_mode; /* newest seen: enforce, testing, none, "" */
	unsigned clean_days;	 /* without a failure, up to its last day */
	unsigned organizations;	 /* that reported on it */
	const char *policies_differ;	/* how senders see its policy otherwise;
					   "" when they agree */
	const struct overview_day *day; /* n_days of them */
	uint64_t failed_muted; /* in problems that are muted and not cured */
	/*
	 * What is left without the reports that were judged and that nobody
	 * vouches for: anybody can send those.  All 0 where no report at all is
	 * vouched for.
	 */
	uint64_t vouched_sessions, vouched_failed, vouched_failed_muted;
	unsigned vouched_organizations; /* of whose reports any is vouched for
					 */
};

enum problem_state {
	PROBLEM_NEW,
	PROBLEM_OPEN,
	PROBLEM_CURED, /* its reporters still report, without it */
	PROBLEM_RECURRING
};

/* One cause: a result type at an MX host (or none) of a domain. */
struct overview_problem {
	int64_t number; /* the same in every run */
	const char *domain, *shown;
	const char *mx; /* receiving-mx-hostname; "" */
	const char *result_type;
	const char *policy_types, *policy_mode;
	const char *side; /* "ours", "theirs", "unclear" */
	enum problem_state state;
	const char *first_day, *last_day; /* ever */
	unsigned days;			  /* of the range, with it */
	unsigned organizations;		  /* that see it there */
	unsigned reporters; /* that report on the domain in the range */
	/* separated by ", "; of more than 20 those with most failed sessions,
	   and how many more */
	const char *organization_names;
	uint64_t failed;	     /* in the range */
	uint64_t failed_last_7_days; /* up to the newest day stored */
	uint64_t domain_sessions; /* of the domain, in the range, from first_day
				     on */
	const char *reason; /* the most frequent failure-reason-code; "" */
	/* a report that somebody vouches for saw it; then these are as in its
	   domain */
	bool vouched;
	uint64_t vouched_sessions;
	unsigned vouched_reporters;
	const char *muted_until, *mute_note; /* "" when it is not */
};

/* One organization's reports on one domain. */
struct overview_sender {
	const char *organization, *reporter_domain, *domain;
	const char *first_day;
	const char *last_day; /* of the silence's begin: where any report is
				 vouched for, the last one that is */
	unsigned days_reported, days_in_range, longest_gap, silent_days;
	bool silent; /* reported regularly, and stopped */
	uint64_t reports, sessions, failed;
	uint64_t vouched_reports; /* of `reports`, somebody vouches for */
	/* the signing domain of most of its organization's reports; "" */
	const char *signed_by;
	const struct overview_day *day; /* n_days; sessions of its reports */
	const bool *reported;		/* n_days */
};

/* Failed sessions as the details give them (they overlap). */
struct overview_result {
	const char *result_type;
	uint64_t failed;
	const uint64_t *day; /* n_days */
};

struct overview_warning {
	const char *code;
	uint64_t reports; /* that arrived with it */
};

/* How many of the range's reports nobody vouches for, and why. */
struct overview_doubt {
	const char *code; /* "dkim-fail", "https", or "waiting" for DNS */
	uint64_t reports;
};

/* An organization, and reports of its name that nobody vouches for. */
struct overview_unvouched {
	const char *organization, *reporter_domain;
	uint64_t reports;
};

enum {
	OVERVIEW_SIGNERS = 3 /* domains of an organization that are named */
};

/* An organization whose reports were signed by more than one domain. */
struct overview_signers {
	const char *organization;
	const char *domain[OVERVIEW_SIGNERS]; /* that of most reports first */
	uint64_t reports[OVERVIEW_SIGNERS];
	size_t n;	 /* of those */
	size_t left_out; /* further domains */
	uint64_t total;	 /* reports of all its domains */
};

/*
 * Who vouches for the reports of the range (RFC 8460 section 3).  Lists are
 * cut, with those of most reports first.
 */
struct overview_vouching {
	uint64_t vouched, unvouched, unjudged; /* reports */
	const struct overview_doubt *doubts;
	size_t n_doubts;
	const struct overview_unvouched *senders;
	size_t n_senders;
	uint64_t senders_left_out;
	const struct overview_signers *signers;
	size_t n_signers;
	uint64_t signers_left_out;
	/* of the last 30 days up to the newest one, whatever the range; not
	 * counted where few domains are read as if there were no others */
	uint64_t lately, lately_vouched;
};

struct overview {
	const char *from, *to; /* the range, UTC days, both included */
	size_t n_days;
	const char *const *days; /* "2026-11-23" */
	uint64_t sessions, failed, reports;
	uint64_t sessions_before, failed_before;
	uint64_t vouched_sessions, vouched_failed; /* as in the domains */
	struct overview_vouching vouching;
	unsigned organizations;
	uint64_t quarantined, conflicts;
	int64_t last_good_poll; /* seconds since 1970; 0: none known */
	/*
	 * What there is beyond the lists, which have a limit and keep the
	 * worst.  The sums above are of everything.
	 */
	uint64_t domains_left_out, senders_left_out, problems_left_out;
	uint64_t results_left_out;
	/* n_days, of the domains left out together; NULL: there are none */
	const struct overview_day *day_left_out;

	const struct overview_domain *domains; /* by name */
	size_t n_domains;
	const struct overview_problem *problems; /* worst first */
	size_t n_problems;
	const struct overview_sender *senders; /* by organization, domain */
	size_t n_senders;
	const struct overview_result *results; /* most failed first */
	size_t n_results;
	const struct overview_warning *warnings; /* most frequent first */
	size_t n_warnings;
};

/*
 * Who looks at all domains, senders and problems of an overview while it is
 * gathered, so that what a list leaves out is counted and heard all the same.
 * Strings are valid during the call; `shown`, `day` and `reported` are not
 * there yet. Domains come in order of name, senders in order of organization.
 */
struct overview_watch {
	void *arg;
	/* each may be NULL */
	void (*domain)(void *arg, const struct overview_domain *);
	void (*sender)(void *arg, const struct overview_sender *);
	void (*problem)(void *arg, const struct overview_problem *);
};

#endif
