#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/span.h"
#include "imap/imap.h"
#include "imap/login.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap/special_use.h"
#include "imap_text/guard.h"
#include "imap_text/server_refusal.h"
#include "net/connect_steps.h"
#include "net/tls.h"

enum {
	STREAM_BUFFER = 16 * 1024,
	NAMES_LINES = 1024 * 1024
};

static struct imap *
session_new(const struct imap_account *account)
{
	struct imap *im = xcalloc(1, sizeof *im);

	im->account = account;
	im->mechanism = "";
	im->reply.host = account->tls.host;
	im->reply.by_token = account->is_token;
	guard_init(&im->guard, reply_line, &im->reply);
	if ((im->line = mmap_string_new("")) == NULL)
		out_of_memory();
	return im;
}

/* Its text, without the response code before it. */
static void
tell_greeting(const struct imap *im)
{
	const char *text = im->reply.greeting, *end;

	if (text[0] == '[' && (end = strchr(text, ']')) != NULL)
		text = end + 1 + strspn(end + 1, " ");
	steps_done(im->account->tls.steps, "", "%s",
	    text[0] != '\0' ? text : "without a text");
}

/* What is there is no IMAP server, or one that does not want to serve now. */
static int
refuse_greeting(struct imap *im, struct span line, struct fault *f)
{
	char said[REPLY_TEXT];
	int status;

	reply_blot(&im->reply, line.p, line.n, said, sizeof said);
	status = span_begins_nocase(line, "421")
		     ? EX_TEMPFAIL
		     : refusal_status(said, EX_PROTOCOL);
	return fault(f, FAULT_SESSION, status,
	    "imap: %s does not greet like an IMAP server%s: it says \"%.200s\"",
	    im->account->tls.host,
	    span_begins_nocase(line, "+OK")   ? ", but like one of POP3"
	    : span_begins_nocase(line, "220") ? ", but like one of SMTP"
					      : "",
	    said);
}

/* No line came; it may have begun. */
static int
cut_greeting(struct imap *im, struct fault *f)
{
	const struct guard *g = &im->guard;

	if (f->status != EX_UNAVAILABLE || g->n == 0 || g->text[0] == '*')
		return -1;
	return refuse_greeting(im, (struct span){ g->text, g->n }, f);
}

static int
greet(struct imap *im, struct fault *f)
{
	const char *host = im->account->tls.host;
	struct span line;

	if ((im->stream = mailstream_new(im->low, STREAM_BUFFER)) == NULL)
		out_of_memory();
	steps_begin(im->account->tls.steps, "greeting");
	tls_begin(im->low, TLS_PROMPT);
	tls_await_greeting(im->low);
	if (session_read_line(im, &line, f) == -1)
		return cut_greeting(im, f);
	im->broken = true;
	if (span_begins_nocase(line, "* PREAUTH"))
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: %s logs us in without being asked (PREAUTH): "
		    "refused",
		    host);
	if (!span_begins_nocase(line, "* OK"))
		return refuse_greeting(im, line, f);
	im->broken = false;
	tell_greeting(im);
	return 0;
}

/* RFC 9051 §6.2.1; whatever came in clear is forgotten. */
static int
starttls(struct imap *im, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = NAMES_LINES };
	const char *host = im->account->tls.host;

	steps_begin(im->account->tls.steps, "TLS");
	if (session_ask_capabilities(im, f) == -1 ||
	    session_hear_capabilities(im, f) == -1)
		return -1;
	if (!session_can(im, "STARTTLS"))
		return fault(f, FAULT_SESSION, EX_UNAVAILABLE,
		    "tls: %s does not offer STARTTLS: set tls = implicit",
		    host);
	if (session_command(im, "STARTTLS", &limits, "STARTTLS refused", f) ==
	    -1) {
		if (!im->broken && f->status == EX_NOPERM)
			f->status = EX_UNAVAILABLE;
		return -1;
	}
	reply_forget_capabilities(&im->reply);
	im->broken = true;
	if (tls_handshake(im->low, f) == -1)
		return -1;
	im->broken = false;
	return 0;
}

/* Whether the server looked at the secret, and what it said of it. */
static void
tell_fate(const struct imap *im, bool logged_in, const struct fault *f)
{
	enum imap_secret fate = IMAP_SECRET_UNUSED;

	if (logged_in)
		fate = IMAP_SECRET_TAKEN;
	else if (im->reply.secrets[0] != NULL && f->status == EX_NOPERM &&
		 (im->reply.status == REPLY_NO ||
		     im->reply.status == REPLY_BAD))
		fate = IMAP_SECRET_REFUSED;
	if (im->account->fate != NULL)
		*im->account->fate = fate;
}

static int
log_in(struct imap *im, struct fault *f)
{
	const struct steps *steps = im->account->tls.steps;
	int rc;

	steps_begin(steps, "login");
	rc = login(im, f);
	tell_fate(im, rc == 0, f);
	if (rc == 0)
		steps_done(
		    steps, "", "%s as %s", im->mechanism, im->account->user);
	return rc;
}

static int
feed_guard(void *arg, struct span *in, struct buf *out, struct fault *f)
{
	struct imap *im = arg;
	size_t before = in->n;
	int rc = guard_feed(&im->guard, in, out, f);

	im->received += before - in->n;
	return rc;
}

struct imap *
imap_open(const struct imap_account *account, struct fault *f)
{
	struct imap *im = session_new(account);
	struct tls_filter filter = { feed_guard, im, GUARD_LINE };

	im->low = tls_connect(&account->tls, &filter, f);
	if (im->low == NULL || greet(im, f) == -1 ||
	    (account->tls.mode == TLS_STARTTLS && starttls(im, f) == -1) ||
	    log_in(im, f) == -1) {
		imap_close(im);
		return NULL;
	}
	return im;
}

/*
 * The server shall know that we go, whatever it is saying now when a signal has
 * stopped us; what it says to that is not waited for.
 */
static void
take_leave(struct imap *im)
{
	const volatile sig_atomic_t *stop = im->account->tls.stop;
	char text[32];

	if ((im->broken && (stop == NULL || !*stop)) || !im->logged_in)
		return;
	snprintf(text, sizeof text, "%d LOGOUT\r\n", im->tag + im->unheard + 1);
	tls_take_leave(im->low, text, strlen(text));
}

void
imap_close(struct imap *im)
{
	struct fault gone = { FAULT_SESSION, EX_UNAVAILABLE, "closed" };
	size_t i;

	if (im == NULL)
		return;
	if (im->low != NULL) {
		take_leave(im);
		tls_break(im->low, &gone);
	}
	if (im->stream != NULL)
		mailstream_close(im->stream);
	mmap_string_free(im->line);
	for (i = 0; i < REPLY_SECRETS - 1; i++)
		session_wipe(im->secrets_sent[i]);
	free(im->known);
	free(im->folder);
	special_free(&im->uses);
	free(im);
}

const char *
imap_mechanism(const struct imap *im, bool *is_second)
{
	*is_second = im->is_second;
	return im->mechanism;
}

uint64_t
imap_received(const struct imap *im)
{
	return im->received;
}
