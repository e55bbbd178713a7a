#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "source/session.h"

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

void
session_begin(
    struct imap *im, const struct guard_limits *limits, enum tls_pace pace)
{
	reply_begin(&im->reply, im->etpan->imap_tag + 1);
	guard_expect(&im->guard, limits);
	tls_begin(im->low, pace);
}

void
session_begin_short(struct imap *im, enum guard_command command)
{
	struct guard_limits limits = { .command = command,
		.lines = SHORT_ANSWER,
		.literals = SHORT_ANSWER };

	session_begin(im, &limits, TLS_PROMPT);
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
session_fetch(struct imap *im, struct mailimap_set *set,
    struct mailimap_fetch_type *items, const struct guard_limits *limits,
    struct fault *f)
{
	clist *none = NULL;
	int code;

	session_begin(im, limits, TLS_STEADY);
	code = mailimap_uid_fetch(im->etpan, set, items, &none);
	mailimap_fetch_type_free(items);
	if (code == MAILIMAP_NO_ERROR && none != NULL)
		mailimap_fetch_list_free(none);
	return session_end(im, code, EX_PROTOCOL, "FETCH refused", f);
}

/* libetpan adds up what it hears, and follows NULL when it heard nothing. */
static void
forget_capabilities(mailimap *etpan)
{
	struct mailimap_connection_info *info = etpan->imap_connection_info;
	clist *none = clist_new();
	struct mailimap_capability_data *data =
	    none != NULL ? mailimap_capability_data_new(none) : NULL;

	if (info == NULL || data == NULL)
		out_of_memory();
	if (info->imap_capability != NULL)
		mailimap_capability_data_free(info->imap_capability);
	info->imap_capability = data;
}

int
session_capabilities(struct imap *im, struct fault *f)
{
	struct mailimap_capability_data *data = NULL;
	int code;

	forget_capabilities(im->etpan);
	session_begin_short(im, GUARD_GENERAL);
	code = mailimap_capability(im->etpan, &data);
	if (data != NULL)
		mailimap_capability_data_free(data);
	if (session_end(im, code, EX_PROTOCOL, "CAPABILITY refused", f) == -1)
		return -1;
	if (!im->reply.capability)
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: the server does not tell its capabilities");
	return 0;
}

bool
session_can(const struct imap *im, const char *capability)
{
	const struct mailimap_connection_info *info =
	    im->etpan->imap_connection_info;
	const struct mailimap_capability *cap;
	const char *name;
	bool auth;
	clistiter *it;

	if (info == NULL || info->imap_capability == NULL)
		return false;
	auth = strncmp(capability, "AUTH=", 5) == 0;
	name = auth ? capability + 5 : capability;
	for (it = clist_begin(info->imap_capability->cap_list); it != NULL;
	     it = clist_next(it)) {
		cap = clist_content(it);
		if (auth && cap->cap_type == MAILIMAP_CAPABILITY_AUTH_TYPE &&
		    strcasecmp(cap->cap_data.cap_auth_type, name) == 0)
			return true;
		if (!auth && cap->cap_type == MAILIMAP_CAPABILITY_NAME &&
		    strcasecmp(cap->cap_data.cap_name, name) == 0)
			return true;
	}
	return false;
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
		return broken(im, MAILIMAP_ERROR_STREAM, "login", f);
	*line = (struct span){ buffer->str, buffer->len };
	return 0;
}

int
session_send(struct imap *im, const char *text,
    const struct guard_limits *limits, struct fault *f)
{
	char *line;
	int rc;

	session_begin(im, limits, TLS_STEADY);
	line = xasprintf("%d %s\r\n", ++im->etpan->imap_tag, text);
	rc = session_write(im, line, strlen(line), false, f);
	free(line);
	return rc;
}

int
session_next(struct imap *im, struct span *line, struct fault *f)
{
	if (session_read_line(im, line, f) == -1)
		return -1;
	return line->n > 0 && line->p[0] == '*';
}

int
session_command(struct imap *im, const char *text,
    const struct guard_limits *limits, const char *what, struct fault *f)
{
	struct span line = { 0 };
	int rc;

	if (session_send(im, text, limits, f) == -1)
		return -1;
	while ((rc = session_next(im, &line, f)) == 1)
		continue;
	return rc == -1
		   ? -1
		   : session_end(im, MAILIMAP_NO_ERROR, EX_NOPERM, what, f);
}
