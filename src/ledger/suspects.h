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
 * The mails of a folder that its server did not hand out, or at which a session
 * broke: asked for by each run, alone and last.
 */
struct store_suspect {
	uint32_t uid;
	unsigned runs; /* on which it failed while others were served */
	bool again;    /* it was set aside and is asked for once more */
};

/*
 * Those of the folder by number of runs; what is stored meanwhile, or is of
 * another UIDVALIDITY, is forgotten first.
 */
int store_read_suspects(struct store *, const struct store_mailbox *,
    struct arena *, struct store_suspect **list, size_t *n, struct fault *);

/*
 * Note that a mail failed: `counts` says whether this run is one more of those
 * on which others were served; `error` is what the trouble was.
 */
int store_note_suspect(struct store *, const struct store_mailbox *,
    uint32_t uid, bool counts, const char *error, struct fault *);

/*
 * Forget one, in the transaction of its verdict: it was handed out, which also
 * takes it out of quarantine, or it was set aside.
 */
int store_drop_suspect(struct store *, int64_t mailbox, uint32_t uidvalidity,
    uint32_t uid, bool handed_out, struct fault *);

/*
 * Ask once more for the mail of a quarantine entry `not-handed-out`; in the
 * next run that polls its folder.
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
 * A mail of the folder that was handed out, and of which nothing is known that
 * took it from there: 1 with `*uid`, 0 when there is none.
 */
int store_find_witness(struct store *, const struct store_mailbox *,
    uint32_t *uid, struct fault *);

#endif
