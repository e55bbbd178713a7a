#ifndef IMAP_IMAP_H
#define IMAP_IMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "net/tls.h"

struct fault;
struct message_front;

/* How to log in; auto takes the strongest that both sides have. */
enum imap_auth {
	IMAP_AUTH_AUTO,
	IMAP_AUTH_PLAIN,
	IMAP_AUTH_LOGIN,
	IMAP_AUTH_SCRAM_SHA_256,
	IMAP_AUTH_XOAUTH2,
	IMAP_AUTH_OAUTHBEARER
};

/* What became of the secret. */
enum imap_secret {
	IMAP_SECRET_UNUSED,
	IMAP_SECRET_REFUSED, /* it was sent, and is not taken */
	IMAP_SECRET_TAKEN
};

/*
 * Everything needed to reach a mailbox; it and its strings belong to the
 * caller and outlive the session.
 */
struct imap_account {
	const char *name; /* of the configuration section */
	struct tls_settings tls;
	enum imap_auth auth;
	const char *user;
	const char *secret;	/* never logged, at no level */
	bool is_token;		/* the secret is an OAuth2 access token */
	uint64_t message_max;	/* limits.message */
	uint64_t header_max;	/* limits.header */
	enum imap_secret *fate; /* gets it, when not NULL */
};

/*
 * A mailbox at an IMAP server, as a stream of mails (RFC 3501, RFC 9051).
 * Faults have scope FAULT_SESSION and exit code 69 (unreachable, broke off,
 * certificate refused), 75 (try later), 76 (not the protocol), 77 (login or
 * permission refused) or 78 (settings that cannot be followed).  After a fault
 * the session is of no use, but for a folder that was refused (77).
 */
struct imap;

/*
 * Connect, TLS, greeting, login, each told to tls.steps; capabilities are asked
 * for once more, and ID is sent when offered.
 */
struct imap *imap_open(const struct imap_account *, struct fault *);

/* Say LOGOUT when the session is in order, and close; NULL is legal. */
void imap_close(struct imap *);

/* The login mechanism used, such as "PLAIN", for -v. */
const char *imap_mechanism(const struct imap *);

struct imap_folder {
	uint32_t uidvalidity; /* never 0 */
	uint32_t uidnext;     /* 0 when the server does not tell */
	uint32_t exists;      /* mails in it */
};

/*
 * Open a folder read-only: a name in UTF-8, or a special use such as "\\Junk"
 * (RFC 6154).  77 when it is missing or refused.
 */
int imap_examine(
    struct imap *, const char *folder, struct imap_folder *, struct fault *);

/* The same to change something in it. */
int imap_select(
    struct imap *, const char *folder, struct imap_folder *, struct fault *);

/* The folder opened last, as the server names it (modified UTF-7). */
const char *imap_folder_name(const struct imap *);

/* A folder as the server lists it. */
struct imap_listed {
	char *name; /* in UTF-8; as the server has it when that is not */
	bool selectable;
};

/* All of them, in the server's order; imap_list_free() it. */
int imap_list(
    struct imap *, struct imap_listed **list, size_t *n, struct fault *);
void imap_list_free(struct imap_listed *, size_t n);

/* The fields of a mail's header that tell whether it holds a report. */
struct imap_head {
	uint32_t uid;
	struct span fields; /* gone when the handler returns */
	bool has_date;
	int64_t date; /* INTERNALDATE, seconds since 1970 UTC */
};
typedef void imap_head_fn(void *arg, const struct imap_head *);

/*
 * Those of the newest mails of the folder that is open, `n` at most, in the
 * order of the server, but for mails that it cannot read.
 */
int imap_newest_heads(
    struct imap *, size_t n, imap_head_fn *, void *arg, struct fault *);

/* A mail on the server. */
struct imap_size {
	uint32_t uid;
	uint32_t size; /* RFC822.SIZE; may be inexact */
	bool skip;     /* not to be fetched */
};

/* The mail with that UID in a list in ascending order; NULL: it is not there.
 */
const struct imap_size *imap_size_find(
    const struct imap_size *list, size_t n, uint32_t uid);

/*
 * The mails with a UID of at least `first`, in ascending order, each once; of
 * a folder of millions of mails some of the first.  Those whose INTERNALDATE is
 * before `since` (seconds since 1970 UTC; 0: none) are marked to be skipped.
 * `*list` is allocated; free() it.
 */
int imap_sizes(struct imap *, uint32_t first, int64_t since,
    struct imap_size **list, size_t *n, struct fault *);

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
 * fetched.
 */
int imap_preview(struct imap *, struct imap_size *list, size_t n,
    imap_preview_fn *, void *arg, struct fault *);

/* A mail as it arrives. */
struct imap_mail {
	uint32_t uid;
	struct span bytes; /* gone when the handler returns */
	bool has_date;
	int64_t date; /* INTERNALDATE, seconds since 1970 UTC */
	uint64_t size;
	bool too_large;	 /* over message_max: only the header block, if that */
	bool unreadable; /* the server does not hand it out: no bytes */
};

/* -1 with the fault stops the fetching. */
typedef int imap_mail_fn(void *arg, const struct imap_mail *, struct fault *);

/*
 * Fetch those mails (ascending), but for those to be skipped, one in memory at
 * a time, and hand each over once as it arrives, in whatever order the server
 * sends.  A mail over message_max, by its RFC822.SIZE or in truth, is handed
 * over as its header block, cut at header_max.  Mails that were not asked for
 * are dropped; those that are gone meanwhile are passed over; those that the
 * server keeps to itself although they are there are handed over as unreadable.
 * -1 also when the handler stopped it; all that was handed over before is
 * valid.
 */
int imap_fetch(struct imap *, const struct imap_size *list, size_t n,
    imap_mail_fn *, void *arg, struct fault *);

#endif
