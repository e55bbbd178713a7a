#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fault.h"
#include "net/connect_steps.h"
#include "net/dial.h"
#include "net/tls.h"
#include "net/wait.h"

enum {
	ADDRESSES_MAX = 8,
	ADDRESS = 64,	 /* an IPv6 address may name its interface */
	NEXT_AFTER = 250 /* milliseconds (RFC 8305 §5) */
};

/* The attempts under way. */
struct dialling {
	const struct tls_settings *settings;
	const struct dial_meanwhile *meanwhile;
	struct pollfd fds[ADDRESSES_MAX];
	nfds_t n;
	int error; /* of the last attempt that failed */
};

static bool
is_loopback(const struct sockaddr *sa)
{
	const void *p = sa; /* getaddrinfo aligns what it returns */
	const struct sockaddr_in6 *six = p;
	const struct sockaddr_in *four = p;

	if (sa->sa_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return sa->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static const char *
address_text(const struct sockaddr *sa, socklen_t n, char out[static ADDRESS])
{
	if (getnameinfo(sa, n, out, ADDRESS, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(out, ADDRESS, "?");
	return out;
}

static int
refuse_clear(
    const struct tls_settings *set, const struct addrinfo *ai, struct fault *f)
{
	char address[ADDRESS];

	return fault(f, FAULT_SESSION, EX_CONFIG,
	    "connect: tls = none is for loopback addresses, and %s is %s: "
	    "set tls = implicit or starttls",
	    set->host, address_text(ai->ai_addr, ai->ai_addrlen, address));
}

/* The addresses that were found, for who looks on. */
static void
tell_addresses(const struct tls_settings *set, const struct addrinfo *ai)
{
	char list[ADDRESSES_MAX * ADDRESS] = "", address[ADDRESS];
	size_t n = 0;
	int i;

	for (i = 0; ai != NULL && i < ADDRESSES_MAX; ai = ai->ai_next, i++)
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%s",
		    n > 0 ? " " : "",
		    address_text(ai->ai_addr, ai->ai_addrlen, address));
	steps_done(set->steps, "", "%s", list);
}

static void
tell_peer(const struct tls_settings *set, int fd)
{
	struct sockaddr_storage peer;
	socklen_t n = sizeof peer;
	char address[ADDRESS] = "?";
	void *p = &peer;

	if (getpeername(fd, p, &n) == 0)
		address_text(p, n, address);
	steps_done(set->steps, "", "%s port %u", address, (unsigned)set->port);
}

static struct addrinfo *
resolve(const struct tls_settings *set, struct fault *f)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	struct addrinfo *list, *ai;
	char port[8];
	int r;

	snprintf(port, sizeof port, "%u", (unsigned)set->port);
	if ((r = getaddrinfo(set->host, port, &hints, &list)) != 0) {
		fault(f, FAULT_SESSION, EX_UNAVAILABLE,
		    "connect: no address of %s is known: %s", set->host,
		    r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
		return NULL;
	}
	for (ai = list; ai != NULL && set->mode == TLS_NONE; ai = ai->ai_next)
		if (!is_loopback(ai->ai_addr)) {
			refuse_clear(set, ai, f);
			freeaddrinfo(list);
			return NULL;
		}
	return list;
}

static void
begin(struct dialling *d, const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family,
	    ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);

	if (fd == -1) {
		d->error = errno;
		return;
	}
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == -1 &&
	    errno != EINPROGRESS) {
		d->error = errno;
		close(fd);
		return;
	}
	d->fds[d->n++] = (struct pollfd){ .fd = fd, .events = POLLOUT };
}

/* The first of the attempts that got through, or -1; failed ones leave. */
static int
settle(struct dialling *d)
{
	socklen_t len;
	nfds_t i = 0;
	int error, fd;

	while (i < d->n) {
		if (d->fds[i].revents == 0) {
			i++;
			continue;
		}
		fd = d->fds[i].fd;
		d->fds[i] = d->fds[--d->n];
		len = sizeof error;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
			error = errno;
		if (error == 0)
			return fd;
		d->error = error;
		close(fd);
	}
	return -1;
}

static int
failed(const struct dialling *d, enum wait_result r, struct fault *f)
{
	const struct tls_settings *set = d->settings;

	if (r == WAIT_STOPPED)
		return fault(f, FAULT_SESSION, EX_TEMPFAIL,
		    "connect: stopped while connecting to %s", set->host);
	if (r == WAIT_LATE)
		return fault(f, FAULT_SESSION, EX_UNAVAILABLE,
		    "connect: %s port %u does not answer within %u s",
		    set->host, (unsigned)set->port, set->timeout);
	return fault(f, FAULT_SESSION, EX_UNAVAILABLE,
	    "connect: cannot reach %s port %u: %s", set->host,
	    (unsigned)set->port, strerror(d->error));
}

/* Until one attempt is through, all have failed or the time is over. */
static int
race(struct dialling *d, const struct addrinfo *next, struct fault *f)
{
	int64_t now = wait_clock();
	int64_t until = now + (int64_t)d->settings->timeout * 1000;
	int64_t turn = now; /* of the next address */
	enum wait_result r = WAIT_READY;
	int started = 0, fd;

	for (;;) {
		now = wait_clock();
		if (next != NULL && started < ADDRESSES_MAX &&
		    (d->n == 0 || now >= turn)) {
			begin(d, next);
			next = next->ai_next;
			if (started++ == 0 && d->meanwhile != NULL)
				d->meanwhile->fn(d->meanwhile->arg);
			turn = now + NEXT_AFTER;
			continue;
		}
		if (d->n == 0 || now >= until)
			return failed(d, d->n == 0 ? WAIT_READY : WAIT_LATE, f);
		r = wait_for(d->fds, d->n,
		    next != NULL && started < ADDRESSES_MAX && turn < until
			? turn
			: until,
		    d->settings->stop);
		if (r == WAIT_STOPPED)
			return failed(d, r, f);
		if (r == WAIT_READY && (fd = settle(d)) != -1)
			return fd;
	}
}

int
dial(const struct tls_settings *set, const struct dial_meanwhile *meanwhile,
    struct fault *f)
{
	struct dialling d = { .settings = set, .meanwhile = meanwhile };
	struct addrinfo *list;
	int fd, on = 1;

	steps_begin(set->steps, "DNS");
	if ((list = resolve(set, f)) == NULL)
		return -1;
	tell_addresses(set, list);
	steps_begin(set->steps, "TCP");
	fd = race(&d, list, f);
	while (d.n > 0)
		close(d.fds[--d.n].fd);
	freeaddrinfo(list);
	if (fd == -1)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	tell_peer(set, fd);
	return fd;
}
