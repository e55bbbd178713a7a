#ifndef POSTGRESQL_SERVICE_H
#define POSTGRESQL_SERVICE_H

struct fault;

/*
 * A service says how to connect to PostgreSQL.  It is the name of a section in
 * libpq's service file, "tlsrua"; or a URI without its "postgresql:",
 * "//reader@db.example.com/reports".
 */

/* The whole URI, allocated; NULL when the service is a section. */
char *service_uri(const char *service);

/*
 * Look at a service before a connection is tried, and choose its sslmode.
 * Towards a host that is neither a socket nor a loopback address, the server's
 * certificate must be verified: "verify-full" is returned where neither the
 * service nor PGSSLMODE names an sslmode.  "" means that libpq is to choose.
 * NULL with a fault: exit code 78 when an sslmode below verify-full is named
 * for such a host, or when there is no such section; 64 when the URI is wrong
 * or has a password in it.
 */
const char *service_sslmode(const char *service, struct fault *);

#endif
