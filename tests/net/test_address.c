#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/address.h"
#include "net/wait.h"

static void
knows_the_addresses_of_the_internet(void **state)
{
	static const char *const global[] = { "192.0.1.255", "8.8.8.8",
		"100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1",
		"198.17.0.1", "198.20.0.1", "223.255.255.255", "11.0.0.1",
		"2001:db8::1", "2a00::1", "3fff::1", "::ffff:8.8.8.8",
		"64:ff9b::8.8.8.8", "2002:808:808::1" };
	static const char *const others[] = { "127.0.0.1", "127.255.0.1",
		"10.0.0.1", "0.0.0.0", "100.64.0.0", "100.127.255.255",
		"169.254.1.1", "172.16.0.1", "172.31.255.255", "192.0.0.1",
		"192.168.1.1", "198.18.0.1", "198.19.0.1", "224.0.0.1",
		"255.255.255.255", "::", "::1", "fc00::1", "fd12::1", "fe80::1",
		"ff02::1", "4000::1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1",
		"2002:a00:1::1", "localhost", "127.1", "" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof global / sizeof *global; i++)
		if (!address_is_global(global[i]))
			fail_msg("%s is none", global[i]);
	for (i = 0; i < sizeof others / sizeof *others; i++)
		if (address_is_global(others[i]))
			fail_msg("%s is one", others[i]);
}

/* A socket that listens on a free port of 127.0.0.1, or only holds it. */
static int
hold_port(int backlog, uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t n = sizeof at;
	void *p = &at;

	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, p, sizeof at), 0);
	assert_int_equal(getsockname(fd, p, &n), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void
connects(void **state)
{
	uint16_t port;
	int listener = hold_port(4, &port), fd;

	(void)state;
	fd = address_dial("127.0.0.1", port, wait_clock() + 5000, NULL);
	assert_int_not_equal(fd, -1);
	close(fd);
	close(listener);
}

static void
says_why_it_does_not(void **state)
{
	volatile sig_atomic_t stop = 1;
	uint16_t port;
	int held = hold_port(-1, &port), listener, crowd[8];
	size_t i;

	(void)state;
	errno = 0;
	assert_int_equal(
	    address_dial("127.0.0.1", port, wait_clock() + 5000, NULL), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(
	    address_dial("nobody", port, wait_clock() + 5000, NULL), -1);
	assert_int_equal(errno, EINVAL);
	close(held);

	/* nobody accepts: once the queue is full, the next is not answered */
	listener = hold_port(0, &port);
	for (i = 0; i < 8; i++)
		crowd[i] =
		    address_dial("127.0.0.1", port, wait_clock() + 100, NULL);
	assert_int_equal(crowd[7], -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_int_equal(
	    address_dial("127.0.0.1", port, wait_clock() + 5000, &stop), -1);
	assert_int_equal(errno, ECANCELED);
	for (i = 0; i < 8; i++)
		if (crowd[i] != -1)
			close(crowd[i]);
	close(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_addresses_of_the_internet),
		cmocka_unit_test(connects),
		cmocka_unit_test(says_why_it_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
