#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/span.h"
#include "probe/http_answer.h"

enum {
	OK = 200,
	STATUS_LINE = 12, /* "HTTP/1.1 200" */
	LENGTH_DIGITS = 9
};

void
http_answer_init(struct http_answer *a)
{
	*a = (struct http_answer){ .broken = "",
		.head = { .max = HTTP_HEAD_MAX },
		.body = { .max = HTTP_BODY_MAX } };
}

void
http_answer_free(struct http_answer *a)
{
	buf_free(&a->head);
	buf_free(&a->body);
}

static void
refuse(struct http_answer *a, const char *why)
{
	a->state = HTTP_BROKEN;
	a->broken = why;
}

/* -- the head */

/* Take the next line off the front, without its end; false at the end. */
static bool
next_line(struct span *rest, struct span *line)
{
	const char *end;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	*line = (struct span){ rest->p,
		end != NULL ? (size_t)(end - rest->p) : rest->n };
	*rest = span_skip(*rest, line->n + (end != NULL ? 1 : 0));
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static bool
read_status(struct http_answer *a, struct span line)
{
	const char *p = line.p;

	if (line.n < STATUS_LINE || strncmp(p, "HTTP/1.", 7) != 0 ||
	    !isdigit((unsigned char)p[7]) || p[8] != ' ' ||
	    (line.n > STATUS_LINE && p[STATUS_LINE] != ' ') || p[9] < '1' ||
	    p[9] > '5' || !isdigit((unsigned char)p[10]) ||
	    !isdigit((unsigned char)p[11]))
		return false;
	a->status = (unsigned)(p[9] - '0') * 100 +
		    (unsigned)(p[10] - '0') * 10 + (unsigned)(p[11] - '0');
	return true;
}

static void
read_length(struct http_answer *a, struct span value)
{
	size_t length = 0, i;

	if (value.n == 0 || value.n > LENGTH_DIGITS) {
		refuse(a, "a Content-Length that is none");
		return;
	}
	for (i = 0; i < value.n; i++) {
		if (!isdigit((unsigned char)value.p[i])) {
			refuse(a, "a Content-Length that is none");
			return;
		}
		length = length * 10 + (size_t)(value.p[i] - '0');
	}
	if (a->has_length && a->left != length)
		refuse(a, "two Content-Lengths");
	a->has_length = true;
	a->left = length;
}

static void
keep_first(struct span *field, struct span value)
{
	if (field->p == NULL)
		*field = value;
}

static void
read_field(struct http_answer *a, struct span line)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct span name, value;

	if (colon == NULL) {
		refuse(a, "a header field without a colon");
		return;
	}
	name = (struct span){ line.p, (size_t)(colon - line.p) };
	value = span_trim(span_skip(line, name.n + 1));
	if (span_is_nocase(name, "location"))
		keep_first(&a->location, value);
	else if (span_is_nocase(name, "content-type"))
		keep_first(&a->media_type, value);
	else if (span_is_nocase(name, "content-encoding"))
		keep_first(&a->encoding, value);
	else if (span_is_nocase(name, "content-length"))
		read_length(a, value);
	else if (span_is_nocase(name, "transfer-encoding")) {
		if (!span_is_nocase(value, "chunked"))
			refuse(a, "a Transfer-Encoding other than chunked");
		a->place = HTTP_IN_CHUNK_SIZE;
	}
}

/* Where the body begins, once the head is known. */
static void
begin_body(struct http_answer *a)
{
	if (a->state != HTTP_BEGUN)
		return;
	if (a->status / 100 == 1) { /* the real answer is to come */
		a->behind += a->head.len;
		buf_reset(&a->head);
		a->location = a->media_type = a->encoding = (struct span){ 0 };
		a->has_length = false;
		a->place = HTTP_IN_HEAD;
		if (a->behind > HTTP_HEAD_MAX)
			refuse(a, "a header without end");
		return;
	}
	if (a->status != OK) {
		a->state = HTTP_WHOLE;
		return;
	}
	if (a->place == HTTP_IN_CHUNK_SIZE)
		a->has_length = false;
	else
		a->place = HTTP_IN_BODY;
	if (a->has_length && a->left > HTTP_BODY_MAX)
		a->state = HTTP_TOO_LARGE;
	else if (a->has_length && a->left == 0)
		a->state = HTTP_WHOLE;
}

static void
read_head(struct http_answer *a)
{
	struct span rest = buf_span(&a->head), line;

	if (!next_line(&rest, &line) || !read_status(a, line)) {
		refuse(a, "it does not speak HTTP/1.1");
		return;
	}
	while (a->state == HTTP_BEGUN && next_line(&rest, &line)) {
		if (line.n == 0)
			break;
		/* a line that goes on from the one before: of nothing that
		 * is looked at */
		if (line.p[0] != ' ' && line.p[0] != '\t')
			read_field(a, line);
	}
	begin_body(a);
}

/* Whether the bytes so far end with an empty line. */
static bool
is_head_whole(struct span head)
{
	return span_ends_nocase(head, "\n\r\n") ||
	       span_ends_nocase(head, "\n\n");
}

static size_t
feed_head(struct http_answer *a, const char *bytes, size_t n)
{
	const char *end = memchr(bytes, '\n', n);
	size_t taken = end != NULL ? (size_t)(end - bytes) + 1 : n;

	if (buf_append(&a->head, bytes, taken) == -1)
		refuse(a, "a header without end");
	else if (is_head_whole(buf_span(&a->head)))
		read_head(a);
	return taken;
}

/* -- the body */

/* As many of the bytes as belong to the part of which `left` is to come. */
static size_t
feed_part(struct http_answer *a, bool is_bounded, const char *bytes, size_t n)
{
	size_t taken = is_bounded && n > a->left ? a->left : n;

	if (buf_append(&a->body, bytes, taken) == -1)
		a->state = HTTP_TOO_LARGE;
	if (is_bounded)
		a->left -= taken;
	return taken;
}

/* The size of the next chunk, in hexadecimal digits, once its line is whole. */
static void
begin_chunk(struct http_answer *a)
{
	size_t size = 0, i;
	int digit;

	for (i = 0; i < a->n_line; i++) {
		if ((digit = hex_digit(a->line[i])) == -1)
			break;
		if (size <= HTTP_BODY_MAX)
			size = size * 16 + (size_t)digit;
	}
	a->n_line = 0;
	if (i == 0)
		refuse(a, "a chunk without a size");
	else if (size > HTTP_BODY_MAX)
		a->state = HTTP_TOO_LARGE;
	a->left = size;
	a->place = size > 0 ? HTTP_IN_CHUNK : HTTP_IN_TRAILER;
}

/* A byte of the line before a chunk; what follows the size is passed over. */
static void
feed_chunk_size(struct http_answer *a, char byte)
{
	if (byte == '\n') {
		begin_chunk(a);
		return;
	}
	if (++a->behind > HTTP_HEAD_MAX + HTTP_BODY_MAX)
		refuse(a, "a chunk without end");
	if (a->n_line < sizeof a->line)
		a->line[a->n_line++] = byte;
}

/* A byte of the fields behind the last chunk, which end with an empty line. */
static void
feed_trailer(struct http_answer *a, char byte)
{
	if (++a->behind > HTTP_HEAD_MAX + HTTP_BODY_MAX)
		refuse(a, "a trailer without end");
	else if (byte != '\n')
		a->n_line += byte != '\r';
	else if (a->n_line == 0)
		a->state = HTTP_WHOLE;
	else
		a->n_line = 0;
}

static size_t
feed_body(struct http_answer *a, const char *bytes, size_t n)
{
	size_t taken = 1;

	switch (a->place) {
	case HTTP_IN_BODY:
		taken = feed_part(a, a->has_length, bytes, n);
		if (a->has_length && a->left == 0 && a->state == HTTP_BEGUN)
			a->state = HTTP_WHOLE;
		break;
	case HTTP_IN_CHUNK:
		taken = feed_part(a, true, bytes, n);
		if (a->left == 0)
			a->place = HTTP_BEHIND_CHUNK;
		break;
	case HTTP_BEHIND_CHUNK:
		if (bytes[0] == '\n')
			a->place = HTTP_IN_CHUNK_SIZE;
		else if (bytes[0] != '\r')
			refuse(a, "a chunk longer than its size");
		break;
	case HTTP_IN_CHUNK_SIZE:
		feed_chunk_size(a, bytes[0]);
		break;
	default:
		feed_trailer(a, bytes[0]);
		break;
	}
	return taken;
}

void
http_answer_feed(struct http_answer *a, const char *bytes, size_t n)
{
	size_t taken;

	while (n > 0 && a->state == HTTP_BEGUN) {
		taken = a->place == HTTP_IN_HEAD ? feed_head(a, bytes, n)
						 : feed_body(a, bytes, n);
		bytes += taken;
		n -= taken;
	}
}

void
http_answer_end(struct http_answer *a, bool properly)
{
	if (a->state != HTTP_BEGUN)
		return;
	if (a->place == HTTP_IN_HEAD && a->head.len == 0)
		refuse(a, "the server closed it without an answer");
	else if (a->place == HTTP_IN_BODY && !a->has_length && properly)
		a->state = HTTP_WHOLE;
	else
		refuse(a, "the answer ends before its end");
}
