#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "imap/session.h"

enum {
	SHORT_ANSWER = 256 * 1024
};

/* libetpan uses a message handler only when it has these. */
static void
on_progress(size_t now, size_t all, void *arg)
{
	(void)now;
	(void)all;
	(void)arg;
}

static void
on_message(struct mailimap_msg_att *att, void *arg)
{
	const struct imap *im = arg;

	if (im->listener != NULL)
		im->listener->message(im->listener->arg, att);
}

static bool
on_literal(int type, struct mailimap_msg_att_body_section *section,
    const char *bytes, size_t n, void *arg)
{
	const struct imap *im = arg;

	if (im->listener == NULL || type != MAILIMAP_MSG_ATT_BODY_SECTION)
		return true;
	return im->listener->literal(
	    im->listener->arg, section, (struct span){ bytes, n });
}

void
session_listen(struct imap *im)
{
	mailimap_set_progress_callback(
	    im->etpan, on_progress, on_progress, NULL);
	mailimap_set_msg_att_handler(im->etpan, on_message, im);
	mailimap_set_msg_body_handler(im->etpan, on_literal, im);
}

/* What may come in answer to the next command, and how long it may take. */
static void
begin(struct imap *im, const struct guard_limits *limits, enum tls_pace pace)
{
	reply_begin(&im->reply, im->etpan->imap_tag + 1);
	guard_expect(&im->guard, limits);
	tls_begin(im->low, pace);
}

void
session_begin_login(struct imap *im)
{
	static const struct guard_limits limits = { .command = GUARD_LOGIN,
		.lines = SHORT_ANSWER };

	begin(im, &limits, TLS_PROMPT);
}

static bool
is_broken(int code)
{
	return code == MAILIMAP_ERROR_STREAM || code == MAILIMAP_ERROR_PARSE ||
	       code == MAILIMAP_ERROR_FATAL ||
	       code == MAILIMAP_ERROR_BAD_STATE ||
	       code == MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION;
}

static int
broken(struct imap *im, int code, const char *what, struct fault *f)
{
	im->broken = true;
	if (tls_fault(im->low, f) == -1)
		return -1;
	if (im->reply.wrong_tag)
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: %s: the answer has another command's tag", what);
	if (code == MAILIMAP_ERROR_PARSE)
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: %s: the answer cannot be read", what);
	return fault(f, FAULT_SESSION, EX_PROTOCOL,
	    "imap: %s: the answer makes no sense (libetpan %d)", what, code);
}

int
session_end(
    struct imap *im, int code, int refused, const char *what, struct fault *f)
{
	const struct reply *r = &im->reply;

	if (code == MAILIMAP_ERROR_MEMORY && tls_fault(im->low, f) == 0)
		out_of_memory();
	if (is_broken(code) || r->status == REPLY_NONE || r->wrong_tag)
		return broken(im, code, what, f);
	if (r->status != REPLY_OK)
		return reply_fault(r, refused, what, f);
	if (code > MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		return broken(im, code, what, f);
	return 0;
}

int
session_send(struct imap *im, const char *text, struct fault *f)
{
	int tag = im->etpan->imap_tag + im->unheard + 1, rc;
	char *line = xasprintf("%d %s\r\n", tag, text);

	rc = session_write(im, line, strlen(line), false, f);
	if (rc == 0)
		im->unheard++;
	free(line);
	return rc;
}

void
session_expect(struct imap *im, const struct guard_limits *limits)
{
	begin(im, limits, TLS_STEADY);
	im->etpan->imap_tag++;
	im->unheard--;
}

int
session_next(struct imap *im, struct span *line, struct fault *f)
{
	const struct reply *r = &im->reply;
	char tag[16];

	if (session_read_line(im, line, f) == -1)
		return -1;
	if (r->wrong_tag)
		return span_begins_nocase(*line, "*");
	if (r->status == REPLY_NONE)
		return 1;
	snprintf(tag, sizeof tag, "%d ", im->etpan->imap_tag);
	return !span_begins_nocase(*line, tag);
}

int
session_hear(struct imap *im, const struct guard_limits *limits, int refused,
    const char *what, struct fault *f)
{
	struct span line = { 0 };
	int rc;

	session_expect(im, limits);
	while ((rc = session_next(im, &line, f)) == 1)
		continue;
	return rc == -1 ? -1
			: session_end(im, MAILIMAP_NO_ERROR, refused, what, f);
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
session_hear_fetch(
    struct imap *im, const struct guard_limits *limits, struct fault *f)
{
	struct mailimap_response *response = NULL;
	int code = MAILIMAP_ERROR_STREAM;

	session_expect(im, limits);
	if (mailimap_read_line(im->etpan) != NULL)
		code = mailimap_parse_response(im->etpan, &response);
	if (code == MAILIMAP_NO_ERROR)
		mailimap_response_free(response);
	return session_end(im, code, EX_PROTOCOL, "FETCH refused", f);
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
	mailstream *stream = im->etpan->imap_stream;
	bool ok;

	mailstream_set_privacy(stream, !secret);
	ok = mailstream_write(stream, bytes, n) == (ssize_t)n &&
	     mailstream_flush(stream) == 0;
	mailstream_set_privacy(stream, 1);
	return ok ? 0 : broken(im, MAILIMAP_ERROR_STREAM, "write", f);
}

int
session_read_line(struct imap *im, struct span *line, struct fault *f)
{
	MMAPString *buffer = im->etpan->imap_stream_buffer;

	if (mailstream_read_line_remove_eol(im->etpan->imap_stream, buffer) ==
	    NULL)
		return broken(im, MAILIMAP_ERROR_STREAM, "read", f);
	*line = (struct span){ buffer->str, buffer->len };
	return 0;
}

int
session_read_bytes(
    struct imap *im, uint64_t n, struct buf *buf, struct fault *f)
{
	char bytes[4096];
	size_t some, room;
	ssize_t got;

	for (; n > 0; n -= (size_t)got) {
		some = n < sizeof bytes ? (size_t)n : sizeof bytes;
		got = mailstream_read(im->etpan->imap_stream, bytes, some);
		if (got <= 0)
			return broken(im, MAILIMAP_ERROR_STREAM, "FETCH", f);
		room = buf->max - buf->len;
		buf_append(buf, bytes, (size_t)got < room ? (size_t)got : room);
	}
	return 0;
}
