#ifndef RECEIVE_CGI_ANSWER_H
#define RECEIVE_CGI_ANSWER_H

#include <stdio.h>

/* The statuses that a POST is answered with (RFC 9110 §15). */
enum cgi_status {
	CGI_OK = 200,
	CGI_CREATED = 201,
	CGI_BAD_REQUEST = 400,
	CGI_METHOD_NOT_ALLOWED = 405,
	CGI_REQUEST_TIMEOUT = 408,
	CGI_LENGTH_REQUIRED = 411,
	CGI_CONTENT_TOO_LARGE = 413,
	CGI_UNSUPPORTED_MEDIA_TYPE = 415,
	CGI_TOO_MANY_REQUESTS = 429,
	CGI_SERVICE_UNAVAILABLE = 503
};

/*
 * The answer to a request.  Nothing that a stranger has sent is in it, and it
 * never leads elsewhere: senders do not follow.
 */
struct cgi_answer {
	enum cgi_status status;
	const char *code; /* what is wrong, a name of codes/; NULL: nothing */
	const char *text; /* the body; NULL: that of the status */
	unsigned retry_after; /* seconds; 0: it does not say */
};

/* Write it as a CGI program does (RFC 3875 §6.2.1). */
void cgi_answer_print(const struct cgi_answer *, FILE *);

#endif
