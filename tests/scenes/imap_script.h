#ifndef TESTS_IMAP_SCRIPT_H
#define TESTS_IMAP_SCRIPT_H

/* A session with a server that speaks by script, for the tests of the client.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sysexits.h>

#include "base/fault.h"
#include "imap/imap.h"
#include "imap/list_mails.h"
#include "imap/open_folder.h"

#include "scenes/imap_server.h"

enum {
	MESSAGE_MAX = 1000,
	HEADER_MAX = 40
};

static const char secret[] = "pass\"wo\\rd-4711";

/*
 * The client says a line that holds `expect` (NULL: nothing), and is answered
 * `reply`, in which %t is the tag of its command.
 */
struct step {
	const char *expect, *reply;
};

struct scene {
	struct server server;
	struct imap_account account;
	struct imap *imap;
	struct imap_folder folder;
	struct imap_listing listing;
	struct fault fault;
	/* what was handed over */
	char mails[4000];
	size_t n_mails, stop_at;
};

static struct identity server_identity;
static char ca_file[96];

/* Send a reply with the tag in its places. */
static inline int
reply(struct server *s, const char *text, const char *tag)
{
	const char *p;

	while ((p = strstr(text, "%t")) != NULL) {
		if (server_send(s, text, (size_t)(p - text)) == -1 ||
		    server_say(s, tag) == -1)
			return -1;
		text = p + 2;
	}
	return *text != '\0' ? server_say(s, text) : 0;
}

static inline void
play_script(struct server *s)
{
	const struct step *step = s->script;
	char line[2000], tag[2000] = "*";

	for (; step->reply != NULL; step++) {
		if (step->expect != NULL) {
			if (server_read_line(s, line, sizeof line) == -1)
				return;
			if (line[0] >= '0' && line[0] <= '9')
				sscanf(line, "%s", tag);
			if (strstr(line, step->expect) == NULL) {
				snprintf(s->error, sizeof s->error,
				    "not \"%s\": %.100s", step->expect, line);
				return;
			}
		}
		if (strcmp(step->reply, "TLS") == 0) {
			if (server_handshake(s, &server_identity) == -1)
				return;
		} else if (reply(s, step->reply, tag) == -1) {
			return;
		}
	}
	server_read_line(s, line, sizeof line);
}

#define GREETING                       \
	{                              \
		NULL, "* OK hello\r\n" \
	}
#define CAPABILITY(c)                                                     \
	{                                                                 \
		"CAPABILITY", "* CAPABILITY IMAP4rev1 " c "\r\n%t OK\r\n" \
	}
/* What it can do once somebody is logged in. */
#define CAPABLE(c)                                                             \
	GREETING, CAPABILITY("SASL-IR AUTH=PLAIN"),                            \
	    { "AUTHENTICATE PLAIN AHUAcGFzcyJ3b1xyZC00NzEx", "%t OK in\r\n" }, \
	    CAPABILITY(c)
#define LOGIN CAPABLE("SASL-IR AUTH=PLAIN")
#define EXAMINE                                                      \
	LOGIN,                                                       \
	{                                                            \
		"EXAMINE \"INBOX\"",                                 \
		    "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n"       \
		    "* OK [UIDNEXT 14] y\r\n%t OK [READ-ONLY] z\r\n" \
	}
#define SIZES(a, b, c)                                                   \
	{                                                                \
		"UID FETCH 1:* (UID RFC822.SIZE)",                       \
		    "* 1 FETCH (UID 11 RFC822.SIZE " #a ")\r\n"          \
		    "* 2 FETCH (UID 12 RFC822.SIZE " #b ")\r\n"          \
		    "* 3 FETCH (RFC822.SIZE " #c " UID 20)\r\n%t OK\r\n" \
	}
#define END                \
	{                  \
		NULL, NULL \
	}

static inline int
setup(void **state)
{
	static struct scene scene;

	memset(&scene, 0, sizeof scene);
	scene.server.play = play_script;
	scene.account = (struct imap_account){ .name = "test",
		.tls = { .host = "localhost",
		    .mode = TLS_NONE,
		    .ca_file = ca_file,
		    .fingerprint = "",
		    .timeout = 60 },
		.user = "u",
		.secret = secret,
		.message_max = MESSAGE_MAX,
		.header_max = HEADER_MAX };
	*state = &scene;
	return 0;
}

static inline void
play(struct scene *s, const struct step *script)
{
	s->server.script = script;
	server_start(&s->server);
	s->account.tls.port = s->server.port;
	s->imap = imap_open(&s->account, &s->fault);
}

/* Hang up; the client must have said what the script expects. */
static inline void
end(struct scene *s)
{
	imap_close(s->imap);
	s->imap = NULL;
	free(s->listing.list);
	s->listing.list = NULL;
	server_stop(&s->server);
	if (s->server.error[0] != '\0')
		fail_msg("%s", s->server.error);
}

static inline void
assert_open(struct scene *s)
{
	if (s->imap == NULL)
		fail_msg("%s %s", s->fault.text, s->server.error);
}

/* The script up to the folder that is open read-only. */
static inline void
open_inbox(struct scene *s, const struct step *script)
{
	play(s, script);
	assert_open(s);
	if (imap_examine(s->imap, "INBOX", &s->folder, &s->fault) == -1)
		fail_msg("%s %s", s->fault.text, s->server.error);
}

static inline void
assert_fault(struct scene *s, int status, const char *why)
{
	if (s->fault.status != status || strstr(s->fault.text, why) == NULL)
		fail_msg("not %d %s: %d %s", status, why, s->fault.status,
		    s->fault.text);
	assert_int_equal(s->fault.scope, FAULT_SESSION);
	assert_null(strstr(s->fault.text, "4711"));
}

static inline int
make_world(void **state)
{
	int fd;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	snprintf(ca_file, sizeof ca_file, "/tmp/test_imap.XXXXXX");
	if ((fd = mkstemp(ca_file)) == -1)
		return -1;
	close(fd);
	server_identity = identity_new("Self", NULL, "DNS:localhost", -1, 5);
	identity_write(&server_identity, ca_file);
	return 0;
}

static inline int
unmake_world(void **state)
{
	(void)state;
	identity_free(&server_identity);
	return unlink(ca_file);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

#endif
