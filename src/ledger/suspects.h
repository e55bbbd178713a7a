#ifndef LEDGER_SUSPECTS_H
#define LEDGER_SUSPECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;
struct store_mailbox;

/*
 * A suspect: a mail that its server did not hand out, or at which a session
 * broke.  Each run asks for it again, alone.
 */
struct store_suspect {
	uint32_t uid;
	unsigned runs; /* that did not get it, while they got other mails */
	bool again;    /* it is in quarantine, and is asked for once more */
};

/*
 * Read the suspects of a folder, sorted by `runs`.  Those that are stored by
 * now, or are of another UIDVALIDITY, are forgotten first.
 */
int store_read_suspects(struct store *, const struct store_mailbox *,
    struct arena *, struct store_suspect **list, size_t *n, struct fault *);

/*
 * Note that a mail was not handed out, and why.  `counts`: this run got other
 * mails, so it counts among the suspect's `runs`.
 */
int store_note_suspect(struct store *, const struct store_mailbox *,
    uint32_t uid, bool counts, const char *error, struct fault *);

/*
 * Forget a suspect, in the transaction of its verdict: either it was handed
 * out, and then its entry leaves quarantine, or it was put into quarantine.
 */
int store_drop_suspect(struct store *, int64_t mailbox, uint32_t uidvalidity,
    uint32_t uid, bool handed_out, struct fault *);

/*
 * Have the next run that polls the folder ask once more for the mail of an
 * entry of quarantine with the code `not-handed-out`.
 */
int store_suspect_again(struct store *, int64_t mailbox, uint32_t uidvalidity,
    uint32_t uid, struct fault *);

/*
 * UIDs behind the cursor whose mails are stored, ascending: the cursor stays
 * before a mail that is not handed out, while those behind it are read.
 */
int store_read_done(struct store *, const struct store_mailbox *,
    struct arena *, uint32_t **uids, size_t *n, struct fault *);

/*
 * Find a mail of the folder that was handed out before and should still be
 * there, since no action took it away: 1 with `*uid`, 0 when there is none.  If
 * the server hands that one out, it does hand out mails.
 */
int store_find_witness(struct store *, const struct store_mailbox *,
    uint32_t *uid, struct fault *);

#endif
