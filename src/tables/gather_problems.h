#ifndef TABLES_GATHER_PROBLEMS_H
#define TABLES_GATHER_PROBLEMS_H

struct fault;
struct gathering;

/* The problems of an overview and its result types, behind its domains. */
int gather_problems(struct gathering *, struct fault *);
int gather_results(struct gathering *, struct fault *);

#endif
