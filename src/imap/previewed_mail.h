#ifndef IMAP_PREVIEWED_MAIL_H
#define IMAP_PREVIEWED_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "imap_text/bodystructure.h"
#include "model/message.h"

struct arena;
struct buf;
struct fetch_answer;

enum {
	/* bytes of all sections and the structure in one answer, at most */
	PREVIEWED_ANSWER = 20 * 1024,
	/* room for the parameters of all parts of a mail */
	PREVIEWED_PARAMETERS = 2 * 1024
};

/* The items of the first two commands; previewed_items() gives the third's. */
extern const char previewed_fields[], previewed_structure[];

/*
 * What the server has told of a mail that is looked at, command by command; all
 * zero at first.  Spans are kept in the arena that is handed over with the
 * answers.  What is told twice counts as it was told first.
 */
struct previewed_mail {
	uint64_t size;		/* RFC822.SIZE */
	enum message_need need; /* once the fields are known */
	struct span fields;	/* p NULL: not told, as of `body` */
	bool has_date;
	int64_t date;	    /* as of struct imap_mail */
	bool has_structure; /* it was told, whatever it is */
	struct structure structure;
	const char *items; /* of the third command; NULL: there is none yet */
	bool asked;	   /* for those */
	/* in the order of the structure; those of the mail itself are above */
	struct span inner_fields[MESSAGE_MAILS];
	struct span body[MESSAGE_PARTS];
};

/* Add what an answer tells. */
void previewed_learn(
    struct previewed_mail *, const struct fetch_answer *, struct arena *);

/* The fields leave that open; a mail that is one text needs no structure. */
void previewed_set_need(struct previewed_mail *, enum message_need);

/*
 * Set the items of the third command, unless they are set, or the mail cannot
 * be ruled out, however its parts begin: the fields of each mail in it, and the
 * front of each part.
 */
void previewed_set_items(struct previewed_mail *, struct arena *);

/*
 * Put together what is known; false when something that was asked for is not.
 * The parameters of its parts are written into the buffer, which must have
 * room for PREVIEWED_PARAMETERS, so that it does not move.
 */
bool previewed_front(const struct previewed_mail *, struct buf *parameters,
    struct message_front *);

/* Whether all was told that was asked of it. */
bool previewed_is_told(const struct previewed_mail *, struct buf *parameters);

#endif
