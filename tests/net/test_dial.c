#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fault.h"
#include "net/dial.h"
#include "net/tls.h"
#include "net/wait.h"

enum {
	ADDRESSES = 10,
	CROWD = 4, /* connections that fill a backlog of one */
	SOCKETS = ADDRESSES * (CROWD + 1)
};

/* What the look-up of a name gives; the ports are the addresses' own. */
static struct {
	struct sockaddr_storage address[ADDRESSES];
	struct addrinfo list[ADDRESSES];
	size_t n;
} known;

struct scene {
	struct tls_settings settings;
	struct fault fault;
	int sockets[SOCKETS];
	size_t n;
	int64_t began;
};

/* In place of the C library's. */
int
getaddrinfo(const char *restrict name, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict list)
{
	(void)name;
	(void)service;
	(void)hints;
	if (known.n == 0)
		return EAI_NONAME;
	*list = known.list;
	return 0;
}

void
freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

static void
know(const void *address, socklen_t n)
{
	struct addrinfo *ai = &known.list[known.n];

	assert_true(known.n < ADDRESSES);
	memcpy(&known.address[known.n], address, n);
	*ai = (struct addrinfo){ .ai_socktype = SOCK_STREAM, .ai_addrlen = n };
	ai->ai_addr = (void *)&known.address[known.n];
	ai->ai_family = ai->ai_addr->sa_family;
	if (known.n++ > 0)
		ai[-1].ai_next = ai;
}

static int
keep(struct scene *s, int fd)
{
	assert_int_not_equal(fd, -1);
	assert_true(s->n < SOCKETS);
	s->sockets[s->n++] = fd;
	return fd;
}

/* A socket on a free port of ::1 or 127.0.0.1; false without IPv6. */
static bool
bind_any(struct scene *s, int family, int *fd, struct sockaddr_storage *at,
    socklen_t *len)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bool is_six = family == AF_INET6;
	void *name = at;

	if ((*fd = socket(family, SOCK_STREAM, 0)) == -1)
		return false;
	keep(s, *fd);
	*len = is_six ? sizeof six : sizeof four;
	if (bind(*fd, is_six ? (void *)&six : (void *)&four, *len) == -1)
		return false;
	assert_int_equal(getsockname(*fd, name, len), 0);
	return true;
}

static bool
know_listener(struct scene *s, int family)
{
	struct sockaddr_storage at;
	socklen_t len;
	int fd;

	if (!bind_any(s, family, &fd, &at, &len))
		return false;
	assert_int_equal(listen(fd, 5), 0);
	know(&at, len);
	return true;
}

/* Who accepts nothing and whose queue is full: it does not answer. */
static bool
know_silent(struct scene *s, int family)
{
	struct sockaddr_storage at;
	const void *name = &at;
	socklen_t len;
	int fd, i;

	if (!bind_any(s, family, &fd, &at, &len))
		return false;
	assert_int_equal(listen(fd, 0), 0);
	for (i = 0; i < CROWD; i++) {
		int one =
		    keep(s, socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0));

		if (connect(one, name, len) == -1)
			assert_int_equal(errno, EINPROGRESS);
	}
	know(&at, len);
	return true;
}

/* A port that nobody listens on. */
static void
know_refusing(struct scene *s)
{
	struct sockaddr_storage at;
	socklen_t len;
	int fd;

	assert_true(bind_any(s, AF_INET, &fd, &at, &len));
	know(&at, len);
}

static int
dial_it(struct scene *s)
{
	int fd;

	s->began = wait_clock();
	fd = dial(&s->settings, NULL, &s->fault);
	return fd == -1 ? -1 : keep(s, fd);
}

static void
assert_peer(int fd, size_t i)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;
	void *name = &peer;

	assert_int_equal(getpeername(fd, name, &len), 0);
	assert_int_equal(len, known.list[i].ai_addrlen);
	assert_memory_equal(&peer, &known.address[i], len);
}

/* ms, far from the time-out of a minute and from what a busy machine needs */
enum {
	SOON = 30 * 1000
};

static void
assert_took(const struct scene *s, int64_t least, int64_t most)
{
	int64_t took = wait_clock() - s->began;

	assert_in_range(took, (uintmax_t)least, (uintmax_t)most);
}

static int
setup(void **state)
{
	static struct scene scene;

	memset(&known, 0, sizeof known);
	memset(&scene, 0, sizeof scene);
	scene.settings = (struct tls_settings){ .host = "mail.example",
		.port = 993,
		.ca_file = "",
		.fingerprint = "",
		.timeout = 60 };
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	while (s->n > 0)
		close(s->sockets[--s->n]);
	return 0;
}

static void
tries_ipv4_when_ipv6_does_not_answer(void **state)
{
	struct scene *s = *state;

	if (!know_silent(s, AF_INET6))
		skip();
	know_listener(s, AF_INET);
	assert_peer(dial_it(s), 1);
	assert_took(s, 200, SOON);
}

static void
tries_ipv6_when_ipv4_does_not_answer(void **state)
{
	struct scene *s = *state;

	know_silent(s, AF_INET);
	if (!know_listener(s, AF_INET6))
		skip();
	assert_peer(dial_it(s), 1);
	assert_took(s, 200, SOON);
}

static void
tries_the_next_at_once_when_one_refuses(void **state)
{
	struct scene *s = *state;

	while (known.n < 7)
		know_refusing(s);
	know_listener(s, AF_INET);
	assert_peer(dial_it(s), 7);
	assert_took(s, 0, 7 * 200 - 1); /* without the delay before each */
}

static void
takes_the_first_that_answers(void **state)
{
	struct scene *s = *state;

	know_listener(s, AF_INET);
	know_listener(s, AF_INET);
	assert_peer(dial_it(s), 0);
	assert_took(s, 0, SOON);
}

static void
ends_by_the_time_out_however_many_are_silent(void **state)
{
	struct scene *s = *state;

	while (known.n < 3)
		know_silent(s, AF_INET);
	s->settings.timeout = 2;
	assert_int_equal(dial_it(s), -1);
	assert_took(s, 1900, 3 * 1900); /* and not two seconds for each */
	assert_int_equal(s->fault.status, EX_UNAVAILABLE);
	assert_int_equal(s->fault.scope, FAULT_SESSION);
	assert_non_null(strstr(
	    s->fault.text, "mail.example port 993 does not answer within 2 s"));
}

static void
says_why_none_can_be_reached(void **state)
{
	struct scene *s = *state;

	know_refusing(s);
	know_refusing(s);
	assert_int_equal(dial_it(s), -1);
	assert_took(s, 0, SOON);
	assert_int_equal(s->fault.status, EX_UNAVAILABLE);
	assert_non_null(strstr(s->fault.text, strerror(ECONNREFUSED)));
}

static void
tries_no_more_than_eight(void **state)
{
	struct scene *s = *state;

	while (known.n < 8)
		know_refusing(s);
	know_listener(s, AF_INET);
	assert_int_equal(dial_it(s), -1);
	assert_int_equal(s->fault.status, EX_UNAVAILABLE);
}

static void
ends_when_it_is_stopped(void **state)
{
	static const volatile sig_atomic_t stop = 1;
	struct scene *s = *state;

	know_silent(s, AF_INET);
	s->settings.stop = &stop;
	assert_int_equal(dial_it(s), -1);
	assert_took(s, 0, SOON);
	assert_int_equal(s->fault.status, EX_TEMPFAIL);
}

static void
refuses_to_go_in_clear_to_any_but_loopback(void **state)
{
	struct sockaddr_in far = { .sin_family = AF_INET, .sin_port = 1 };
	struct scene *s = *state;

	know_listener(s, AF_INET);
	s->settings.mode = TLS_NONE;
	assert_peer(dial_it(s), 0);
	assert_int_equal(inet_pton(AF_INET, "192.0.2.7", &far.sin_addr), 1);
	know(&far, sizeof far);
	assert_int_equal(dial_it(s), -1);
	assert_int_equal(s->fault.status, EX_CONFIG);
	assert_non_null(strstr(s->fault.text, "192.0.2.7"));
}

static void
says_that_a_name_is_unknown(void **state)
{
	struct scene *s = *state;

	assert_int_equal(dial_it(s), -1);
	assert_int_equal(s->fault.status, EX_UNAVAILABLE);
	assert_non_null(strstr(s->fault.text, "no address of mail.example"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tries_ipv4_when_ipv6_does_not_answer),
		TEST(tries_ipv6_when_ipv4_does_not_answer),
		TEST(tries_the_next_at_once_when_one_refuses),
		TEST(takes_the_first_that_answers),
		TEST(ends_by_the_time_out_however_many_are_silent),
		TEST(says_why_none_can_be_reached),
		TEST(tries_no_more_than_eight),
		TEST(ends_when_it_is_stopped),
		TEST(refuses_to_go_in_clear_to_any_but_loopback),
		TEST(says_that_a_name_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
