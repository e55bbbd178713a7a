#ifndef IMAP_REPLY_H
#define IMAP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;

enum reply_status {
	REPLY_NONE,
	REPLY_OK,
	REPLY_NO,
	REPLY_BAD
};

/* The flags that we set. */
enum reply_flag {
	REPLY_SEEN = 1,
	REPLY_FLAGGED = 2,
	REPLY_DELETED = 4
};

enum {
	REPLY_TEXT = 400,
	REPLY_SECRETS = 4, /* a login sends some in forms of their own */
	REPLY_PREFIX = 100,
	REPLY_CAPABILITIES = 4096
};

/*
 * What the server says, read from its lines as they pass the guard, since
 * libetpan keeps little of it and wraps numbers (RFC 9051 §7.1).  Texts have
 * the secrets of the session blotted out: a server may send them back.
 */
struct reply {
	const char *host; /* for the log */
	bool by_token;	  /* the login is by token: advice depends on it */
	const char *secrets[REPLY_SECRETS]; /* NULL when unused */
	char greeting[REPLY_TEXT];	    /* text of the first line */
	char stray[REPLY_TEXT]; /* the last line that was not IMAP, or "" */
	/* since reply_begin */
	int tag;
	enum reply_status status;
	bool wrong_tag;
	char text[REPLY_TEXT]; /* of the tagged line, response code included */
	/*
	 * The names that the server told since they were forgotten last, a
	 * blank before and behind each; empty when it told none.
	 */
	char capabilities[REPLY_CAPABILITIES];
	/* of the folder */
	bool bad_number;
	uint32_t uidvalidity, uidnext, exists;
	bool keeps_told;     /* which flags it keeps: PERMANENTFLAGS */
	unsigned char keeps; /* of these, enum reply_flag */
	/* of a folder that mails are copied to, by STATUS */
	uint32_t target_uidvalidity, target_uidnext;
	/* of a search: how many UIDs, of this or above */
	uint32_t search_from;
	size_t found;
	/* our own namespace (RFC 2342), as far as the server told it */
	char prefix[REPLY_PREFIX]; /* in modified UTF-7 */
	char separator;		   /* of the levels of a name; 0: none */
	char alert[REPLY_TEXT];	   /* the last one that was shown */
};

/* Forget what was said of a folder. */
void reply_forget_folder(struct reply *);

/* Whether the folder keeps that flag, as far as the server has told. */
bool reply_keeps(const struct reply *, enum reply_flag);

/* The answers from now on are to the command with this tag. */
void reply_begin(struct reply *, int tag);

/*
 * Take a line; fits guard_line_fn, `arg` being the reply.  -1 for BYE
 * (exit code 69, or 75 when the text says so).
 */
int reply_line(void *arg, const char *line, size_t n, struct fault *);

void reply_forget_capabilities(struct reply *);

/* Whether the server told this one, upper or lower case. */
bool reply_has_capability(const struct reply *, const char *name);

/*
 * Add to the fault of a session that broke what the server said last that was
 * not IMAP, which may be why: its words decide on the exit code, too.
 */
void reply_explain(const struct reply *, struct fault *);

/* Copy a line with the secrets blotted out, cut to `size`. */
void reply_blot(
    const struct reply *, const char *line, size_t n, char *out, size_t size);

/*
 * The fault of a command that was answered NO or BAD: its exit code is what the
 * text stands for, else `status`.  `what` reads like "login refused".
 */
int reply_fault(
    const struct reply *, int status, const char *what, struct fault *);

#endif
