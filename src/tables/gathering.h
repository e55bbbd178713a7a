#ifndef TABLES_GATHERING_H
#define TABLES_GATHERING_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/overview.h"
#include "store/sql.h"
#include "tables/gather_overview.h"
#include "tables/tables.h"

/* An overview that is being gathered. */
struct gathering {
	struct store *st;
	const struct overview_range *range;
	struct store_filter filter; /* the same as a filter of tables */
	int64_t from, to;	    /* days since 1970 */
	const char *list;    /* the domains with a blank around each; "": all */
	struct arena *arena; /* of the overview */
	struct overview *o;
	/* the lists that are kept, which `o` shows as constant */
	struct overview_domain *domains;
	struct overview_problem *problems;
	struct overview_sender *senders;
};

/*
 * Strangers can report under as many names as they like: a list has a limit,
 * and what is beyond it is counted.
 */
enum {
	LIMIT_DOMAINS = 2000,
	LIMIT_SENDERS = 5000,
	LIMIT_PROBLEMS = 2000,
	LIMIT_WARNINGS = 100,
	LIMIT_NAMES = 20,      /* of organizations in a list of them */
	LIMIT_CELLS = 1 << 20, /* of a list by days */
	WEEK = 7
};

/* Whether a domain is one of a list with blanks around each; "": all are. */
#define OF(domain, list) \
	"(" list " = '' OR instr(" list ", ' ' || " domain " || ' ') > 0)"

/*
 * The domains asked for in the list ?3, and whether a report is about any of
 * them.  Most reports are about one domain, which needs no look at each; a list
 * of many is cut, and the entries tell.
 */
#define ASKED                                                   \
	"asked (name, rest) AS (SELECT '', ltrim(?3) UNION ALL" \
	" SELECT substr(rest, 1, instr(rest, ' ') - 1),"        \
	" substr(rest, instr(rest, ' ') + 1) FROM asked WHERE rest <> '')"
#define OF_ASKED                                                             \
	"(instr(?3, ' ' || r.domain || ' ') > 0 OR instr(r.domain, ' ') > 0" \
	" AND EXISTS (SELECT 1 FROM asked WHERE name <> '' AND"              \
	" (instr(' ' || r.domain || ' ', ' ' || name || ' ') > 0"            \
	" OR r.domain LIKE '% more' AND EXISTS (SELECT 1 FROM policies AS p" \
	" WHERE p.report = r.id AND p.domain = name AND p.skipped = 0))))"

/* Takes a row; -1 ends the reading, which is no fault. */
typedef int each_fn(struct gathering *, void *arg, sqlite3_stmt *row);

/* Give each row of a statement to `on_row`. */
int gathering_each(struct gathering *, const struct sql *,
    const struct value *v, size_t n, each_fn *on_row, void *arg,
    struct fault *);

/* A domain of the list by its name; NULL when it is not in it. */
struct overview_domain *gathering_domain(struct gathering *, const char *name);

#endif
