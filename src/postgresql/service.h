#ifndef POSTGRESQL_SERVICE_H
#define POSTGRESQL_SERVICE_H

struct fault;

/*
 * Look at a section of libpq's service file before anybody connects.  Returns
 * the sslmode to connect with: "verify-full" towards any host but a socket or a
 * loopback address, where the section and PGSSLMODE say nothing of it; "" where
 * libpq's own choice does.  NULL with a fault of exit code 78 where they say
 * less than verify-full towards such a host, or where there is no such section.
 */
const char *service_sslmode(const char *service, struct fault *);

#endif
