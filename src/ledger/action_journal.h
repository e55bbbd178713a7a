#ifndef LEDGER_ACTION_JOURNAL_H
#define LEDGER_ACTION_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;
struct store_mailbox;

/*
 * The journal of what is to be done with mails on the server.  An action is
 * written with the verdict of its mail and removed when the server has done it,
 * so the next run does what a killed run did not get to.  Actions are
 *
 * "seen", "flag", "delete", "expire" (delete it for its age);
 * "move:FOLDER";
 * "copying:UIDVALIDITY:UIDNEXT:FOLDER" for a mail that is being copied into
 * that folder, which had that UIDNEXT before; "copied" for a mail whose copy is
 * there: its original is to be deleted.
 */
struct store_action {
	uint32_t uid;
	const char *action;
	const char *message_id; /* of a mail that is being copied; else "" */
	unsigned tries;		/* how often the server refused it */
};

/* Note an action, in the transaction of the mail's verdict. */
int store_add_action(struct store *, int64_t mailbox, uint32_t uidvalidity,
    uint32_t uid, const char *action, struct fault *);

/*
 * Note `action` for every mail that was looked at before under the same
 * UIDVALIDITY, whose reports were all imported or duplicates, and that is still
 * where it was.  A transaction of its own.
 */
int store_add_actions_again(struct store *, const struct store_mailbox *,
    const char *action, struct fault *);

/* The actions that the configuration asks for now; times in seconds since 1970.
 */
struct store_wanted {
	const char *after_import, *after_reject; /* "": nothing */
	/* mails that arrived before it are to "expire"; 0: none */
	int64_t expired_before;
	int64_t now; /* actions that wait for a later time are left out */
};

/*
 * Read the actions that are to be done in a folder now, sorted by action; of
 * one action those that the server never refused come first; else by UID.
 *
 * Before that, actions are dropped that the configuration does not ask for any
 * more and that were not begun, and those noted under another UIDVALIDITY; and
 * "expire" is noted for mails that are old enough, were looked at under this
 * UIDVALIDITY, and whose reports were all imported or duplicates.
 */
int store_take_actions(struct store *, const struct store_mailbox *,
    const struct store_wanted *, struct arena *, struct store_action **list,
    size_t *n, struct fault *);

/* Never let a message expire; in the transaction of its verdict. */
int store_keep_message(struct store *, int64_t message, struct fault *);

enum store_action_step {
	STORE_ACTION_BEGUN, /* the first step is; the action `left` remains */
	STORE_ACTION_DONE,
	STORE_ACTION_GIVEN_UP /* it cannot be done, and the mail is as it was */
};

/*
 * Note what the server has confirmed for these mails, in a transaction of its
 * own.  `left` is the action that remains, for STORE_ACTION_BEGUN.
 */
int store_actions_step(struct store *, const struct store_mailbox *,
    const uint32_t *uids, size_t n, enum store_action_step, const char *left,
    struct fault *);

/* Note that the server refused the action for this mail, which waits until
 * `try_at` (seconds since 1970). */
int store_action_refused(struct store *, const struct store_mailbox *,
    uint32_t uid, int64_t try_at, struct fault *);

/* What is logged about a folder only once; bits of mailboxes.said. */
enum store_said {
	STORE_SAID_FLAG_ONLY = 1, /* mails can only be flagged as deleted */
	STORE_SAID_UNSEEN = 2,	  /* it does not keep \Seen, */
	STORE_SAID_UNFLAGGED = 4, /* \Flagged, */
	STORE_SAID_UNDELETED = 8  /* or \Deleted */
};

/* Note that it is logged now; `*first` gets whether it was not before. */
int store_say_once(struct store *, int64_t mailbox, enum store_said,
    bool *first, struct fault *);

#endif
