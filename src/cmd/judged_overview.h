#ifndef CMD_JUDGED_OVERVIEW_H
#define CMD_JUDGED_OVERVIEW_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/overview.h"
#include "cmd/command_line.h"
#include "config/config.h"
#include "summary/judge.h"
#include "summary/sentences.h"

struct fault;

/* A look at the store over a range of days, ready to be told. */
struct look {
	struct arena mem;
	struct overview overview;
	struct judgement judgement;
	struct remedies remedies;
	struct words words; /* refers to all the above */
	int64_t now;
};

/*
 * 0, or the exit code of a wrong command line: which days?  `name` is the
 * command's.
 */
int look_check(const struct options *, const char *name);

/*
 * Read the store of the configuration: the days of the options, or else the
 * last 30 stored.  look_free() it in either case; it must not be moved.
 */
int look_open(struct look *, const struct options *, const struct config *,
    bool ascii, struct fault *);
void look_free(struct look *);

#endif
