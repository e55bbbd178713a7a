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
 * The journal of what is to be done with mails on the server: an action is
 * written with the verdict of its mail and removed when the server has done
 * it, so that a run that was killed in between leaves it to the next one.
 * Actions are named "seen", "flag", "delete", "expire" (deleted by its age),
 * "move:FOLDER", "copying:UIDVALIDITY:UIDNEXT:FOLDER" for one that is on its
 * way to where that folder ends, and "copied" for a mail of which only the
 * original is left to be deleted.
 */
struct store_action {
	uint32_t uid;
	const char *action;
	const char *message_id; /* when it is being copied; else "" */
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

/* The actions that the configuration asks for now. */
struct store_wanted {
	const char *after_import, *after_reject; /* "": nothing */
	/* "expire" for mails that arrived before it; 0: none */
	int64_t expired_before;
	int64_t now; /* what is to wait longer than that is left out */
};

/*
 * What waits in a folder (its number and UIDVALIDITY), by action and UID, of
 * each action that first which the server never refused.
 * What is not wanted now, and was not begun, is dropped, as is what was noted
 * under another UIDVALIDITY.  Mails expire that were looked at under this one
 * and whose reports were all imported or duplicates.
 */
int store_take_actions(struct store *, const struct store_mailbox *,
    const struct store_wanted *, struct arena *, struct store_action **list,
    size_t *n, struct fault *);

/* Except a message from delete_after, in the transaction of its verdict. */
int store_keep_message(struct store *, int64_t message, struct fault *);

enum store_action_step {
	STORE_ACTION_BEGUN, /* another action is left to be done */
	STORE_ACTION_DONE,
	STORE_ACTION_GIVEN_UP /* it cannot be done, and the mail is as it was */
};

/*
 * The server has confirmed this for those mails; a transaction of its own.
 * `left` is for what was begun.
 */
int store_actions_step(struct store *, const struct store_mailbox *,
    const uint32_t *uids, size_t n, enum store_action_step, const char *left,
    struct fault *);

/* The server refused it for this mail: it waits until `try_at`. */
int store_action_refused(struct store *, const struct store_mailbox *,
    uint32_t uid, int64_t try_at, struct fault *);

/* What is said of a folder only once, bits of mailboxes.said. */
enum store_said {
	STORE_SAID_FLAG_ONLY = 1, /* mails can only be flagged as deleted */
	STORE_SAID_UNSEEN = 2,	  /* it does not keep \Seen, */
	STORE_SAID_UNFLAGGED = 4, /* \Flagged, */
	STORE_SAID_UNDELETED = 8  /* or \Deleted */
};

/* Whether this is the first time that it is to be said; in `*first`. */
int store_say_once(struct store *, int64_t mailbox, enum store_said,
    bool *first, struct fault *);

#endif
