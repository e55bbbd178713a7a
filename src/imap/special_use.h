#ifndef IMAP_SPECIAL_USE_H
#define IMAP_SPECIAL_USE_H

struct fault;
struct imap;

enum {
	SPECIAL_USES = 9
};

/* Which folder the server marks for which use, as far as it was asked. */
struct special {
	char *name[SPECIAL_USES]; /* as the server names them; NULL: none */
	unsigned asked;		  /* how many ways of asking were tried */
};

/*
 * A special use such as "\\Junk", in any case, as RFC 6154 spells it; NULL when
 * there is none of that name.  "\\Inbox" is one here, and is INBOX.
 */
const char *special_use(const char *text);

/*
 * The folder with that use as the server names it, which belongs to the
 * session.  NULL with exit code 77 when the server marks none; the session
 * goes on then.
 */
const char *special_find(struct imap *, const char *use, struct fault *);

void special_free(struct special *);

#endif
