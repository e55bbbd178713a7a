#ifndef IMAP_TEXT_SERVER_REFUSAL_H
#define IMAP_TEXT_SERVER_REFUSAL_H

#include <stdbool.h>

/*
 * What the text of a NO, a BAD or a greeting says about the reason (RFC 5530,
 * and the words that servers use without a code).
 */
enum refusal {
	REFUSAL_OTHER,	 /* the text names no reason that is known */
	REFUSAL_LATER,	 /* a limit is reached: come back later, ask no more */
	REFUSAL_TROUBLE, /* a passing fault of the server, perhaps with one mail
			  */
	REFUSAL_FORBIDDEN /* nobody may, or not this user, until somebody
			     changes it */
};

enum refusal refusal_of(const char *text);

/* The exit code that a text stands for: 75, 77, or else `otherwise`. */
int refusal_status(const char *text, int otherwise);

/*
 * What to do about a refusal that is known from some provider
 * (tlsrua-providers(7)), after a login by token or by password; "" for all
 * others.
 */
const char *refusal_advice(const char *text, bool by_token);

#endif
