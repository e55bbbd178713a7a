#ifndef PROBE_SMTP_REPLY_H
#define PROBE_SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SMTP_LINE_MAX = 1024, /* bytes, without the line end */
	SMTP_LINES_MAX = 100, /* of a reply */
	SMTP_SAID = 256
};

enum smtp_reply_state {
	REPLY_BEGUN, /* more of it is to come */
	REPLY_WHOLE,
	REPLY_BROKEN /* no reply of SMTP: `broken` says why */
};

/*
 * A reply of an SMTP server (RFC 5321 §4.2), read from bytes as they come.
 * Zero-initialise for each reply.
 */
struct smtp_reply {
	enum smtp_reply_state state;
	unsigned code;	      /* 220 */
	char said[SMTP_SAID]; /* its first line, cut there */
	const char *broken;   /* in words */
	/* of the lines behind the first, as those of an answer to EHLO: one
	 * offers STARTTLS (RFC 3207); one is of the form XXXXXXXA, where a
	 * firewall has overwritten what it does not know */
	bool starttls;
	char hidden[SMTP_SAID]; /* that line; "" for none */
	size_t lines;
	char line[SMTP_LINE_MAX + 1]; /* the one that is being read */
	size_t n;
};

/*
 * Read on.  Returns how many of the bytes belong to the reply: all of them, or
 * fewer when it is whole or broken.
 */
size_t smtp_reply_feed(struct smtp_reply *, const char *bytes, size_t n);

#endif
