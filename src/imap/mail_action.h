#ifndef IMAP_MAIL_ACTION_H
#define IMAP_MAIL_ACTION_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct imap;

/* What can be done with mails on the server. */
enum imap_action_kind {
	IMAP_SEEN,    /* \Seen */
	IMAP_FLAG,    /* \Flagged */
	IMAP_MOVE,    /* into a folder, made when it is missing */
	IMAP_COPYING, /* a move broken off when copies were made, or were not */
	IMAP_BREAK_OFF, /* the rest of a move whose copies are made */
	IMAP_DELETE	/* \Deleted, and expunged where just these can be */
};

struct imap_action {
	enum imap_action_kind kind;
	const char *folder; /* of a move, in UTF-8, "/" between levels; "" */
	/* of the folder, before copies were made; 0 when it was not told */
	uint32_t uidvalidity, uidnext;
};

/*
 * "seen", "flag", "move:FOLDER", "delete", "expire", "copied" and
 * "copying:UIDVALIDITY:UIDNEXT:FOLDER"; -1 when it is none.
 */
int imap_action_parse(const char *text, struct imap_action *);

/* Mails of the open folder. */
struct imap_acted_on {
	const uint32_t *uids;		/* ascending */
	const char *const *message_ids; /* of IMAP_COPYING alone; "": none */
	size_t n;
};

/* How far a server that confirmed a command has come with some mails. */
enum imap_acted {
	IMAP_ACTED_COPYING, /* of a move: nothing, but now the copies are made
			     */
	IMAP_ACTED_COPIED,  /* of a move: only the originals are left */
	IMAP_ACTED_NOT_COPIED, /* of a move: nothing after all */
	IMAP_ACTED_DONE,       /* all of it */
	IMAP_ACTED_FLAG_ONLY,  /* the same, but the mails are only flagged as
				  deleted: the server cannot expunge some alone
				  (no UIDPLUS) */
	IMAP_ACTED_UNSEEN,     /* nothing: the folder keeps no \Seen, */
	IMAP_ACTED_UNFLAGGED,  /* no \Flagged, */
	IMAP_ACTED_UNDELETED,  /* or no \Deleted, which is all there would be */
	IMAP_ACTED_PUT_BACK,   /* of a move: nothing, the copy was refused */
	IMAP_ACTED_REFUSED /* nothing: the server refuses it for this mail */
};

/*
 * `left` is the action that is left to be done; NULL: none.  Of what is refused
 * it is the server's text.
 */
typedef int imap_acted_fn(void *arg, const uint32_t *uids, size_t n,
    enum imap_acted, const char *left, struct fault *);

/*
 * Do that with mails of the folder opened by imap_select, a command's worth of
 * them after the other, and tell `fn` of each step that the server has
 * confirmed, and before mails are copied; -1 of it ends the matter.  To do it
 * again is harmless: mails that are gone are passed over by the server.  Of a
 * move that was broken off, the mails whose copies are there are deleted, and
 * the others are told as not copied.
 *
 * Where the server refuses a command, the mail that is the reason is sought by
 * halves: the others are done, and it is told to `fn`.  When it refuses all of
 * them it is the server's or the folder's matter: 77, or what the text stands
 * for, and the session goes on.
 */
int imap_act(struct imap *, const struct imap_action *,
    const struct imap_acted_on *, imap_acted_fn *, void *arg, struct fault *);

#endif
