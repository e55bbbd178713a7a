#ifndef CMD_JUDGED_OVERVIEW_H
#define CMD_JUDGED_OVERVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "cmd/command_line.h"
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

/*
 * Read the days that the options name, or else the last 30 stored; for a mail
 * the last 7.  `ascii` is
 * for text without any other characters.  The struct must not be moved, and
 * judged_overview_free() it in either case.
 */
int judged_overview_read(struct judged_overview *, struct store *,
    const struct options *, bool ascii, struct fault *);
void judged_overview_free(struct judged_overview *);

#endif
