#ifndef IMAP_SESSION_H
#define IMAP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libetpan/libetpan.h>

#include "base/span.h"
#include "imap/guard.h"
#include "imap/imap.h"
#include "imap/reply.h"
#include "imap/special_use.h"
#include "net/tls.h"

struct buf;
struct fault;

/* Who takes the messages of a FETCH as they come. */
struct session_listener {
	/* A message is complete; what it points to is gone afterwards. */
	void (*message)(void *arg, const struct mailimap_msg_att *);
	/* Bytes of a section of the message to come; false ends it all. */
	bool (*literal)(void *arg, const struct mailimap_msg_att_body_section *,
	    struct span);
	void *arg;
};

/* What the files of the IMAP client share about a session. */
struct imap {
	const struct imap_account *account;
	struct guard guard;
	struct reply reply;
	mailstream_low *low; /* belongs to the stream of `etpan` */
	mailimap *etpan;
	const char *mechanism;
	/* the secret as it went over the wire, in each answer of a login */
	char *secrets_sent[REPLY_SECRETS - 1];
	bool broken;	/* out of step, or gone: nothing more can be said */
	int unheard;	/* commands that were sent and not answered yet */
	bool unsettled; /* those of login() are among them */
	/* of the folder, as imap_sizes saw it: UIDs, ascending */
	uint32_t *known;
	size_t n_known;
	const struct session_listener *listener; /* or NULL */
	char *folder;	     /* that is open, as the server names it; or NULL */
	struct special uses; /* the server's folders by their special use */
};

/*
 * Have libetpan hand over each message as it comes, and the bytes of its
 * literals as they come, in place of collecting them.  Once, before anything
 * is read; messages that nobody listens to are dropped.
 */
void session_listen(struct imap *);

/*
 * Send a command, tag and line end around it.  Several may be sent one behind
 * the other; their answers come in the same order.
 */
int session_send(struct imap *, const char *text, struct fault *);

/*
 * The answer to the first command that has none yet, past libetpan's parser:
 * what may come in it, then what the guard lets through of it, a line at a time
 * (1; 0 for the tagged one, 1 for all before it; what a literal holds is read
 * by session_read_line), then session_end() with MAILIMAP_NO_ERROR.
 */
void session_expect(struct imap *, const struct guard_limits *);
int session_next(struct imap *, struct span *line, struct fault *);

/* All of that, where the tagged answer alone is of interest. */
int session_hear(struct imap *, const struct guard_limits *, int refused,
    const char *what, struct fault *);
int session_command(struct imap *, const char *text,
    const struct guard_limits *, const char *what, struct fault *);

/*
 * UID FETCH of a set, such as "1:*", and items, such as "(UID)"; the answer,
 * which goes to the listener, is heard as with session_hear(), with exit code
 * 76 for what is refused.
 */
int session_send_fetch(
    struct imap *, const char *set, const char *items, struct fault *);
int session_hear_fetch(
    struct imap *, const struct guard_limits *, struct fault *);

/*
 * Before the command of a login, which is written and answered in pieces; no
 * other may be unanswered.
 */
void session_begin_login(struct imap *);

/*
 * Behind an answer, with libetpan's result code: 0 when it was answered OK.
 * -1 otherwise; when the server refused it in good order, with NO or BAD, the
 * session goes on, reply.status tells which, and the fault has exit code
 * `refused` (75 when the server asks to come back later) and reads
 * "imap: what: the server's text".
 */
int session_end(
    struct imap *, int code, int refused, const char *what, struct fault *);

/* Ask what the server can do, and forget what was known before; hear it. */
int session_ask_capabilities(struct imap *, struct fault *);
int session_hear_capabilities(struct imap *, struct fault *);

/* Whether it can, such as "MOVE" or "AUTH=PLAIN". */
bool session_can(const struct imap *, const char *capability);

/* A quoted string (RFC 9051 §4.3) of text without control characters. */
char *session_quote(const char *);

/* Overwrite and free a string; NULL is legal. */
void session_wipe(char *);

/*
 * From now on blot this out of what the server says, too; the first ones and
 * the last are kept.
 */
void session_keep_secret(struct imap *, const char *);

/*
 * Write bytes, and read a line (without line end) past libetpan's parser.
 * Secret ones stay out of the log.
 */
int session_write(
    struct imap *, const char *bytes, size_t n, bool secret, struct fault *);
int session_read_line(struct imap *, struct span *, struct fault *);

/* Read just so many bytes, of which `buf` gets what it has room for. */
int session_read_bytes(struct imap *, uint64_t n, struct buf *, struct fault *);

#endif
