#ifndef MODEL_DROPPED_REPORT_H
#define MODEL_DROPPED_REPORT_H

#include <stdint.h>

/* A report that was taken out of the store; the strings live in the arena. */
struct store_dropped {
	int64_t id;
	const char *organization, *report_id, *date;
	const char *domain;	  /* recipient domains, separated by blanks */
	int64_t sessions, failed; /* that its figures were; 0 for a conflict */
	int64_t conflicts; /* copies with other content that went with it */
};

#endif
