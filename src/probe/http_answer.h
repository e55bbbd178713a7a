#ifndef PROBE_HTTP_ANSWER_H
#define PROBE_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

enum {
	HTTP_HEAD_MAX = 16 * 1024, /* bytes, status line and header fields */
	HTTP_BODY_MAX = 64 * 1024  /* RFC 8461 §3.3 */
};

enum http_state {
	HTTP_BEGUN, /* more of it is to come */
	HTTP_WHOLE, /* also without the body, for a status other than 200 */
	HTTP_TOO_LARGE,
	HTTP_BROKEN /* `broken` says why */
};

/* Where in the answer the next byte belongs. */
enum http_place {
	HTTP_IN_HEAD,
	HTTP_IN_BODY, /* up to Content-Length, or to the end */
	HTTP_IN_CHUNK_SIZE,
	HTTP_IN_CHUNK,
	HTTP_BEHIND_CHUNK,
	HTTP_IN_TRAILER
};

/*
 * The answer to a GET over HTTP/1.1 (RFC 9112), read from bytes as they come.
 * The fields point into `head` and are empty when missing; of fields that are
 * repeated the first counts.
 */
struct http_answer {
	enum http_state state;
	const char *broken; /* in words */
	unsigned status;
	struct span location, media_type, encoding;
	struct buf head, body;
	enum http_place place;
	bool has_length;
	size_t left;   /* of the body or chunk */
	size_t behind; /* bytes of trailer fields, and of the head of
			  answers before (1xx) */
	char line[64]; /* a chunk's size, as far as it came */
	size_t n_line;
};

void http_answer_init(struct http_answer *);
void http_answer_free(struct http_answer *);

/* Read on; what is behind the answer is passed over. */
void http_answer_feed(struct http_answer *, const char *bytes, size_t n);

/*
 * The server ended the connection, properly or not: an answer without a length
 * is whole then, or broken off.
 */
void http_answer_end(struct http_answer *, bool properly);

#endif
