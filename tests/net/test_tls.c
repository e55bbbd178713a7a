#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "net/connect_steps.h"
#include "net/tls.h"

#include "scenes/imap_server.h"

/* What is made once: authorities and the folder they are in. */
static struct {
	char folder[64], ca_file[96], other_file[96];
	struct identity ca, other;
} world;

struct scene {
	struct server server;
	struct tls_settings settings;
	struct fault fault;
	mailstream_low *low;
};

static int
make_world(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	snprintf(world.folder, sizeof world.folder, "%s/test_tls.XXXXXX",
	    getenv("TMPDIR") != NULL && strlen(getenv("TMPDIR")) < 40
		? getenv("TMPDIR")
		: "/tmp");
	if (mkdtemp(world.folder) == NULL)
		return -1;
	snprintf(
	    world.ca_file, sizeof world.ca_file, "%s/ca.pem", world.folder);
	snprintf(world.other_file, sizeof world.other_file, "%s/other.pem",
	    world.folder);
	world.ca = identity_new("Test CA", NULL, NULL, -1, 10);
	world.other = identity_new("Other CA", NULL, NULL, -1, 10);
	identity_write(&world.ca, world.ca_file);
	identity_write(&world.other, world.other_file);
	return 0;
}

static int
unmake_world(void **state)
{
	(void)state;
	identity_free(&world.ca);
	identity_free(&world.other);
	unlink(world.ca_file);
	unlink(world.other_file);
	return rmdir(world.folder);
}

/* Lets all pass up to a "!", which it refuses. */
static int
feed(void *arg, struct span *in, struct buf *out, struct fault *f)
{
	size_t n = span_find(*in, "!");

	(void)arg;
	buf_append(out, in->p, n);
	*in = span_skip(*in, n);
	return in->n == 0 ? 0 : fault(f, FAULT_SESSION, EX_PROTOCOL, "harm");
}

static const struct tls_filter filter = { feed, NULL, 0 };

static void
play_greeting(struct server *s)
{
	char line[100];

	server_say(s, "* OK hello\r\n");
	server_read_line(s, line, sizeof line);
}

static int
setup(void **state)
{
	static struct scene scene;

	memset(&scene, 0, sizeof scene);
	scene.server.play = play_greeting;
	scene.settings = (struct tls_settings){ .host = "localhost",
		.mode = TLS_IMPLICIT,
		.ca_file = world.ca_file,
		.fingerprint = "",
		.timeout = 60 };
	*state = &scene;
	return 0;
}

static void
disconnect(struct scene *s)
{
	if (s->low != NULL) {
		mailstream_low_close(s->low);
		mailstream_low_free(s->low);
	}
	s->low = NULL;
	server_stop(&s->server);
}

/* Connect to a server with that certificate. */
static void
dial_to(struct scene *s, const struct identity *id)
{
	s->server.identity = id;
	server_start(&s->server);
	s->settings.port = s->server.port;
	s->low = tls_connect(&s->settings, &filter, &s->fault);
}

static void
assert_accepted(struct scene *s, const struct identity *id)
{
	char buf[100];

	dial_to(s, id);
	if (s->low == NULL)
		fail_msg("refused: %s", s->fault.text);
	assert_int_equal(
	    s->low->driver->mailstream_read(s->low, buf, sizeof buf), 12);
	assert_memory_equal(buf, "* OK hello\r\n", 12);
	disconnect(s);
}

static void
assert_refused(
    struct scene *s, const struct identity *id, int status, const char *why)
{
	dial_to(s, id);
	if (s->low != NULL)
		fail_msg("not refused: %s", why);
	if (strstr(s->fault.text, why) == NULL)
		fail_msg("not \"%s\": %s", why, s->fault.text);
	assert_int_equal(s->fault.status, status);
	assert_int_equal(s->fault.scope, FAULT_SESSION);
	disconnect(s);
}

static const struct {
	const char *host, *sans;
	bool other_ca;	     /* not the one we trust */
	long from, to;	     /* days */
	int pin;	     /* 1: its fingerprint, 2: another's */
	const char *refused; /* NULL: accepted */
} certificates[] = {
	{ "localhost", "DNS:localhost", false, -1, 5, 0, NULL },
	{ "127.0.0.1", "IP:127.0.0.1", false, -1, 5, 0, NULL },
	{ "localhost", "DNS:LOCALHOST", false, -1, 5, 0, NULL },
	{ "localhost", "DNS:a.example,DNS:localhost", false, -1, 5, 2, NULL },
	{ "localhost", "DNS:imap.example.com,DNS:*.b.example", false, -1, 5, 0,
	    "it is for imap.example.com *.b.example, not for localhost: if "
	    "that is the same server, set host = imap.example.com" },
	{ "127.0.0.1", "DNS:localhost", false, -1, 5, 0,
	    "it is for localhost, not for 127.0.0.1: if that is the same "
	    "server, set host = localhost" },
	{ "127.0.0.1", "IP:192.0.2.1", false, -1, 5, 0,
	    "it is for 192.0.2.1, not for 127.0.0.1: if that is the same "
	    "server, set host = 192.0.2.1" },
	{ "127.0.0.1", "IP:192.0.2.1,IP:::1,DNS:a.example", false, -1, 5, 0,
	    "set host = a.example" },
	{ "localhost", "DNS:*.hosting.example", false, -1, 5, 0,
	    "it is for *.hosting.example, not for localhost: if that is the "
	    "same server, set host to its own name, which ends in "
	    ".hosting.example" },
	{ "localhost", "DNS:*.a.example,IP:::1", false, -1, 5, 0,
	    "set host = ::1" },
	{ "localhost", "DNS:www.a.example,DNS:a.example,DNS:mail.a.example",
	    false, -1, 5, 0, "set host = mail.a.example" },
	{ "localhost", "DNS:mail.a.example,DNS:localhost.b.example", false, -1,
	    5, 0, "set host = localhost.b.example" },
	{ "localhost", "email:a@example.com", false, -1, 5, 0,
	    "it is for no name (the subject does not count), not for "
	    "localhost: whoever runs the server must" },
	{ "localhost",
	    "DNS:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example,"
	    "DNS:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.bbbb"
	    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example,"
	    "DNS:imap.example",
	    false, -1, 5, 0,
	    " ..., not for localhost: if that is the same "
	    "server, set host = imap.example" },
	{ "localhost", "IP:127.0.0.1", false, -1, 5, 0,
	    "it is for 127.0.0.1, not for localhost" },
	{ "localhost", "DNS:localhost", false, -9, -3, 0, "it expired on " },
	{ "localhost", "DNS:localhost", false, 3, 5, 0,
	    "it is valid only from " },
	{ "localhost", "DNS:localhost", true, -1, 5, 0,
	    "its issuer is not among the certificates in ca_file" },
	{ "localhost", "DNS:localhost", true, -1, 5, 1, NULL },
	{ "localhost", "DNS:localhost", true, -1, 5, 2,
	    "neither the issuer nor the fingerprint is trusted" },
	{ "localhost", "DNS:other.example", true, -1, 5, 1,
	    "it is for other.example, not for localhost" },
	{ "localhost", "DNS:localhost", true, -9, -3, 1, "it expired on " },
	{ "localhost", "DNS:localhost", false, -9, -3, 1, "it expired on " },
};

static void
judges_certificates(void **state)
{
	struct scene *s = *state;
	struct identity id;
	char pin[65];
	size_t i;

	for (i = 0; i < sizeof certificates / sizeof *certificates; i++) {
		setup(state);
		/* the common name does not count */
		id = identity_new("localhost",
		    certificates[i].other_ca ? &world.other : &world.ca,
		    certificates[i].sans, certificates[i].from,
		    certificates[i].to);
		identity_fingerprint(
		    certificates[i].pin == 2 ? &world.ca : &id, pin);
		s->settings.host = certificates[i].host;
		if (certificates[i].pin != 0)
			s->settings.fingerprint = pin;
		if (certificates[i].refused == NULL)
			assert_accepted(s, &id);
		else
			assert_refused(
			    s, &id, EX_UNAVAILABLE, certificates[i].refused);
		identity_free(&id);
	}
}

static void
takes_a_pinned_self_signed_certificate(void **state)
{
	struct identity id = identity_new("Self", NULL, "DNS:localhost", -1, 5);
	struct scene *s = *state;
	char pin[65];

	assert_refused(s, &id, EX_UNAVAILABLE, "its issuer is not among");
	setup(state);
	identity_fingerprint(&id, pin);
	s->settings.fingerprint = pin;
	assert_accepted(s, &id);
	identity_free(&id);
}

static void
says_whose_certificate_it_refuses(void **state)
{
	struct identity id =
	    identity_new("The Server", &world.other, "DNS:localhost", -1, 5);
	struct scene *s = *state;
	char pin[65];

	identity_fingerprint(&id, pin);
	assert_refused(s, &id, EX_UNAVAILABLE, pin);
	assert_non_null(strstr(s->fault.text, "subject CN = The Server"));
	assert_non_null(strstr(s->fault.text, "issuer CN = Other CA"));
	assert_non_null(strstr(s->fault.text, "expires 20"));
	assert_non_null(strstr(s->fault.text, "for localhost"));
	identity_free(&id);
}

/* A server that leaves out the certificate between its own and the root. */
static void
trusts_what_ca_file_holds(void **state)
{
	struct identity between =
	    identity_new("Between", &world.ca, NULL, -1, 5);
	struct identity id =
	    identity_new("The Server", &between, "DNS:localhost", -1, 5);
	struct scene *s = *state;
	char file[] = "/tmp/test_tls.XXXXXX";

	assert_refused(s, &id, EX_UNAVAILABLE,
	    "its issuer is not among the certificates in ca_file ");
	assert_non_null(strstr(
	    s->fault.text, "ca.pem: put the issuer's certificate there"));
	assert_non_null(strstr(s->fault.text, "issuer CN = Between"));
	close(mkstemp(file));
	identity_write(&between, file);
	setup(state);
	s->settings.ca_file = file;
	assert_accepted(s, &id);
	identity_write(&world.other, file);
	setup(state);
	s->settings.ca_file = file;
	assert_refused(s, &id, EX_UNAVAILABLE, "its issuer is not among");
	unlink(file);
	identity_free(&between);
	identity_free(&id);
}

static void
on_begin(void *arg, const char *name)
{
	(void)arg;
	(void)name;
}

static void
on_done(void *arg, const char *detail, const char *warning)
{
	char *text = arg;

	snprintf(text, 700, "%s|%s", detail, warning);
}

static void
warns_of_a_certificate_that_ends_soon(void **state)
{
	char text[700];
	const struct steps steps = { on_begin, on_done, text };
	static const struct {
		long days;
		bool warned;
	} rows[] = { { 15, false }, { 13, true }, { 1, true } };
	struct scene *s = *state;
	struct identity id;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		id = identity_new(
		    "The Server", &world.ca, "DNS:localhost", -1, rows[i].days);
		setup(state);
		s->settings.steps = &steps;
		assert_accepted(s, &id);
		assert_non_null(strstr(text, " left|"));
		assert_non_null(strstr(text, "subject CN = The Server, "));
		assert_int_equal(
		    strstr(text, "must renew it") != NULL, rows[i].warned);
		identity_free(&id);
	}
}

static void
refuses_old_tls(void **state)
{
	struct identity id =
	    identity_new("Old", &world.ca, "DNS:localhost", -1, 5);
	struct scene *s = *state;

	s->server.max_version = TLS1_1_VERSION;
	assert_refused(s, &id, EX_UNAVAILABLE, "TLS 1.2 or newer");
	setup(state);
	s->server.max_version = TLS1_2_VERSION;
	assert_accepted(s, &id);
	identity_free(&id);
}

static void
refuses_settings_that_cannot_be_followed(void **state)
{
	struct scene *s = *state;

	s->settings.ca_file = "/nonexistent/ca.pem";
	assert_refused(s, NULL, EX_CONFIG, "/nonexistent/ca.pem");
	setup(state);
	s->settings.fingerprint = "sha256";
	assert_refused(s, NULL, EX_CONFIG, "64 hex digits");
	setup(state);
	s->settings.fingerprint = "g000000000000000000000000000000000000000000"
				  "000000000000000000000";
	assert_refused(s, NULL, EX_CONFIG, "64 hex digits");
}

static void
play_clear(struct server *s)
{
	server_say(s, "* OK no TLS here\r\n");
	server_sleep(s, 1000);
}

static void
play_silence(struct server *s)
{
	server_sleep(s, 10000);
}

static void
play_close(struct server *s)
{
	(void)s;
}

static void
says_what_is_there_in_place_of_tls(void **state)
{
	struct scene *s = *state;

	s->server.play = play_clear;
	assert_refused(s, NULL, EX_UNAVAILABLE, "tls = starttls");
	setup(state);
	s->server.play = play_close;
	assert_refused(s, NULL, EX_UNAVAILABLE, "connection to localhost");
	setup(state);
	s->server.play = play_silence;
	s->settings.timeout = 1;
	assert_refused(s, NULL, EX_UNAVAILABLE, "no answer within 1 s");
}

static void
goes_in_clear_to_loopback_alone(void **state)
{
	struct scene *s = *state;

	s->settings.mode = TLS_NONE;
	assert_accepted(s, NULL);
	setup(state);
	s->settings.mode = TLS_NONE;
	s->settings.host = "192.0.2.1"; /* RFC 5737: nobody's */
	assert_refused(s, NULL, EX_CONFIG, "tls = none is for loopback");
}

static void
says_that_nobody_answers(void **state)
{
	struct scene *s = *state;
	struct server closed = { .play = play_close };

	server_start(&closed);
	server_stop(&closed);
	s->settings.port = closed.port;
	assert_null(tls_connect(&s->settings, &filter, &s->fault));
	assert_int_equal(s->fault.status, EX_UNAVAILABLE);
	assert_non_null(strstr(s->fault.text, "Connection refused"));
	s->settings.host = "nobody.invalid";
	assert_null(tls_connect(&s->settings, &filter, &s->fault));
	assert_int_equal(s->fault.status, EX_UNAVAILABLE);
	assert_non_null(strstr(s->fault.text, "no address of nobody.invalid"));
}

/* Read until it fails; the seconds that took. */
static double
drain(struct scene *s)
{
	struct timespec a, b;
	char buf[100];

	clock_gettime(CLOCK_MONOTONIC, &a);
	while (s->low->driver->mailstream_read(s->low, buf, sizeof buf) != -1)
		continue;
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_int_equal(tls_fault(s->low, &s->fault), -1);
	return (double)(b.tv_sec - a.tv_sec) +
	       (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

static void
play_trickle(struct server *s)
{
	int i;

	for (i = 0; i < 600 && server_say(s, "x") == 0; i++)
		server_sleep(s, 100);
}

static void
ends_a_trickle_at_the_deadline(void **state)
{
	struct scene *s = *state;
	double took;

	s->settings.mode = TLS_NONE;
	s->settings.timeout = 1;
	s->server.play = play_trickle;
	dial_to(s, NULL);
	assert_non_null(s->low);
	tls_begin(s->low, TLS_PROMPT);
	took = drain(s);
	assert_true(took > 0.9 && took < 30);
	assert_non_null(strstr(s->fault.text, "no answer within 1 s"));
	assert_int_equal(s->fault.status, EX_UNAVAILABLE);
	disconnect(s);

	setup(state);
	s->settings.mode = TLS_NONE;
	s->settings.timeout = 1;
	s->server.play = play_trickle;
	dial_to(s, NULL);
	tls_begin(s->low, TLS_STEADY);
	took = drain(s);
	assert_true(took > 3.8 && took < 30);
	assert_non_null(strstr(s->fault.text, "too slow"));
	disconnect(s);
}

/* 400 bytes every 50 ms are eight times what is asked of a server. */
static void
play_slowly(struct server *s)
{
	static const char line[] =
	    "* 1 OK 34567890123456789012345678901234567890123456789"
	    "01234567890123456789012345678901234567890123\r\n";
	char lines[4 * sizeof line];
	int i;

	snprintf(lines, sizeof lines, "%s%s%s%s", line, line, line, line);
	server_say(s, "* OK hello\r\n");
	for (i = 0; i < 110 && server_say(s, lines) == 0; i++)
		server_sleep(s, 50);
}

static void
lets_a_slow_link_be_slow(void **state)
{
	struct scene *s = *state;

	s->settings.mode = TLS_NONE;
	s->settings.timeout = 1;
	s->server.play = play_slowly;
	dial_to(s, NULL);
	tls_begin(s->low, TLS_STEADY);
	assert_true(drain(s) > 5);
	assert_non_null(strstr(s->fault.text, "the server closed it"));
	disconnect(s);
}

static void
stops_when_told(void **state)
{
	static volatile sig_atomic_t stop;
	struct scene *s = *state;

	stop = 0;
	s->settings.mode = TLS_NONE;
	s->settings.stop = &stop;
	s->server.play = play_silence;
	dial_to(s, NULL);
	assert_non_null(s->low);
	stop = 1;
	drain(s);
	assert_int_equal(s->fault.status, EX_TEMPFAIL);
	disconnect(s);
}

static void
play_harm(struct server *s)
{
	char line[100];

	server_say(s, "* OK hello\r\n!* OK more\r\n");
	server_read_line(s, line, sizeof line);
}

static void
lets_nothing_pass_behind_a_fault(void **state)
{
	struct scene *s = *state;
	char buf[100];

	s->settings.mode = TLS_NONE;
	s->server.play = play_harm;
	dial_to(s, NULL);
	assert_int_equal(
	    s->low->driver->mailstream_read(s->low, buf, sizeof buf), 12);
	assert_int_equal(
	    s->low->driver->mailstream_read(s->low, buf, sizeof buf), -1);
	assert_int_equal(s->low->driver->mailstream_write(s->low, "x", 1), -1);
	assert_int_equal(tls_fault(s->low, &s->fault), -1);
	assert_int_equal(s->fault.status, EX_PROTOCOL);
	assert_string_equal(s->fault.text, "harm");
	disconnect(s);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(judges_certificates),
		TEST(takes_a_pinned_self_signed_certificate),
		TEST(says_whose_certificate_it_refuses),
		TEST(trusts_what_ca_file_holds),
		TEST(warns_of_a_certificate_that_ends_soon),
		TEST(refuses_old_tls),
		TEST(refuses_settings_that_cannot_be_followed),
		TEST(says_what_is_there_in_place_of_tls),
		TEST(goes_in_clear_to_loopback_alone),
		TEST(says_that_nobody_answers),
		TEST(ends_a_trickle_at_the_deadline),
		TEST(lets_a_slow_link_be_slow),
		TEST(stops_when_told),
		TEST(lets_nothing_pass_behind_a_fault),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
