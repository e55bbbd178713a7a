#ifndef TABLES_METRIC_LIST_H
#define TABLES_METRIC_LIST_H

#include <stdint.h>

struct fault;
struct store;

enum {
	METRIC_LABELS = 3
};

/*
 * Figures of the store for a monitoring system: each a family of gauges that
 * differ by the values of its labels.
 */
struct metric {
	const char *name;		  /* "tlsrua_last_day_sessions" */
	const char *help;		  /* one sentence */
	const char *label[METRIC_LABELS]; /* NULL past the last */
};

/* Takes one gauge; -1 with the fault ends the reading. */
typedef int metric_fn(void *arg, const struct metric *,
    const char *const value_of_label[METRIC_LABELS], int64_t value,
    struct fault *);

/*
 * Give every gauge of the store, those of a family one after the other, in a
 * stable order.  Strangers can report under as many names as they like: of a
 * family that goes by domain the worst are given, first those that somebody
 * vouches for, and all others added up under the domain `other`; 900 gauges at
 * most in all.
 */
int metrics_read(struct store *, metric_fn *, void *arg, struct fault *);

#endif
