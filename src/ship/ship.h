#ifndef SHIP_SHIP_H
#define SHIP_SHIP_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;

/*
 * Shipping: what a poller's store holds is sent to a shared store, a schema in
 * PostgreSQL that many pollers fill.  The poller's store is complete without
 * it.
 *
 * A poller's store is a journal: its table outbox has a numbered event for each
 * report that was stored, decided or dropped.  The shared store knows each
 * journal by its id, and its position: the number of the last event that was
 * shipped.
 *
 * Faults have the exit codes 69 (nobody answers, or the connection was cut), 73
 * (the server's disk is full), 75 (busy, or stopped by a signal), 76 (the
 * schema is not ours, or of a release too old or too new), 77 (login, or
 * rights) and 78 (the service's TLS settings are too weak, or there is no such
 * service).
 */
struct ship_settings {
	const char *service; /* section of libpq's service file */
	const char *name;    /* what this poller is called; "": as its host */
	bool raw;	     /* ship the gzip files of the reports, too */
	unsigned timeout;    /* seconds, on each wait */
	bool again;	     /* ship everything from the first event on */
	bool progress;	     /* say how far it is, on a terminal */
};

/* What a run did, and what the shared store made of it. */
struct ship_counts {
	int64_t shipped;   /* reports sent; each is one of the next five: */
	int64_t added;	   /* new to the shared store */
	int64_t duplicate; /* known to it */
	int64_t conflict;  /* other content than a copy known to it */
	int64_t better; /* known to it, but better vouched for, arrived earlier,
			   or decided */
	int64_t refused; /* not taken; it keeps the reason */
	int64_t waiting; /* events of the journal that are not shipped yet */
};

/*
 * Ship every event that was not shipped yet.  The store must be locked
 * (store_lock()).  What was shipped before a fault stays shipped.
 */
int ship(struct store *, const struct ship_settings *, struct ship_counts *,
    struct fault *);

/* Make the schema of the shared store: 1; or 0 when it is there already. */
int ship_init(const struct ship_settings *, struct fault *);

/* Print the SQL that would make it. */
int ship_print_schema(struct fault *);

/* A journal as the shared store knows it. */
struct ship_journal {
	const char *id;	     /* 32 hexadecimal digits */
	const char *name;    /* of its poller */
	const char *shipped; /* when last, "2026-11-23T00:00:00Z"; "": never */
	bool is_this;	     /* it is the journal of this store */
	int64_t position;    /* number of its last event that was shipped */
	int64_t waiting;     /* events of this store after that; else 0 */
	/* of its reports, as in struct ship_counts */
	int64_t reports, duplicates, conflicts, better;
	int64_t unshipped;  /* reports that the shared store does not take */
	const char *reason; /* for one of those; "" */
};

/*
 * Call `line` for each journal in the shared store.  The store tells which of
 * them is its own; it may be NULL.
 */
int ship_status(struct store *, const struct ship_settings *,
    void (*line)(void *arg, const struct ship_journal *), void *arg,
    struct fault *);

/* What a look at the shared store finds. */
struct ship_found {
	char text[200];	   /* version, connection, journals, in one line */
	char remedy[120];  /* what to do if something is wrong; else "" */
	int64_t unshipped; /* reports that the shared store did not take */
};

/*
 * Connect as ship() does, and see whether the role may ship.  Nothing is
 * changed.  -1 for whatever would stop ship(), with its exit code.
 */
int ship_check(
    const struct ship_settings *, struct ship_found *, struct fault *);

#endif
