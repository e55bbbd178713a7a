#ifndef RECEIVE_CGI_BODY_H
#define RECEIVE_CGI_BODY_H

#include <stdint.h>

struct buf;
struct cgi_request;

enum cgi_body {
	CGI_BODY_READ,
	CGI_BODY_TOO_LARGE, /* for body->max; it was not read to its end */
	CGI_BODY_LATE,	    /* it did not come in time */
	CGI_BODY_BROKEN	    /* it could not be read */
};

/*
 * Read a request's body (RFC 3875 §4.2) into an empty buffer, until it ends or
 * wait_clock() reaches `until`.  CONTENT_LENGTH is only an upper bound: the
 * body may be shorter, and the header may be missing.
 */
enum cgi_body cgi_body_read(
    int fd, const struct cgi_request *, int64_t until, struct buf *body);

#endif
