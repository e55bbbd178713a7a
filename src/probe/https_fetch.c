#include <errno.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/check_options.h"
#include "model/domain_setup.h"
#include "net/address.h"
#include "net/tls.h"
#include "net/wait.h"
#include "net/wire.h"
#include "probe/certificate_verdict.h"
#include "probe/handshake.h"
#include "probe/http_answer.h"
#include "probe/https_fetch.h"
#include "probe/probe.h"

enum {
	RECEIVE = 16 * 1024,
	HTTPS = 443
};

struct fetching {
	const struct probe *probe;
	const struct https_request *request;
	struct arena *arena;
	struct web_fetch *found;
	struct tls_settings settings; /* of the wire */
	struct wire wire;
	struct http_answer answer;
};

static int
end(struct fetching *f, enum fetch_result result, const char *reason)
{
	f->found->result = result;
	f->found->reason = arena_strdup(f->arena, reason);
	return -1;
}

/* The wire failed. */
static int
end_wire(struct fetching *f)
{
	switch (f->wire.failure) {
	case WIRE_STOPPED:
		return end(f, FETCH_NOT_TRIED, "");
	case WIRE_LATE:
		return end(f, FETCH_FAILED,
		    arena_printf(f->arena, "no answer within %u s",
			f->settings.timeout));
	case WIRE_NO_TLS:
		return end(f, FETCH_FAILED, "what answers there is no TLS");
	case WIRE_TLS_OLD:
		return end(f, FETCH_TLS_OLD, "its versions are older");
	default:
		return end(f, FETCH_FAILED, wire_reason(&f->wire));
	}
}

/* Try one address; `*errnum` says why it takes no connection. */
static int
dial_one(struct fetching *f, const char *address, int *errnum)
{
	const struct check_options *o = f->probe->options;
	int64_t until = wait_clock() + (int64_t)o->timeout * 1000;
	int fd;

	if (until > f->settings.deadline)
		until = f->settings.deadline;
	fd = address_dial(address, f->request->port, until, f->probe->stop);
	*errnum = errno;
	return fd;
}

/* Connect to the first address that answers. */
static int
connect_to(struct fetching *f, const char *const *address, size_t n)
{
	const struct check_options *o = f->probe->options;
	const char *last = NULL;
	int fd = -1, errnum = 0;
	size_t i;

	for (i = 0; i < n && fd == -1; i++) {
		if (!o->private_addresses && !address_is_global(address[i]))
			continue;
		fd = dial_one(f, address[i], &errnum);
		last = address[i];
		if (fd == -1 && errnum == ECANCELED)
			return end(f, FETCH_NOT_TRIED, "");
	}
	if (last == NULL)
		return end(
		    f, FETCH_FAILED, "it has no address of the Internet");
	wire_open(&f->wire, &f->settings, fd);
	if (fd != -1)
		return 0;
	if (errnum == ETIMEDOUT)
		return end(f, FETCH_FAILED,
		    arena_printf(f->arena, "%s port %u does not answer", last,
			(unsigned)f->request->port));
	return end(f, FETCH_FAILED,
	    arena_printf(f->arena, "%s port %u: %s", last,
		(unsigned)f->request->port, strerror(errnum)));
}

/* A certificate that senders refuse, in words; "" for one that is good. */
static const char *
refusal_of(struct fetching *f, const struct certificate_found *c)
{
	char day[UTC_TEXT];

	switch (c->fault) {
	case CERTIFICATE_GOOD:
		return "";
	case CERTIFICATE_EXPIRED:
		utc_format_date(c->not_after, day);
		return arena_printf(f->arena, "it expired on %s", day);
	case CERTIFICATE_FUTURE:
		utc_format_date(c->not_before, day);
		return arena_printf(f->arena, "it is valid only from %s", day);
	case CERTIFICATE_NAME:
		return arena_printf(f->arena, "it is for %s", c->names);
	case CERTIFICATE_CN_ONLY:
		return "the name stands in its CN alone";
	default:
		return c->reason;
	}
}

static int
begin_tls(struct fetching *f)
{
	STACK_OF(X509) * sent;
	struct certificate_found certificate;
	const char *refusal;

	if (handshake(
		&f->wire, f->probe, f->request->host, HANDSHAKE_SENDERS) == -1)
		return end_wire(f);
	sent = SSL_get_peer_cert_chain(f->wire.ssl);
	if (sent == NULL || sk_X509_num(sent) == 0)
		return end(f, FETCH_CERTIFICATE, "none is sent");
	certificate_judge(sent, SSL_CTX_get_cert_store(f->probe->tls),
	    f->request->host, f->arena, &certificate);
	f->found->not_after = certificate.not_after;
	refusal = refusal_of(f, &certificate);
	if (refusal[0] != '\0')
		return end(f, FETCH_CERTIFICATE, refusal);
	return 0;
}

static int
send_request(struct fetching *f)
{
	const struct https_request *q = f->request;
	char number[8] = "";
	const char *text;
	size_t n;
	ssize_t sent;

	if (q->port != HTTPS)
		snprintf(number, sizeof number, ":%u", (unsigned)q->port);
	text = arena_printf(f->arena,
	    "%s %s HTTP/1.1\r\nHost: %s%s\r\nUser-Agent: tlsrua/%s (check)\r\n"
	    "Accept: text/plain\r\nConnection: close\r\n",
	    q->body != NULL ? "POST" : "GET", q->path, q->host, number,
	    TLSRUA_VERSION);
	text = q->body == NULL
		   ? arena_printf(f->arena, "%s\r\n", text)
		   : arena_printf(f->arena,
			 "%sContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
			 text, q->media_type, strlen(q->body), q->body);
	f->wire.waited = 0;
	for (n = strlen(text); n > 0; n -= (size_t)sent, text += sent)
		if ((sent = wire_send(&f->wire, text, n)) == -1)
			return end_wire(f);
	return 0;
}

static int
read_answer(struct fetching *f)
{
	char in[RECEIVE];
	ssize_t got;

	f->wire.waited = 0;
	while (f->answer.state == HTTP_BEGUN) {
		got = wire_receive(&f->wire, in, sizeof in);
		if (got > 0)
			http_answer_feed(&f->answer, in, (size_t)got);
		else if (f->wire.failure == WIRE_CLOSED ||
			 f->wire.failure == WIRE_BROKEN)
			http_answer_end(
			    &f->answer, f->wire.failure == WIRE_CLOSED);
		else
			return end_wire(f);
	}
	return 0;
}

static const char *
text_of(struct fetching *f, struct span s)
{
	return s.n > 0 ? arena_strndup(f->arena, s.p, s.n) : "";
}

/* What came, once all of it is there. */
static void
keep_answer(struct fetching *f)
{
	const struct http_answer *a = &f->answer;
	struct web_fetch *found = f->found;

	if (a->state == HTTP_BROKEN) {
		end(f, FETCH_FAILED, a->broken);
		return;
	}
	end(f, a->state == HTTP_TOO_LARGE ? FETCH_TOO_LARGE : FETCH_ANSWERED,
	    "");
	found->status = a->status;
	found->location = text_of(f, a->location);
	found->media_type = text_of(f, a->media_type);
	found->encoding = text_of(f, a->encoding);
	found->body =
	    (struct span){ a->body.len > 0 ? arena_strndup(f->arena,
						 a->body.data, a->body.len)
					   : "",
		    a->body.len };
}

void
https_fetch(const struct probe *p, const struct https_request *q,
    const char *const *address, size_t n, int64_t until, struct arena *arena,
    struct web_fetch *found)
{
	int64_t began = wait_clock();
	struct fetching f = { .probe = p,
		.request = q,
		.arena = arena,
		.found = found,
		.settings = { .host = q->host,
		    .port = q->port,
		    .mode = TLS_IMPLICIT,
		    .timeout = p->options->timeout,
		    .deadline = until,
		    .stop = p->stop },
		.wire = { .fd = -1 } };

	found->location = found->media_type = found->encoding = "";
	http_answer_init(&f.answer);
	if (connect_to(&f, address, n) == 0 && begin_tls(&f) == 0 &&
	    send_request(&f) == 0 && read_answer(&f) == 0)
		keep_answer(&f);
	wire_close(&f.wire);
	http_answer_free(&f.answer);
	found->seconds = (double)(wait_clock() - began) / 1000;
}
