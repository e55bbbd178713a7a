#include <openssl/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap_text/guard.h"
#include "imap_text/tokens.h"
#include "net/tls.h"

enum {
	SHORT_ANSWER = 256 * 1024
};

/* The answer to the next command begins: what may come, and how fast. */
static void
begin(struct imap *im, const struct guard_limits *limits, enum tls_pace pace)
{
	im->tag++;
	reply_begin(&im->reply, im->tag);
	guard_expect(&im->guard, limits);
	tls_begin(im->low, pace);
}

int
session_begin_login(struct imap *im)
{
	static const struct guard_limits limits = { .command = GUARD_LOGIN,
		.lines = SHORT_ANSWER };

	begin(im, &limits, TLS_PROMPT);
	return im->tag;
}

int
session_broken(struct imap *im, const char *what, struct fault *f)
{
	im->broken = true;
	if (tls_fault(im->low, f) == -1) {
		reply_explain(&im->reply, f);
		return -1;
	}
	return fault(f, FAULT_SESSION, EX_PROTOCOL, "imap: %s: %s", what,
	    im->reply.wrong_tag ? "the answer has another command's tag"
				: "the answer cannot be read");
}

int
session_end(struct imap *im, int refused, const char *what, struct fault *f)
{
	const struct reply *r = &im->reply;

	if (r->status == REPLY_NONE || r->wrong_tag)
		return session_broken(im, what, f);
	return r->status == REPLY_OK ? 0 : reply_fault(r, refused, what, f);
}

int
session_send(struct imap *im, const char *text, struct fault *f)
{
	char *line = xasprintf("%d %s\r\n", im->tag + im->unheard + 1, text);
	int rc = session_write(im, line, strlen(line), false, f);

	if (rc == 0)
		im->unheard++;
	free(line);
	return rc;
}

void
session_expect(struct imap *im, const struct guard_limits *limits)
{
	begin(im, limits, TLS_STEADY);
	im->unheard--;
}

int
session_read_line(struct imap *im, struct span *line, struct fault *f)
{
	if (mailstream_read_line_remove_eol(im->stream, im->line) == NULL)
		return session_broken(im, "read", f);
	*line = (struct span){ im->line->str, im->line->len };
	return 0;
}

static int
read_bytes(struct imap *im, uint64_t n, struct buf *buf, struct fault *f)
{
	char bytes[4096];
	size_t some, room;
	ssize_t got;

	for (; n > 0; n -= (size_t)got) {
		some = n < sizeof bytes ? (size_t)n : sizeof bytes;
		got = mailstream_read(im->stream, bytes, some);
		if (got <= 0)
			return session_broken(im, "FETCH", f);
		room = buf->max - buf->len;
		buf_append(buf, bytes, (size_t)got < room ? (size_t)got : room);
	}
	return 0;
}

/* A line: 1; 0 for the tagged one. */
static int
next_line(struct imap *im, struct span *line, struct fault *f)
{
	const struct reply *r = &im->reply;
	char tag[16];

	if (session_read_line(im, line, f) == -1)
		return -1;
	if (r->wrong_tag)
		return span_begins_nocase(*line, "*");
	if (r->status == REPLY_NONE)
		return 1;
	snprintf(tag, sizeof tag, "%d ", im->tag);
	return !span_begins_nocase(*line, tag);
}

int
session_next_answer(struct imap *im, struct buf *answer, struct fault *f)
{
	struct span line = { 0 };
	bool fits = true;
	uint64_t bytes;
	int rc = next_line(im, &line, f);

	buf_reset(answer);
	while (rc == 1) {
		fits = fits && buf_append(answer, line.p, line.n) == 0 &&
		       buf_append(answer, "\r\n", 2) == 0;
		if (ends_in_literal(line, &bytes) != 1)
			break;
		fits = fits && bytes <= answer->max - answer->len;
		if (read_bytes(im, bytes, answer, f) == -1 ||
		    session_read_line(im, &line, f) == -1)
			return -1;
	}
	if (!fits)
		buf_reset(answer);
	return rc;
}

int
session_hear(struct imap *im, const struct guard_limits *limits, int refused,
    const char *what, struct fault *f)
{
	struct span line = { 0 };
	int rc;

	session_expect(im, limits);
	while ((rc = next_line(im, &line, f)) == 1)
		continue;
	return rc == -1 ? -1 : session_end(im, refused, what, f);
}

int
session_command(struct imap *im, const char *text,
    const struct guard_limits *limits, const char *what, struct fault *f)
{
	if (session_send(im, text, f) == -1)
		return -1;
	return session_hear(im, limits, EX_NOPERM, what, f);
}

int
session_send_fetch(
    struct imap *im, const char *set, const char *items, struct fault *f)
{
	char *text = xasprintf("UID FETCH %s %s", set, items);
	int rc = session_send(im, text, f);

	free(text);
	return rc;
}

int
session_ask_capabilities(struct imap *im, struct fault *f)
{
	reply_forget_capabilities(&im->reply);
	return session_send(im, "CAPABILITY", f);
}

int
session_hear_capabilities(struct imap *im, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = SHORT_ANSWER };

	if (session_hear(im, &limits, EX_PROTOCOL, "CAPABILITY refused", f) ==
	    -1)
		return -1;
	if (im->reply.capabilities[0] == '\0')
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: the server does not tell its capabilities");
	return 0;
}

bool
session_can(const struct imap *im, const char *capability)
{
	return reply_has_capability(&im->reply, capability);
}

char *
session_quote(const char *s)
{
	char *quoted = xmalloc(2 * strlen(s) + 3), *p = quoted;

	*p++ = '"';
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			*p++ = '\\';
		*p++ = *s;
	}
	*p++ = '"';
	*p = '\0';
	return quoted;
}

void
session_wipe(char *s)
{
	if (s == NULL)
		return;
	OPENSSL_cleanse(s, strlen(s));
	free(s);
}

void
session_keep_secret(struct imap *im, const char *secret)
{
	size_t i = 0;

	while (i + 1 < REPLY_SECRETS - 1 && im->secrets_sent[i] != NULL)
		i++;
	session_wipe(im->secrets_sent[i]);
	im->secrets_sent[i] = xstrdup(secret);
	im->reply.secrets[i + 1] = im->secrets_sent[i];
}

int
session_write(
    struct imap *im, const char *bytes, size_t n, bool secret, struct fault *f)
{
	bool ok;

	mailstream_set_privacy(im->stream, !secret);
	ok = mailstream_write(im->stream, bytes, n) == (ssize_t)n &&
	     mailstream_flush(im->stream) == 0;
	mailstream_set_privacy(im->stream, 1);
	return ok ? 0 : session_broken(im, "write", f);
}
