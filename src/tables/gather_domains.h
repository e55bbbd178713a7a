#ifndef TABLES_GATHER_DOMAINS_H
#define TABLES_GATHER_DOMAINS_H

struct fault;
struct gathering;

/*
 * The domains of an overview with their problems: all are shown to the watcher
 * of the range, and the worst of each are kept in its lists.
 */
int gather_domains(struct gathering *, struct fault *);

#endif
