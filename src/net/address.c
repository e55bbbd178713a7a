#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/address.h"
#include "net/wait.h"

/* A block of addresses; `bits` of the front of `start` are its prefix. */
struct block {
	unsigned char start[16];
	unsigned bits;
};

/* RFC 6890, but for those that examples are made of, where nobody is. */
static const struct block four[] = { { { 0 }, 8 }, { { 10 }, 8 },
	{ { 100, 64 }, 10 }, { { 127 }, 8 }, { { 169, 254 }, 16 },
	{ { 172, 16 }, 12 }, { { 192, 0, 0 }, 24 }, { { 192, 168 }, 16 },
	{ { 198, 18 }, 15 }, { { 224 }, 3 } };
static const struct block global_six = { { 0x20 }, 3 };
/* IPv6 addresses that an IPv4 one stands in, and the byte it begins at */
static const struct {
	struct block block;
	size_t at;
} translated[] = { { { { [10] = 0xff, [11] = 0xff }, 96 }, 12 },
	{ { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },
	{ { { 0x20, 0x02 }, 16 }, 2 } };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool
is_in(const unsigned char *address, const struct block *b)
{
	unsigned bytes = b->bits / 8, rest = b->bits % 8;
	unsigned mask = 0xffu << (8 - rest) & 0xffu;

	return memcmp(address, b->start, bytes) == 0 &&
	       (rest == 0 || ((address[bytes] ^ b->start[bytes]) & mask) == 0);
}

static bool
is_global_four(const unsigned char *address)
{
	size_t i;

	for (i = 0; i < COUNT(four); i++)
		if (is_in(address, &four[i]))
			return false;
	return true;
}

bool
address_is_global(const char *address)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	size_t i;

	if (inet_pton(AF_INET, address, bytes) == 1)
		return is_global_four(bytes);
	if (inet_pton(AF_INET6, address, bytes) != 1)
		return false;
	for (i = 0; i < COUNT(translated); i++)
		if (is_in(bytes, &translated[i].block))
			return is_global_four(bytes + translated[i].at);
	return is_in(bytes, &global_six);
}

/* The address and port as connect(2) takes them; 0 when it is none. */
static socklen_t
socket_address(const char *address, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
		memcpy(out, &v4, sizeof v4);
		return sizeof v4;
	}
	if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
		memcpy(out, &v6, sizeof v6);
		return sizeof v6;
	}
	return 0;
}

/* 0, or what went wrong with the connection under way, as errno. */
static int
await(int fd, int64_t until, const volatile sig_atomic_t *stop)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t n = sizeof error;

	switch (wait_for(&p, 1, until, stop)) {
	case WAIT_LATE:
		return ETIMEDOUT;
	case WAIT_STOPPED:
		return ECANCELED;
	case WAIT_READY:
		break;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == -1)
		return errno;
	return error;
}

int
address_dial(const char *address, uint16_t port, int64_t until,
    const volatile sig_atomic_t *stop)
{
	struct sockaddr_storage to = { 0 };
	socklen_t n = socket_address(address, port, &to);
	const void *p = &to;
	int fd, on = 1, error = 0;

	if (n == 0) {
		errno = EINVAL;
		return -1;
	}
	fd =
	    socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (connect(fd, p, n) == -1)
		error = errno == EINPROGRESS ? await(fd, until, stop) : errno;
	if (error != 0) {
		close(fd);
		errno = error;
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}
