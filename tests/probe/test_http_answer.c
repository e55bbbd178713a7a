#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "probe/http_answer.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define PLAIN "Content-Type: text/plain\r\n"

static void
feed(struct http_answer *a, const char *text, size_t n, size_t piece)
{
	size_t at, m;

	http_answer_init(a);
	for (at = 0; at < n; at += m) {
		m = n - at < piece ? n - at : piece;
		http_answer_feed(a, text + at, m);
	}
}

/* How the connection ends behind the text. */
enum ending {
	OPEN,
	PROPERLY,
	BROKEN
};

static const struct {
	const char *text;
	enum ending ending;
	enum http_state state;
	unsigned status;
	const char *body; /* or what is broken */
} answers[] = {
	{ OK "Content-Length: 2\r\n\r\nabc", OPEN, HTTP_WHOLE, 200, "ab" },
	{ OK "content-LENGTH:2 \r\n\r\nab", OPEN, HTTP_WHOLE, 200, "ab" },
	{ OK "Content-Length: 0\r\n\r\n", OPEN, HTTP_WHOLE, 200, "" },
	{ OK "Content-Length: 3\r\n\r\nab", OPEN, HTTP_BEGUN, 200, "ab" },
	{ OK "Content-Length: 3\r\n\r\nab", PROPERLY, HTTP_BROKEN, 200,
	    "the answer ends before its end" },
	{ OK "\r\nab", PROPERLY, HTTP_WHOLE, 200, "ab" },
	{ OK "\r\nab", BROKEN, HTTP_BROKEN, 200,
	    "the answer ends before its end" },
	{ "HTTP/1.0 200\n\nab", PROPERLY, HTTP_WHOLE, 200, "ab" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n"
	     "\r\n",
	    OPEN, HTTP_WHOLE, 200, "abc" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n", OPEN,
	    HTTP_WHOLE, 200, "" },
	{ OK "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
	     "2\r\nab\r\n0\r\n\r\n",
	    OPEN, HTTP_WHOLE, 200, "ab" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", OPEN,
	    HTTP_BROKEN, 200, "a chunk longer than its size" },
	{ OK "Transfer-Encoding: chunked\r\n\r\nx\r\n", OPEN, HTTP_BROKEN, 200,
	    "a chunk without a size" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", PROPERLY,
	    HTTP_BROKEN, 200, "the answer ends before its end" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n10001\r\n", OPEN,
	    HTTP_TOO_LARGE, 200, "" },
	{ OK "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n", OPEN,
	    HTTP_TOO_LARGE, 200, "" },
	{ OK "Transfer-Encoding: gzip\r\n\r\n", OPEN, HTTP_BROKEN, 200,
	    "a Transfer-Encoding other than chunked" },
	{ OK "Content-Length: 65537\r\n\r\n", OPEN, HTTP_TOO_LARGE, 200, "" },
	{ OK "Content-Length: 65536\r\n\r\n", OPEN, HTTP_BEGUN, 200, "" },
	{ OK "Content-Length: 9999999999\r\n\r\n", OPEN, HTTP_BROKEN, 200,
	    "a Content-Length that is none" },
	{ OK "Content-Length: -1\r\n\r\n", OPEN, HTTP_BROKEN, 200,
	    "a Content-Length that is none" },
	{ OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", OPEN,
	    HTTP_BROKEN, 200, "two Content-Lengths" },
	{ "HTTP/1.1 404 Not Found\r\n\r\n", OPEN, HTTP_WHOLE, 404, "" },
	{ "HTTP/1.1 103 Early\r\nContent-Length: 5\r\n\r\n" OK
	  "Content-Length: 1\r\n\r\na",
	    OPEN, HTTP_WHOLE, 200, "a" },
	{ OK "no field\r\n\r\n", OPEN, HTTP_BROKEN, 200,
	    "a header field without a colon" },
	{ OK "A: b\r\n folded\r\nContent-Length: 0\r\n\r\n", OPEN, HTTP_WHOLE,
	    200, "" },
	{ "220 mx ESMTP\r\n\r\n", OPEN, HTTP_BROKEN, 0,
	    "it does not speak HTTP/1.1" },
	{ "HTTP/2 200\r\n\r\n", OPEN, HTTP_BROKEN, 0,
	    "it does not speak HTTP/1.1" },
	{ "HTTP/1.1 2000 x\r\n\r\n", OPEN, HTTP_BROKEN, 0,
	    "it does not speak HTTP/1.1" },
	{ "", PROPERLY, HTTP_BROKEN, 0,
	    "the server closed it without an answer" },
	{ "HTTP/1.1 200 OK\r\nA", PROPERLY, HTTP_BROKEN, 0,
	    "the answer ends before its end" },
};

static void
reads_answers_in_pieces_of_any_size(void **state)
{
	struct http_answer a;
	size_t i, piece;

	(void)state;
	for (i = 0; i < sizeof answers / sizeof *answers; i++)
		for (piece = 1; piece < 200; piece += 7) {
			feed(&a, answers[i].text, strlen(answers[i].text),
			    piece);
			if (answers[i].ending != OPEN)
				http_answer_end(
				    &a, answers[i].ending == PROPERLY);
			if (a.state != answers[i].state ||
			    a.status != answers[i].status)
				fail_msg("row %zu, pieces of %zu: %d %u %s", i,
				    piece, (int)a.state, a.status, a.broken);
			if (a.state == HTTP_BROKEN)
				assert_string_equal(a.broken, answers[i].body);
			else if (!span_is(buf_span(&a.body), answers[i].body))
				fail_msg("row %zu: the body", i);
			http_answer_free(&a);
		}
}

static void
keeps_the_fields_that_are_judged(void **state)
{
	static const char text[] = "HTTP/1.1 301 Moved\r\nX: y\r\n"
				   "Location:  https://a.example/ \r\n" PLAIN
				   "Content-Type: text/html\r\n"
				   "CONTENT-ENCODING: gzip\r\n\r\n";
	struct http_answer a;

	(void)state;
	feed(&a, text, strlen(text), 10);
	assert_int_equal(a.state, HTTP_WHOLE);
	assert_true(span_is(a.location, "https://a.example/"));
	assert_true(span_is(a.media_type, "text/plain"));
	assert_true(span_is(a.encoding, "gzip"));
	http_answer_free(&a);
}

/* Feed `n` bytes of one letter. */
static void
feed_letters(struct http_answer *a, size_t n)
{
	char letters[1000];
	size_t m;

	memset(letters, 'x', sizeof letters);
	for (; n > 0; n -= m) {
		m = n < sizeof letters ? n : sizeof letters;
		http_answer_feed(a, letters, m);
	}
}

static void
bounds_the_body(void **state)
{
	struct http_answer a;

	(void)state;
	feed(&a, OK "\r\n", strlen(OK) + 2, 100);
	feed_letters(&a, HTTP_BODY_MAX);
	assert_int_equal(a.state, HTTP_BEGUN);
	feed_letters(&a, 1);
	assert_int_equal(a.state, HTTP_TOO_LARGE);
	http_answer_free(&a);
}

static void
bounds_the_header(void **state)
{
	struct http_answer a;
	int i;

	(void)state;
	feed(&a, OK, strlen(OK), 100);
	feed_letters(&a, HTTP_HEAD_MAX + 1000);
	assert_int_equal(a.state, HTTP_BROKEN);
	http_answer_free(&a);

	/* one interim answer behind the other */
	http_answer_init(&a);
	for (i = 0; i < 2000 && a.state == HTTP_BEGUN; i++)
		http_answer_feed(&a, "HTTP/1.1 100 x\r\n\r\n", 18);
	assert_int_equal(a.state, HTTP_BROKEN);
	http_answer_free(&a);
}

static void
bounds_chunks_and_trailer(void **state)
{
	static const char chunked[] = OK "Transfer-Encoding: chunked\r\n\r\n";
	struct http_answer a;

	(void)state;
	feed(&a, chunked, strlen(chunked), 100);
	http_answer_feed(&a, "1;", 2);
	feed_letters(&a, 200000);
	assert_int_equal(a.state, HTTP_BROKEN);
	http_answer_free(&a);
	feed(&a, chunked, strlen(chunked), 100);
	http_answer_feed(&a, "0\r\n", 3);
	feed_letters(&a, 200000);
	assert_int_equal(a.state, HTTP_BROKEN);
	http_answer_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_answers_in_pieces_of_any_size),
		cmocka_unit_test(keeps_the_fields_that_are_judged),
		cmocka_unit_test(bounds_the_body),
		cmocka_unit_test(bounds_the_header),
		cmocka_unit_test(bounds_chunks_and_trailer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
