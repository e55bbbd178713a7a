#ifndef IMAP_FETCH_PREVIEW_H
#define IMAP_FETCH_PREVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct imap;
struct imap_size;
struct message_front;

/* A mail of which so much is known that it need not be fetched. */
struct imap_preview {
	const struct imap_size *mail;
	bool has_date;
	int64_t date;			   /* as of struct imap_mail */
	const struct message_front *front; /* gone when the function returns */
};

/* 1 to skip it; 0; -1 with the fault stops the looking. */
typedef int imap_preview_fn(
    void *arg, const struct imap_preview *, struct fault *);

/*
 * Look at the larger of these mails, whose structure costs less than they do:
 * at the header, and at the front of each part where these are few and none is
 * a mail, or is named or typed like a report.  Those that `fn` wants skipped
 * are marked so; all others, and all when the server refuses, are to be
 * fetched.  When the session breaks, `*broke_at` gets the mail that probably is
 * the reason; else it stays as it is.
 */
int imap_preview(struct imap *, struct imap_size *list, size_t n,
    imap_preview_fn *fn, void *arg, uint32_t *broke_at, struct fault *);

#endif
