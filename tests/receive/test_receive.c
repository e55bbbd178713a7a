/* A report that is POSTed, from the request to its answer. */
#include "scenes/stores.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"
#include "config/config.h"
#include "net/wait.h"
#include "receive/cgi_body.h"
#include "receive/cgi_request.h"
#include "receive/receive.h"

static const char report[] =
    "{\"organization-name\":\"x\",\"report-id\":\"1\","
    "\"contact-info\":\"x@x.example\",\"date-range\":{"
    "\"start-datetime\":\"2026-03-01T00:00:00Z\","
    "\"end-datetime\":\"2026-03-01T23:59:59Z\"},\"policies\":[{"
    "\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":"
    "\"alder.example\"},\"summary\":{"
    "\"total-successful-session-count\":1,"
    "\"total-failure-session-count\":0}}]}";

/* A request: what the web server says, and what it hands on. */
struct posted {
	const char *length; /* NULL: none */
	const char *type;
	const char *address;
	const char *body;
};

static const struct posted usual = { NULL, "application/tlsrpt+json",
	"192.0.2.1", report };

/* A descriptor that `body` can be read from, up to its end. */
static int
body_of(const char *body)
{
	int pair[2];
	ssize_t n = (ssize_t)strlen(body);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(write(pair[1], body, (size_t)n), n);
	close(pair[1]);
	return pair[0];
}

/* Read a request, and store it if it is to be; the status of the answer. */
static int
post(struct scene *s, const struct config *c, const struct posted *p)
{
	char method[] = "REQUEST_METHOD=POST", length[64], type[64],
	     address[64];
	char *environment[] = { method, type, address,
		p->length != NULL ? length : NULL, NULL };
	int fd = body_of(p->body), status;
	struct receive r;

	snprintf(length, sizeof length, "CONTENT_LENGTH=%s",
	    p->length != NULL ? p->length : "");
	snprintf(type, sizeof type, "CONTENT_TYPE=%s", p->type);
	snprintf(address, sizeof address, "REMOTE_ADDR=%s", p->address);
	receive_init(&r, c);
	if (receive_read(&r, environment, fd)) {
		if (s->st == NULL)
			fail_msg("%s: would be stored", p->body);
		assert_ok(s, receive_store(&r, s->st, &s->f));
	}
	status = (int)r.answer.status;
	receive_free(&r);
	close(fd);
	return status;
}

static void
a_report_is_stored_once(void **state)
{
	struct scene *s = *state;
	struct config c;

	config_defaults(&c);
	assert_int_equal(post(s, &c, &usual), 201);
	assert_int_equal(post(s, &c, &usual), 200);
	assert_rows(s,
	    "SELECT source, substr(message_id, 1, 10), received IS NOT NULL,"
	    " verdict FROM messages",
	    "https:192.0.2.1|sha256:694|1|imported\n");
	assert_rows(s, "SELECT dkim FROM reports", "https\n");
	assert_number(s, "SELECT posts FROM posts", 2);
}

static void
bodies_of_one_size_are_told_apart(void **state)
{
	struct scene *s = *state;
	struct posted other = usual;
	char *text = xstrdup(report);
	struct config c;

	config_defaults(&c);
	*strstr(text, ":\"1\"") = ':';
	strstr(text, "\"1\"")[1] = '2';
	other.body = text;
	assert_int_equal(post(s, &c, &usual), 201);
	assert_int_equal(post(s, &c, &other), 201);
	assert_number(s, "SELECT count(*) FROM messages", 2);
	free(text);
}

static void
a_length_is_an_upper_bound_and_no_more(void **state)
{
	struct scene *s = *state;
	struct posted longer = usual, shorter = usual, odd = usual;
	struct config c;

	config_defaults(&c);
	longer.length = "1000000";
	odd.length = "-3";
	shorter.length = "100";
	assert_int_equal(post(s, &c, &longer), 201);
	assert_int_equal(post(s, &c, &odd), 200);
	assert_int_equal(post(s, &c, &shorter), 400);
	assert_rows(
	    s, "SELECT code, size FROM quarantine", "json-syntax|100\n");
}

static void
what_is_no_report_does_not_reach_the_store(void **state)
{
	static const struct {
		struct posted posted;
		int status;
	} rows[] = {
		{ { NULL, "", "192.0.2.1", "" }, 411 },
		{ { "", "", "192.0.2.1", "" }, 411 },
		{ { "0", "", "192.0.2.1", "" }, 400 },
		{ { "10", "application/tlsrpt+json", "192.0.2.1", "" }, 400 },
		{ { NULL, "text/plain", "192.0.2.1", "hello" }, 415 },
		{ { NULL, "application/json", "192.0.2.1", "{\"a\":1}" }, 415 },
		{ { NULL, "message/rfc822", "192.0.2.1",
		      "From: x\n\n{\"report-id\":\"1\"}" },
		    415 },
		{ { "26214401", "", "192.0.2.1", report }, 413 },
	};
	struct scene *s = *state;
	struct config c;
	size_t i;

	config_defaults(&c);
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(post(s, &c, &rows[i].posted), rows[i].status);
}

static void
the_limit_is_that_of_a_message(void **state)
{
	struct scene *s = *state;
	struct posted p = usual;
	struct config c;

	config_defaults(&c);
	c.limits.message = sizeof report - 1;
	assert_int_equal(post(s, &c, &p), 201);
	c.limits.message--;
	assert_int_equal(post(s, &c, &p), 413);
	assert_number(s, "SELECT posts FROM posts", 1);
}

static void
an_address_has_so_many_a_day(void **state)
{
	struct scene *s = *state;
	struct posted p = usual;
	struct config c;

	config_defaults(&c);
	c.receive_max = 2;
	p.address = "2001:db8::1";
	assert_int_equal(post(s, &c, &p), 201);
	p.address = "2001:db8::2";
	assert_int_equal(post(s, &c, &p), 200);
	p.address = "2001:db8::3";
	assert_int_equal(post(s, &c, &p), 429);
	p.address = "2001:db8:0:1::1";
	assert_int_equal(post(s, &c, &p), 200);
	assert_rows(s, "SELECT address, posts FROM posts ORDER BY 1",
	    "2001:db8:0:1::/64|1\n2001:db8::/64|2\n");
}

static void
what_is_refused_is_kept_and_can_be_tried_again(void **state)
{
	struct scene *s = *state;
	struct posted p = usual;
	struct config c;

	config_defaults(&c);
	p.body = "{\"organization-name\":\"x\"";
	assert_int_equal(post(s, &c, &p), 400);
	assert_int_equal(post(s, &c, &p), 400);
	assert_rows(s,
	    "SELECT code, kept, source FROM quarantine AS q"
	    " JOIN messages AS m ON m.id = q.message",
	    "json-syntax|1|https:192.0.2.1\n");
}

/* A descriptor of which somebody holds the other end open. */
static int
silent_body(int *other)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	*other = pair[1];
	return pair[0];
}

static void
a_body_that_does_not_come_is_not_waited_for_for_ever(void **state)
{
	struct cgi_request q = { .is_post = true };
	struct buf body = { .max = 1000 };
	int other, fd = silent_body(&other);

	(void)state;
	assert_int_equal(write(other, "{", 1), 1);
	assert_int_equal(
	    cgi_body_read(fd, &q, wait_clock() + 20, &body), CGI_BODY_LATE);
	/* so much was announced, and nobody waits for more */
	buf_reset(&body);
	q.has_length = true;
	q.length = 2;
	assert_int_equal(write(other, "{}more", 6), 6);
	assert_int_equal(
	    cgi_body_read(fd, &q, wait_clock() + 600000, &body), CGI_BODY_READ);
	assert_int_equal(body.len, 2);
	buf_free(&body);
	close(fd);
	close(other);
}

static void
a_body_that_cannot_be_read_is_broken(void **state)
{
	struct cgi_request q = { .is_post = true };
	struct buf body = { .max = 1000 };

	(void)state;
	assert_int_equal(
	    cgi_body_read(1000, &q, wait_clock() + 20, &body), CGI_BODY_BROKEN);
	buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_is_stored_once),
		TEST(bodies_of_one_size_are_told_apart),
		TEST(a_length_is_an_upper_bound_and_no_more),
		TEST_EMPTY(what_is_no_report_does_not_reach_the_store),
		TEST(the_limit_is_that_of_a_message),
		TEST(an_address_has_so_many_a_day),
		cmocka_unit_test(
		    a_body_that_does_not_come_is_not_waited_for_for_ever),
		cmocka_unit_test(a_body_that_cannot_be_read_is_broken),
		TEST(what_is_refused_is_kept_and_can_be_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
