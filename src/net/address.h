#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Addresses as text: "192.0.2.1", "2001:db8::1". */

/*
 * Whether hosts of the Internet can have it: false for loopback, private,
 * link-local, shared, multicast and reserved ones (RFC 6890), also inside an
 * IPv6 address that stands for an IPv4 one, and for what is no address.
 */
bool address_is_global(const char *address);

/*
 * Connect to a port of it.  Returns a non-blocking socket; or -1 with errno:
 * ETIMEDOUT when wait_clock() shows `until`, ECANCELED when `*stop` (may be
 * NULL) was set, EINVAL for what is no address, else as connect(2).
 */
int address_dial(const char *address, uint16_t port, int64_t until,
    const volatile sig_atomic_t *stop);

#endif
