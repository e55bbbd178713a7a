#ifndef IMAP_SESSION_H
#define IMAP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libetpan/mailstream.h>
#include <libetpan/mmapstring.h>

#include "base/span.h"
#include "imap/reply.h"
#include "imap/special_use.h"
#include "imap_text/guard.h"

struct buf;
struct fault;
struct imap_account;

/*
 * A session with a server: commands go out, and their answers come in through
 * the guard, a line at a time.
 */
struct imap {
	const struct imap_account *account;
	struct guard guard;
	struct reply reply;
	mailstream_low *low; /* belongs to `stream` */
	mailstream *stream;
	MMAPString *line;  /* the last line that was read */
	int tag;	   /* of the last command whose answer was expected */
	int unheard;	   /* commands that were sent since then */
	uint64_t received; /* bytes that the guard has seen */
	const char *mechanism; /* of the login */
	bool is_second;	       /* another one was refused before it */
	/* the secret as it went over the wire, in each answer of a login */
	char *secrets_sent[REPLY_SECRETS - 1];
	bool broken; /* out of step, or gone: nothing more can be said */
	bool logged_in;
	/* The answers to login's CAPABILITY and ID are still unread: call
	 * login_settle() before anything else is read. */
	bool unsettled;
	/* of the folder, as imap_sizes saw it: UIDs, ascending */
	uint32_t *known;
	size_t n_known;
	char *folder;	     /* that is open, as the server names it; or NULL */
	struct special uses; /* the server's folders by their special use */
};

/*
 * Send a command, tag and line end around it.  Several may be sent one behind
 * the other; their answers come in the same order.
 */
int session_send(struct imap *, const char *text, struct fault *);

/* Send "UID FETCH SET ITEMS", such as "1:*" and "(UID)". */
int session_send_fetch(
    struct imap *, const char *set, const char *items, struct fault *);

/*
 * The answer to the first command that has none yet: say what may come in it,
 * then take the answers that the guard lets through, each with its literals and
 * a line end (1; 0 for the tagged one), and then ask session_end() what it came
 * to.  An answer larger than the buffer's bound is empty.
 */
void session_expect(struct imap *, const struct guard_limits *);
int session_next_answer(struct imap *, struct buf *, struct fault *);

/*
 * Behind an answer: 0 when it was OK.  -1 otherwise; when the server refused it
 * in good order, with NO or BAD, the session goes on, reply.status tells which,
 * and the fault reads "imap: what: the server's text".  Its exit code is
 * `refused` unless the text says more (75: come back later, 77: forbidden).
 */
int session_end(struct imap *, int refused, const char *what, struct fault *);

/*
 * All of that, where the tagged answer alone is of interest: hear it, or send
 * the command first and take 77 for `refused`.
 */
int session_hear(struct imap *, const struct guard_limits *, int refused,
    const char *what, struct fault *);
int session_command(struct imap *, const char *text,
    const struct guard_limits *, const char *what, struct fault *);

/*
 * Before the command of a login, which is written and answered in pieces; no
 * other may be unanswered.  Returns its tag.
 */
int session_begin_login(struct imap *);

/* The session cannot go on; says why, whatever the stream has to say to it. */
int session_broken(struct imap *, const char *what, struct fault *);

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

/* Write bytes; secret ones stay out of the log. */
int session_write(
    struct imap *, const char *bytes, size_t n, bool secret, struct fault *);

/* Read a line, without its end; it is there until the next one is read. */
int session_read_line(struct imap *, struct span *, struct fault *);

#endif
