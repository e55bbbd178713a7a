#ifndef EXPORT_READ_OVERVIEW_H
#define EXPORT_READ_OVERVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/overview.h"
#include "summary/judge.h"
#include "summary/words.h"

struct fault;
struct store;

/* What the store says of a range of days, judged, and ready to be told. */
struct judged_overview {
	struct arena mem;
	struct overview overview;
	struct judge_watch watch; /* looked at all of it */
	struct judgement judgement;
	struct words words; /* refers to all the above */
	int64_t now;	    /* seconds since 1970 UTC */
	char host[256];	    /* the name of this machine; "" */
};

/* Which days and domains, and what alarm. */
struct overview_wish {
	const char *from, *to; /* UTC days, or NULL: the oldest, the newest */
	const char *const *domains;
	size_t n_domains; /* 0: all */
	bool alone;	  /* as if the store held these alone */
	double percent;	  /* of failed sessions; negative: no alarm */
	uint64_t min_sessions;
	bool ascii; /* words without any other characters */
};

/*
 * Read them.  The struct must not be moved, and judged_overview_free() it in
 * either case.
 */
int read_overview(struct judged_overview *, struct store *,
    const struct overview_wish *, struct fault *);
void judged_overview_free(struct judged_overview *);

/* The clock, or what SOURCE_DATE_EPOCH says, so that output can be repeated. */
int64_t read_overview_now(void);

#endif
