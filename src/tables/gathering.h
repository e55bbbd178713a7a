#ifndef TABLES_GATHERING_H
#define TABLES_GATHERING_H

#include "store/sql.h"
#include "tables/gather_overview.h"
#include "tables/tables.h"

struct calendar;
struct result_days;
struct views;

/*
 * An overview that is being gathered.  Lists have a limit, for strangers can
 * report under as many names as they like; what is beyond it is counted.
 */
struct gathering {
	struct store *st;
	const struct overview_range *range;
	struct store_filter filter;
	int64_t from, to; /* days since 1970 */
	const char *list; /* the domains with a blank around each; "": all */
	struct arena *arena;
	struct overview *o;

	struct overview_domain *domains; /* by name */
	size_t n_domains, room_domains;
	struct overview_sender *senders; /* by organization, domain */
	size_t n_senders, room_senders;
	struct overview_problem *problems; /* by number, then worst first */
	size_t n_problems, room_problems;
	struct overview_warning *warnings;
	size_t n_warnings, room_warnings;

	/* of a reading under way */
	struct views *views;
	struct calendar *calendar;
	struct result_days *results;
	struct overview_problem *named;
	size_t names;
};

enum {
	LIMIT_DAYS = 3660,
	LIMIT_DOMAINS = 2000,
	LIMIT_SENDERS = 5000,
	LIMIT_PROBLEMS = 2000,
	LIMIT_WARNINGS = 100,
	LIMIT_NAMES = 20,      /* of organizations in a list of them */
	LIMIT_CELLS = 1 << 20, /* of a list by days */
	WEEK = 7
};

/* NULL when it is none of them. */
struct overview_domain *gathering_domain(struct gathering *, const char *name);

/* Whether a domain is one of a list with blanks around each; "": all are. */
#define OF(domain, list) \
	"(" list " = '' OR instr(" list ", ' ' || " domain " || ' ') > 0)"

typedef int each_fn(struct gathering *, sqlite3_stmt *row);

/* Give each row of a statement to `on_row`. */
int gathering_each(struct gathering *, const struct sql *,
    const struct value *v, size_t n, each_fn *on_row, struct fault *);

/* The text of a cell, copied; "" for NULL. */
const char *gathering_text(struct gathering *, const struct cell *);

#endif
