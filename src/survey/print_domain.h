#ifndef SURVEY_PRINT_DOMAIN_H
#define SURVEY_PRINT_DOMAIN_H

#include <stdbool.h>
#include <stdio.h>

struct domain_setup;
struct domain_verdict;

/* Where judged domains are printed, one behind the other. */
struct domain_printer {
	FILE *out;
	bool json;	/* one object and line a domain */
	bool quiet;	/* only points that warn, fail or are unknown; a domain
			   without such a point is left out */
	bool has_begun; /* a domain was printed before */
};

/* Print what was found out about a domain and what it comes to. */
void print_domain(struct domain_printer *, const struct domain_setup *,
    const struct domain_verdict *);

#endif
