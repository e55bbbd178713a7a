#ifndef TABLES_GATHER_DOMAINS_H
#define TABLES_GATHER_DOMAINS_H

struct fault;
struct gathering;

/* The domains of an overview, its senders, and then the days of both. */
int gather_domains(struct gathering *, struct fault *);
int gather_senders(struct gathering *, struct fault *);
int gather_days(struct gathering *, struct fault *);

#endif
