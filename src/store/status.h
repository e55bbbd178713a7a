#ifndef STORE_STATUS_H
#define STORE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;

/* The newest day any counted report belongs to; "" in an empty store. */
int store_newest_day(struct store *, char day[static 16], struct fault *);

/*
 * When the newest of the counted reports ends, seconds since 1970; 0 in an
 * empty store.  Of those that begin on its newest day; one that ends later than
 * `now` says nothing of when it came, so its start counts.  Where somebody
 * vouches for any report, `*vouched` is set and those that nobody vouches for
 * are passed over: anybody can send one, and it would hide that the others
 * stopped.
 */
int store_newest_end(
    struct store *, int64_t now, int64_t *end, bool *vouched, struct fault *);

/* Whether any report was stored about a domain: 1, 0, or -1 with a fault. */
int store_knows_domain(struct store *, const char *domain, struct fault *);

/* What is stored, for `status`. */
struct store_status {
	int64_t messages;
	int64_t reports;   /* that are counted */
	int64_t conflicts; /* reports that are not */
	int64_t quarantined;
	int64_t repeated; /* counted, with another's content: report-repeated */
	int64_t bytes;	  /* of the database file */
	int64_t failures; /* rows of the table failures */
	int64_t sessions; /* the sum of counted_sessions */
	char first_day[16], last_day[16]; /* "" in an empty store */
	int64_t waiting; /* mails of those in quarantine that wait for DNS */
	char waiting_since[24]; /* the day on which the oldest came; "" */
};
int store_status(struct store *, struct store_status *, struct fault *);

/* Bytes of the database file; of a mirror, what the mirrored store takes. */
int store_size(struct store *, int64_t *bytes, struct fault *);

#endif
