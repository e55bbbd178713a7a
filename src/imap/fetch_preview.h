#ifndef IMAP_FETCH_PREVIEW_H
#define IMAP_FETCH_PREVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "model/message.h"

struct fault;
struct imap;
struct imap_size;

/* A mail of which so much is known that it need not be fetched. */
struct imap_preview {
	const struct imap_size *mail;
	bool has_date;
	int64_t date;			   /* as of struct imap_mail */
	const struct message_front *front; /* gone when the function returns */
};

/* What the fields leave open; they are gone when the function returns. */
typedef enum message_need imap_fields_fn(void *arg, struct span fields);

/* 1 to skip it; 0; -1 with the fault stops the looking. */
typedef int imap_preview_fn(
    void *arg, const struct imap_preview *, struct fault *);

/* The mails to look at, and who judges what is seen. */
struct imap_looking {
	struct imap_size *list; /* ascending */
	size_t n;
	uint32_t bound; /* smaller mails are left to be fetched */
	imap_fields_fn *on_fields;
	imap_preview_fn *fn;
	void *arg;
	/* when the session breaks, the mail that probably is the reason; else
	 * it stays as it is */
	uint32_t broke_at;
};

/*
 * Look at mails whose size is not below the bound: at the few header fields
 * that tell; where these leave it open, at the structure; and at the first
 * bytes of each part and the same fields of each mail in the mail, where these
 * are few and none has the type of a report.  That is about a KB a mail, and
 * three round trips for up to a thousand mails.  Those that `fn` wants skipped
 * are marked so; all others, and all of which the server does not tell enough,
 * are to be fetched.
 */
int imap_preview(struct imap *, struct imap_looking *, struct fault *);

#endif
