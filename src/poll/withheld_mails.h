#ifndef POLL_WITHHELD_MAILS_H
#define POLL_WITHHELD_MAILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct fault;
struct poll_run;
struct store_mailbox;

enum {
	WITHHELD_RUNS = 4, /* failed ones, after which a mail is set aside */
	WITHHELD_WHY = 300
};

/*
 * The mails of a folder that its server does not hand out in this run, or at
 * which a session broke.  The trouble is the server's: nothing need be wrong
 * with the mails.  The list outlives a session.
 */
struct withheld_mails {
	struct withheld_mail {
		uint32_t uid;
		bool tried_alone; /* it was asked for alone, in this run */
		char why[WITHHELD_WHY];
	} * list;
	size_t n, room;
	bool served; /* the server has handed out some mail of the folder */
};

/* Whether the mail was asked for on its own in this run, and not handed out. */
bool withheld_was_tried(const struct withheld_mails *, uint32_t uid);

/* Note that a mail was not handed out, and why. */
void withheld_add(
    struct withheld_mails *, uint32_t uid, bool alone, const char *why);

/* It was handed out, or is gone. */
void withheld_remove(struct withheld_mails *, uint32_t uid);

/*
 * Whether a mail is a note that Exchange hands out in place of one that it
 * cannot convert.
 */
bool withheld_is_substitute(struct span mail);

/*
 * The run is over for the folder (`source` is its name in messages): record in
 * the store which mails failed, and set those aside that failed on the fourth
 * run on which the server handed out others.  Returns how many are to be asked
 * for again, with a fault that says so; or -1 when the store failed.
 */
int withheld_settle(struct withheld_mails *, struct poll_run *,
    const char *source, const struct store_mailbox *, struct fault *);

void withheld_free(struct withheld_mails *);

#endif
