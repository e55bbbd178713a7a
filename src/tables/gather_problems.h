#ifndef TABLES_GATHER_PROBLEMS_H
#define TABLES_GATHER_PROBLEMS_H

struct fault;
struct gathering;

/*
 * What the listed problems have beyond their rows: who sees them, the reason
 * that senders give most, their domain's sessions.  The
 * days of the domains must be there.
 */
int gather_problems(struct gathering *, struct fault *);

/* The result types that fail most, by day. */
int gather_results(struct gathering *, struct fault *);

#endif
