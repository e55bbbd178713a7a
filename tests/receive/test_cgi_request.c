/* What a web server says of a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>

#include "receive/cgi_request.h"

/* The request that two variables tell of. */
static struct cgi_request
request_of(const char *method, const char *variable)
{
	char first[100], second[300];
	char *environment[] = { first, second, NULL };
	struct cgi_request q;

	snprintf(first, sizeof first, "REQUEST_METHOD=%s", method);
	snprintf(second, sizeof second, "%s", variable);
	assert_true(cgi_request_read(environment, &q));
	return q;
}

static void
without_a_method_there_is_no_request(void **state)
{
	char *nothing[] = { NULL };
	char *empty[] = { (char[]){ "REQUEST_METHOD=" }, NULL };
	char *others[] = { (char[]){ "REQUEST_METHODS=POST" },
		(char[]){ "REQUEST_METHOD" }, (char[]){ "=POST" },
		(char[]){ "" }, NULL };
	struct cgi_request q;

	(void)state;
	assert_false(cgi_request_read(nothing, &q));
	assert_false(cgi_request_read(empty, &q));
	assert_false(cgi_request_read(others, &q));
}

static void
post_alone_is_taken(void **state)
{
	static const char *const others[] = { "GET", "HEAD", "PUT", "post",
		"POST ", " POST", "POSTS", "OPTIONS", "\r\n" };
	size_t i;

	(void)state;
	assert_true(request_of("POST", "").is_post);
	for (i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(request_of(others[i], "").is_post);
}

static void
a_length_is_digits(void **state)
{
	static const struct {
		const char *text;
		bool is_length;
		uint64_t length;
	} rows[] = {
		{ "CONTENT_LENGTH=0", true, 0 },
		{ "CONTENT_LENGTH=10", true, 10 },
		{ "CONTENT_LENGTH=18446744073709551614", true, UINT64_MAX - 1 },
		{ "CONTENT_LENGTH=18446744073709551615", true, UINT64_MAX },
		{ "CONTENT_LENGTH=18446744073709551616", true, UINT64_MAX },
		{ "CONTENT_LENGTH=99999999999999999999999999", true,
		    UINT64_MAX },
		{ "CONTENT_LENGTH=", false, 0 },
		{ "CONTENT_LENGTH=-1", false, 0 },
		{ "CONTENT_LENGTH=+1", false, 0 },
		{ "CONTENT_LENGTH= 1", false, 0 },
		{ "CONTENT_LENGTH=1e3", false, 0 },
		{ "CONTENT_LENGTH=0x10", false, 0 },
		{ "HTTP_CONTENT_LENGTH=10", false, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cgi_request q = request_of("POST", rows[i].text);

		if (q.has_length != rows[i].is_length ||
		    q.length != rows[i].length)
			fail_msg("%s", rows[i].text);
	}
}

static void
the_type_of_a_report_is_known(void **state)
{
	static const char *const types[] = { "application/tlsrpt+gzip",
		"application/tlsrpt+json", "Application/TLSRPT+JSON",
		"application/tlsrpt+gzip; charset=x",
		" application/tlsrpt+gzip ;x" };
	static const char *const others[] = { "", "application/json",
		"application/tlsrpt", "application/tlsrpt+jsonx",
		"text/plain; application/tlsrpt+json" };
	char text[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof types / sizeof *types; i++) {
		snprintf(text, sizeof text, "CONTENT_TYPE=%s", types[i]);
		assert_true(request_of("POST", text).is_tlsrpt);
	}
	for (i = 0; i < sizeof others / sizeof *others; i++) {
		snprintf(text, sizeof text, "CONTENT_TYPE=%s", others[i]);
		assert_false(request_of("POST", text).is_tlsrpt);
	}
}

static void
an_address_is_written_in_one_way(void **state)
{
	static const struct {
		const char *text, *address, *network;
	} rows[] = {
		{ "REMOTE_ADDR=192.0.2.1", "192.0.2.1", "192.0.2.1" },
		{ "REMOTE_ADDR=2001:DB8:0:0:1::9", "2001:db8::1:0:0:9",
		    "2001:db8::/64" },
		{ "REMOTE_ADDR=2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6",
		    "2001:db8:1:2::/64" },
		{ "REMOTE_ADDR=::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1" },
		{ "REMOTE_ADDR=::1", "::1", "::/64" },
		{ "REMOTE_ADDR=", "unknown", "unknown" },
		{ "REMOTE_ADDR=unix:", "unknown", "unknown" },
		{ "REMOTE_ADDR=192.0.2.1\n192.0.2.2", "unknown", "unknown" },
		{ "REMOTE_ADDR=192.0.2.1; DROP TABLE x", "unknown", "unknown" },
		{ "REMOTE_ADDR=fe80::1%eth0", "unknown", "unknown" },
		{ "HTTP_REMOTE_ADDR=192.0.2.1", "unknown", "unknown" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cgi_request q = request_of("POST", rows[i].text);

		assert_string_equal(q.address, rows[i].address);
		assert_string_equal(q.network, rows[i].network);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_method_there_is_no_request),
		cmocka_unit_test(post_alone_is_taken),
		cmocka_unit_test(a_length_is_digits),
		cmocka_unit_test(the_type_of_a_report_is_known),
		cmocka_unit_test(an_address_is_written_in_one_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
