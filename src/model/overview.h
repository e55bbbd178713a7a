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
	const char *muted_until, *mute_note; /* "" when it is not */
};

/* One organization's reports on one domain. */
struct overview_sender {
	const char *organization, *reporter_domain, *domain;
	const char *first_day, *last_day;
	unsigned days_reported, days_in_range, longest_gap, silent_days;
	bool silent; /* reported regularly, and stopped */
	uint64_t reports, sessions, failed;
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

struct overview {
	const char *from, *to; /* the range, UTC days, both included */
	size_t n_days;
	const char *const *days; /* "2026-11-23" */
	uint64_t sessions, failed, reports;
	uint64_t sessions_before, failed_before;
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
