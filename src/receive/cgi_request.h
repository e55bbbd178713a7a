#ifndef RECEIVE_CGI_REQUEST_H
#define RECEIVE_CGI_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

enum {
	CGI_ADDRESS = 64 /* room for an address or network, with terminator */
};

/*
 * A request as a web server describes it to a CGI program (RFC 3875 §4.1).
 * Most of it comes from strangers: nothing of it is kept as it was sent.
 */
struct cgi_request {
	bool is_post;
	bool has_length; /* CONTENT_LENGTH is a number */
	uint64_t length; /* UINT64_MAX when it is larger */
	bool is_tlsrpt;	 /* CONTENT_TYPE is that of a report (RFC 8460 §6.4) */
	/* who sent it, as text of the usual form; "unknown" without an address
	 */
	char address[CGI_ADDRESS];
	/* the same, but of IPv6 the network of 64 bits: whoever has one such
	 * address has all of them */
	char network[CGI_ADDRESS];
};

/*
 * Read it from variables of the form NAME=VALUE, with NULL behind the last.
 * false when they do not tell of a request: no web server has made them.
 */
bool cgi_request_read(char *const *environment, struct cgi_request *);

#endif
