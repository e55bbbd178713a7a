#include <errno.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "model/check_options.h"
#include "model/domain_setup.h"
#include "net/address.h"
#include "net/tls.h"
#include "net/wait.h"
#include "net/wire.h"
#include "probe/certificate_verdict.h"
#include "probe/dane_verdict.h"
#include "probe/handshake.h"
#include "probe/probe.h"
#include "probe/smtp_reply.h"
#include "probe/smtp_session.h"

enum {
	RECEIVE = 4096,
	COMMAND = 320, /* "EHLO " and a name */
	ADDRESS = 64,
	USAGE_TA = 2
};

struct session {
	const struct probe *probe;
	const struct smtp_target *target;
	struct arena *arena;
	struct smtp_found *found;
	struct tls_settings settings; /* of the wire */
	struct wire wire;
	char in[RECEIVE]; /* what came and was not read yet */
	size_t n, at;
	struct smtp_reply reply;
};

static int
end(struct session *s, enum smtp_result result, const char *said)
{
	s->found->result = result;
	s->found->said = arena_strdup(s->arena, said);
	return -1;
}

static int
end_late(struct session *s)
{
	s->found->waited = s->settings.timeout;
	return end(s, SMTP_LATE, "");
}

/* -- replies */

/* Read a reply, within `seconds`.  -1 when the wire failed. */
static int
read_reply(struct session *s, unsigned seconds)
{
	ssize_t got;

	s->settings.timeout = seconds;
	s->wire.waited = 0;
	memset(&s->reply, 0, sizeof s->reply);
	while (s->reply.state == REPLY_BEGUN) {
		if (s->at == s->n) {
			got = wire_receive(&s->wire, s->in, sizeof s->in);
			if (got == -1)
				return -1;
			s->at = 0;
			s->n = (size_t)got;
		}
		s->at +=
		    smtp_reply_feed(&s->reply, s->in + s->at, s->n - s->at);
	}
	return 0;
}

static int
send_all(struct session *s, const char *text)
{
	size_t n = strlen(text);
	ssize_t sent;

	s->wire.waited = 0;
	while (n > 0) {
		if ((sent = wire_send(&s->wire, text, n)) == -1)
			return -1;
		text += sent;
		n -= (size_t)sent;
	}
	return 0;
}

/* Send a command and read the reply. */
static int
command(struct session *s, const char *text)
{
	if (send_all(s, text) == -1)
		return -1;
	return read_reply(s, s->probe->options->timeout);
}

/* What to call ourselves: a name, or the address we come from (RFC 5321
 * §4.1.3). */
static int
say_hello(struct session *s)
{
	struct sockaddr_storage own;
	socklen_t n = sizeof own;
	char text[COMMAND], address[ADDRESS] = "127.0.0.1";
	void *p = &own;

	if (s->probe->helo[0] != '\0') {
		snprintf(text, sizeof text, "EHLO %s\r\n", s->probe->helo);
		return command(s, text);
	}
	if (getsockname(s->wire.fd, p, &n) == 0)
		getnameinfo(
		    p, n, address, sizeof address, NULL, 0, NI_NUMERICHOST);
	address[strcspn(address, "%")] = '\0'; /* the interface */
	snprintf(text, sizeof text, "EHLO [%s%s]\r\n",
	    strchr(address, ':') != NULL ? "IPv6:" : "", address);
	return command(s, text);
}

/* -- the steps; each returns -1 once `found` says why it ended */

static int
connect_to(struct session *s)
{
	const struct check_options *o = s->probe->options;
	int64_t until = wait_clock() + (int64_t)o->timeout * 1000;
	const char *address = s->target->address;

	if (until > s->settings.deadline)
		until = s->settings.deadline;
	wire_open(&s->wire, &s->settings,
	    address_dial(address, o->smtp_port, until, s->probe->stop));
	s->n = s->at = 0;
	if (s->wire.fd != -1)
		return 0;
	switch (errno) {
	case ECANCELED:
		return end(s, SMTP_NOT_TRIED, "");
	case ECONNREFUSED:
	case ECONNRESET:
		return end(s, SMTP_REFUSED, "connection refused");
	case ETIMEDOUT:
		s->found->waited = o->timeout;
		return end(s, SMTP_UNREACHED, "no answer");
	case EAFNOSUPPORT:
	case EADDRNOTAVAIL:
		return end(s, SMTP_NO_FAMILY, "");
	case ENETUNREACH:
		if (strchr(address, ':') != NULL)
			return end(s, SMTP_NO_FAMILY, "");
		return end(s, SMTP_UNREACHED, strerror(errno));
	default:
		return end(s, SMTP_UNREACHED, strerror(errno));
	}
}

/* The wire failed before TLS. */
static int
end_unheard(struct session *s, const char *closed)
{
	switch (s->wire.failure) {
	case WIRE_STOPPED:
		return end(s, SMTP_NOT_TRIED, "");
	case WIRE_LATE:
		return end_late(s);
	case WIRE_OTHER:
		return end(s, SMTP_GARBAGE, "it begins TLS at once");
	default:
		return end(s, SMTP_TURNED_AWAY, closed);
	}
}

static int
take_greeting(struct session *s)
{
	if (read_reply(s, 2 * s->probe->options->timeout) == -1)
		return end_unheard(s, "it closes the connection at once");
	if (s->reply.state == REPLY_BROKEN)
		return end(s, SMTP_GARBAGE, s->reply.broken);
	if (s->reply.code / 100 != 2)
		return end(s, SMTP_TURNED_AWAY, s->reply.said);
	return 0;
}

/* Whether a reply says that the command is not known (RFC 5321 §4.2.2). */
static bool
is_unknown_command(unsigned code)
{
	return code >= 500 && code <= 504;
}

static int
find_starttls(struct session *s)
{
	if (say_hello(s) == -1)
		return end_unheard(s, "it closes the connection at EHLO");
	if (s->reply.state == REPLY_BROKEN)
		return end(s, SMTP_GARBAGE, s->reply.broken);
	if (is_unknown_command(s->reply.code))
		return end(s, SMTP_NO_EHLO, s->reply.said);
	if (s->reply.code / 100 != 2)
		return end(s, SMTP_TURNED_AWAY, s->reply.said);
	if (s->reply.starttls)
		return 0;
	if (s->reply.hidden[0] != '\0')
		return end(s, SMTP_STARTTLS_HIDDEN, s->reply.hidden);
	return end(s, SMTP_NO_STARTTLS, "");
}

/* The wire failed when TLS was to begin. */
static int
end_without_tls(struct session *s)
{
	switch (s->wire.failure) {
	case WIRE_STOPPED:
		return end(s, SMTP_NOT_TRIED, "");
	case WIRE_LATE:
		return end(s, SMTP_TLS_FAILED,
		    arena_printf(s->arena, "no answer within %u s",
			s->settings.timeout));
	case WIRE_NO_TLS:
		return end(s, SMTP_TLS_FAILED,
		    "it goes on in clear behind its answer to STARTTLS");
	default:
		return end(s, SMTP_TLS_FAILED, wire_reason(&s->wire));
	}
}

/*
 * What stands behind the answer to STARTTLS is told apart by what comes then:
 * TLS, which somebody has put it before, or none, and the server goes on in
 * clear.
 */
static int
begin_tls(struct session *s, enum handshake_versions versions)
{
	bool is_injected;

	if (command(s, "STARTTLS\r\n") == -1)
		return end_without_tls(s);
	if (s->reply.state == REPLY_BROKEN)
		return end(s, SMTP_GARBAGE, s->reply.broken);
	if (s->reply.code / 100 != 2)
		return end(s, SMTP_STARTTLS_REFUSED, s->reply.said);
	is_injected = s->at < s->n;
	s->at = s->n;
	if (handshake(&s->wire, s->probe, s->target->host->name, versions) ==
	    -1)
		return end_without_tls(s);
	if (is_injected)
		return end(s, SMTP_INJECTED, "");
	s->found->tls = arena_strdup(s->arena, SSL_get_version(s->wire.ssl));
	s->found->result = SMTP_TLS;
	return 0;
}

static int
reach_tls(struct session *s, enum handshake_versions versions)
{
	if (connect_to(s) == -1 || take_greeting(s) == -1 ||
	    find_starttls(s) == -1)
		return -1;
	return begin_tls(s, versions);
}

/* Whether old versions of TLS may be all that the server speaks. */
static bool
may_be_old(const struct session *s)
{
	return s->found->result == SMTP_TLS_FAILED && s->wire.failed &&
	       (s->wire.failure == WIRE_TLS_OLD ||
		   s->wire.failure == WIRE_TLS ||
		   s->wire.failure == WIRE_BROKEN);
}

/* Once more, only to name the version that it speaks. */
static void
look_for_old_tls(struct session *s)
{
	struct smtp_found first = *s->found;

	wire_close(&s->wire);
	if (reach_tls(s, HANDSHAKE_ALL) == 0 &&
	    SSL_version(s->wire.ssl) < TLS1_2_VERSION) {
		first.result = SMTP_TLS_OLD;
		first.tls = s->found->tls;
	}
	*s->found = first;
}

static bool
has_anchor(const struct mx_host *host)
{
	size_t i;

	for (i = 0; i < host->n_records; i++)
		if (host->record[i].usage == USAGE_TA)
			return true;
	return false;
}

/* What the server showed of itself. */
static void
judge_chain(struct session *s, STACK_OF(X509) * *chain)
{
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(s->wire.ssl);
	const struct smtp_target *t = s->target;

	if (sent == NULL || sk_X509_num(sent) == 0) {
		end(s, SMTP_TLS_FAILED, "it sends no certificate");
		return;
	}
	certificate_judge(sent, SSL_CTX_get_cert_store(s->probe->tls),
	    t->host->name, s->arena, &s->found->certificate);
	dane_judge(sent, s->probe, t->host, t->domain, s->found);
	if (has_anchor(t->host))
		*chain = X509_chain_up_ref(sent);
}

/* The session goes on in TLS as it began in clear. */
static void
go_on_in_tls(struct session *s)
{
	if (say_hello(s) == -1 || s->reply.state == REPLY_BROKEN) {
		if (s->wire.failure != WIRE_STOPPED)
			s->found->result = SMTP_SILENT_AFTER;
		return;
	}
	send_all(s, "QUIT\r\n");
}

void
smtp_look(const struct probe *p, const struct smtp_target *t, int64_t until,
    struct arena *arena, struct smtp_found *found, STACK_OF(X509) * *chain)
{
	const struct check_options *o = p->options;
	int64_t began = wait_clock();
	struct session s = { .probe = p,
		.target = t,
		.arena = arena,
		.found = found,
		.settings = { .host = t->address,
		    .port = o->smtp_port,
		    .mode = TLS_STARTTLS,
		    .timeout = o->timeout,
		    .deadline = until,
		    .stop = p->stop },
		.wire = { .fd = -1 } };

	*chain = NULL;
	*found =
	    (struct smtp_found){ .address = arena_strdup(arena, t->address),
		    .said = "",
		    .tls = "" };
	if (!o->private_addresses && !address_is_global(t->address)) {
		found->result = SMTP_PRIVATE;
		return;
	}
	if (reach_tls(&s, HANDSHAKE_SENDERS) == 0) {
		judge_chain(&s, chain);
		if (found->result == SMTP_TLS)
			go_on_in_tls(&s);
	} else if (may_be_old(&s)) {
		look_for_old_tls(&s);
	}
	wire_close(&s.wire);
	found->seconds = (double)(wait_clock() - began) / 1000;
}
