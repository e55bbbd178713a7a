#ifndef TABLES_GATHER_VOUCHING_H
#define TABLES_GATHER_VOUCHING_H

struct fault;
struct gathering;

/* How many reports of the range are vouched for, and how many are not and why.
 */
int gather_vouching(struct gathering *, struct fault *);

/*
 * The signing domains: that of each sender in the list, which must be there,
 * and the organizations with more than one.
 */
int gather_signers(struct gathering *, struct fault *);

#endif
