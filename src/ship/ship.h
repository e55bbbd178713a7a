#ifndef SHIP_SHIP_H
#define SHIP_SHIP_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;

/*
 * Shipping: what the store holds is told to a shared store on PostgreSQL, which
 * many pollers have in common.  The store itself is complete without it.
 * Faults have the exit codes 69 (nobody answers, or the connection was cut), 73
 * (the disk there is full), 75 (busy, or stopped by a signal), 76 (no store of
 * ours, or of a release too old or too new), 77 (login, or rights) and 78 (the
 * service asks for less than it must, or there is none).
 */
struct ship_settings {
	const char *service; /* section of libpq's service file */
	const char *name;    /* of this poller there; "": the host's */
	bool raw;	     /* the gzip files, too */
	unsigned timeout;    /* seconds, on each wait */
	bool again;	     /* from the start */
	bool progress;	     /* say how far it is, on a terminal */
};

struct ship_counts {
	int64_t shipped;   /* reports told */
	int64_t added;	   /* of these: new there, */
	int64_t duplicate; /* known there, */
	int64_t conflict;  /* with another content than a known one, */
	int64_t better;	   /* known, and a better verdict or the like, */
	int64_t refused;   /* and not taken; the reason is kept there */
	int64_t waiting;   /* events that are not told yet */
};

/*
 * Tell all that is not told yet.  The store must be locked (store_lock()). What
 * was told stays so after a fault.
 */
int ship(struct store *, const struct ship_settings *, struct ship_counts *,
    struct fault *);

/* Make the shared store: 1; or 0 when it is there already. */
int ship_init(const struct ship_settings *, struct fault *);

/* Print the SQL that would make it. */
int ship_print_schema(struct fault *);

/* A journal in the shared store. */
struct ship_journal {
	const char *id; /* 32 hexadecimal digits */
	const char *name;
	const char *shipped;	   /* when last, "2026-11-23T00:00:00Z"; "" */
	bool is_this;		   /* it is this store's */
	int64_t position, waiting; /* events; of others `waiting` is 0 */
	int64_t reports, duplicates, conflicts, better;
	int64_t unshipped;  /* reports that it does not take */
	const char *reason; /* for one of those; "" */
};

/* Hand out the journals there; the store may be NULL. */
int ship_status(struct store *, const struct ship_settings *,
    void (*line)(void *arg, const struct ship_journal *), void *arg,
    struct fault *);

/* What a look at the shared store finds. */
struct ship_found {
	char text[200];	   /* version, connection, journals, in one line */
	char remedy[120];  /* what to do about what is not well; "" */
	int64_t unshipped; /* reports that it did not take */
};

/*
 * Connect as a run does, and see whether the role may ship.  Nothing is
 * changed. -1 for what would stop a run, with its exit code.
 */
int ship_check(
    const struct ship_settings *, struct ship_found *, struct fault *);

#endif
