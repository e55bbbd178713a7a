#ifndef POSTGRESQL_SERVICE_H
#define POSTGRESQL_SERVICE_H

struct fault;

/*
 * A service is a section of libpq's service file; or, with "//" at its
 * beginning, a URI without "postgresql:" before it.
 */

/* The URI that a service is, allocated; NULL for a section. */
char *service_uri(const char *service);

/*
 * Look at a service before anybody connects.  Returns
 * the sslmode to connect with: "verify-full" towards any host but a socket or a
 * loopback address, where the service and PGSSLMODE say nothing of it; "" where
 * libpq's own choice does.  NULL with a fault of exit code 78 where they say
 * less than verify-full towards such a host, or where there is no such section,
 * and of 64 for what is no URI, or one with a password in it.
 */
const char *service_sslmode(const char *service, struct fault *);

#endif
