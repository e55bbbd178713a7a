#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/span.h"
#include "imap/imap.h"
#include "imap/login.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap_text/guard.h"
#include "imap_text/sasl.h"

enum {
	CREDENTIAL_MAX = 16 * 1024, /* of user or secret; tokens are long */
	MESSAGE_MAX = 128 * 1024,
	CHALLENGES_MAX = 10,
	ID_MAX = 256 * 1024
};

static const struct {
	enum imap_auth auth;
	const char *mechanism;
	const char *capability; /* NULL: LOGIN, offered unless disabled */
	bool token;
} mechanisms[] = { /* the strongest first */
	{ IMAP_AUTH_OAUTHBEARER, "OAUTHBEARER", "AUTH=OAUTHBEARER", true },
	{ IMAP_AUTH_XOAUTH2, "XOAUTH2", "AUTH=XOAUTH2", true },
	{ IMAP_AUTH_SCRAM_SHA_256, "SCRAM-SHA-256", "AUTH=SCRAM-SHA-256",
	    false },
	{ IMAP_AUTH_AUTO, "SCRAM-SHA-1", "AUTH=SCRAM-SHA-1", false },
	{ IMAP_AUTH_PLAIN, "PLAIN", "AUTH=PLAIN", false },
	{ IMAP_AUTH_LOGIN, "LOGIN", NULL, false }
};

enum {
	MECHANISMS = sizeof mechanisms / sizeof *mechanisms
};

static int
refuse_mechanism(const struct imap *im, const char *asked, struct fault *f)
{
	if (asked != NULL)
		return fault(f, FAULT_SESSION, EX_NOPERM,
		    "imap: this server does not offer the login by %s that "
		    "auth asks for: set auth = auto",
		    asked);
	if (im->account->is_token)
		return fault(f, FAULT_SESSION, EX_NOPERM,
		    "imap: this server offers no login by token "
		    "(OAUTHBEARER, XOAUTH2)");
	return fault(f, FAULT_SESSION, EX_NOPERM,
	    "imap: this server offers no password login: use token_command "
	    "(OAuth2), or have it switched on for this mailbox");
}

static bool
is_offered(const struct imap *im, size_t i)
{
	const char *capability = mechanisms[i].capability;

	return capability != NULL ? session_can(im, capability)
				  : !session_can(im, "LOGINDISABLED");
}

/* Whether the account may log in by that one, if it is offered. */
static bool
is_allowed(const struct imap *im, size_t i)
{
	const struct imap_account *a = im->account;

	return a->auth == IMAP_AUTH_AUTO ? mechanisms[i].token == a->is_token
					 : mechanisms[i].auth == a->auth;
}

/* The one that logged in the last time, or else the strongest. */
static int
choose(const struct imap *im, size_t *chosen, struct fault *f)
{
	const struct imap_account *a = im->account;
	const char *last = a->last_mechanism, *asked = NULL;
	size_t i, best = MECHANISMS;

	for (i = MECHANISMS; i-- > 0;) {
		if (!is_allowed(im, i))
			continue;
		asked =
		    a->auth != IMAP_AUTH_AUTO ? mechanisms[i].mechanism : NULL;
		if (!is_offered(im, i))
			continue;
		best = i;
		if (last != NULL && strcmp(last, mechanisms[i].mechanism) == 0)
			break;
	}
	*chosen = best;
	return best < MECHANISMS ? 0 : refuse_mechanism(im, asked, f);
}

/*
 * What may work where a mechanism that is offered was refused: a server may
 * keep passwords in a form that one mechanism cannot do with.  SCRAM is then
 * left altogether; and LOGIN, which nobody offers, is no better than PLAIN.
 */
static size_t
next_mechanism(const struct imap *im, size_t refused)
{
	bool was_scram =
	    strncmp(mechanisms[refused].mechanism, "SCRAM", 5) == 0;
	size_t i;

	for (i = 0; i < MECHANISMS; i++) {
		if (i == refused || !is_allowed(im, i) || !is_offered(im, i))
			continue;
		if (was_scram
			? strncmp(mechanisms[i].mechanism, "SCRAM", 5) != 0
			: mechanisms[i].capability != NULL)
			break;
	}
	return i;
}

static char *
base64(const struct buf *b)
{
	char *text = xmalloc(b->len / 3 * 4 + 5);

	EVP_EncodeBlock(
	    (unsigned char *)text, (const unsigned char *)b->data, (int)b->len);
	text[b->len == 0 ? 0 : (b->len + 2) / 3 * 4] = '\0';
	return text;
}

/* The bytes of a challenge "+ base64"; text that is none counts as empty. */
static void
decode_challenge(struct span line, struct buf *out)
{
	struct span s = span_trim(span_skip(line, 1));
	size_t room;
	char *p;
	int n;

	buf_reset(out);
	if (s.n > MESSAGE_MAX)
		return;
	p = buf_room(out, s.n, &room);
	if (room < s.n)
		return;
	n = sasl_base64(s, (unsigned char *)p);
	if (n > 0)
		out->len = (size_t)n;
}

/*
 * Read up to the next continuation request (its line in `*line`, 0) or the end
 * of the command (1).
 */
static int
next_answer(struct imap *im, struct span *line, struct fault *f)
{
	for (;;) {
		if (session_read_line(im, line, f) == -1)
			return -1;
		if (line->n > 0 && line->p[0] == '+')
			return 0;
		if (line->n > 0 && line->p[0] != '*')
			return 1;
	}
}

/* The answer to a challenge, or the initial response behind `command`. */
static int
answer(struct imap *im, struct sasl *sasl, struct span challenge,
    const char *command, struct fault *f)
{
	struct buf out = { .max = MESSAGE_MAX };
	char *text = NULL, *line = NULL;
	int rc = -1;

	if (sasl_step(sasl, challenge, &out, f) == -1)
		goto out;
	text = base64(&out);
	line = xasprintf("%s%s\r\n", command, text);
	if (text[0] != '\0')
		session_keep_secret(im, text);
	rc = session_write(im, line, strlen(line), true, f);
out:
	if (out.data != NULL)
		OPENSSL_cleanse(out.data, out.cap);
	buf_free(&out);
	session_wipe(text);
	session_wipe(line);
	return rc;
}

/* Answer challenges until the server has decided. */
static int
converse(struct imap *im, struct sasl *sasl, bool begun, struct fault *f)
{
	struct buf challenge = { .max = MESSAGE_MAX };
	struct span line;
	int i, r, rc = -1;

	for (i = 0; i < CHALLENGES_MAX; i++) {
		if ((r = next_answer(im, &line, f)) != 0) {
			rc = r == 1 ? 0 : -1;
			goto out;
		}
		if (begun)
			decode_challenge(line, &challenge);
		begun = true;
		if (answer(im, sasl, buf_span(&challenge), "", f) == -1)
			goto out;
	}
	im->broken = true;
	fault(f, FAULT_SESSION, EX_PROTOCOL,
	    "imap: the login does not come to an end");
out:
	buf_free(&challenge);
	return rc;
}

static int
refused(struct imap *im, const char *detail, struct fault *f)
{
	char what[400], clean[200];

	/* a challenge may hold what was sent */
	reply_blot(&im->reply, detail, strlen(detail), clean, sizeof clean);
	snprintf(what, sizeof what, "login of %s by %s refused%s%s",
	    im->account->user, im->mechanism, clean[0] != '\0' ? ": " : "",
	    clean);
	return session_end(im, EX_NOPERM, what, f);
}

static int
authenticate(struct imap *im, struct fault *f)
{
	const struct imap_account *a = im->account;
	struct sasl_login who = { a->user, a->secret, a->tls.host,
		a->tls.port };
	struct sasl *sasl = sasl_new(im->mechanism, &who);
	bool initial = session_can(im, "SASL-IR"); /* RFC 4959 */
	struct span none = { NULL, 0 };
	char *command;
	int rc = -1;

	command = xasprintf("%d AUTHENTICATE %s%s", session_begin_login(im),
	    im->mechanism, initial ? " " : "\r\n");
	if (initial
		? answer(im, sasl, none, command, f) == -1
		: session_write(im, command, strlen(command), false, f) == -1)
		goto out;
	if (converse(im, sasl, initial, f) == -1 ||
	    refused(im, sasl_refusal(sasl), f) == -1)
		goto out;
	if (!sasl_is_done(sasl)) {
		im->broken = true;
		fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: the server ended the login by %s too early",
		    im->mechanism);
		goto out;
	}
	rc = 0;
out:
	if (rc == -1 && im->reply.status == REPLY_NONE)
		im->broken = true;
	free(command);
	sasl_free(sasl);
	return rc;
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x7f)
			return false;
	return true;
}

/* An argument that is not ASCII goes as a literal (RFC 9051 §4.3). */
static int
send_literal(struct imap *im, const char *s, struct fault *f)
{
	struct span line;
	char count[32];
	int r;

	snprintf(count, sizeof count, "{%zu}\r\n", strlen(s));
	if (session_write(im, count, strlen(count), false, f) == -1 ||
	    (r = next_answer(im, &line, f)) == -1)
		return -1;
	if (r == 0)
		return session_write(im, s, strlen(s), true, f);
	if (refused(im, "", f) == -1)
		return -1;
	im->broken = true;
	return fault(f, FAULT_SESSION, EX_PROTOCOL,
	    "imap: LOGIN was answered before it was complete");
}

static int
send_quoted(struct imap *im, const char *s, struct fault *f)
{
	char *quoted = session_quote(s);
	size_t n = strlen(quoted);
	int rc;

	rc = session_write(im, quoted, n, true, f);
	quoted[n - 1] = '\0';
	if (s == im->account->secret) /* as it would come back */
		session_keep_secret(im, quoted + 1);
	session_wipe(quoted);
	return rc;
}

static int
send_argument(struct imap *im, const char *s, struct fault *f)
{
	return is_ascii(s) ? send_quoted(im, s, f) : send_literal(im, s, f);
}

static int
login_command(struct imap *im, struct fault *f)
{
	struct span line;
	char command[32];
	int r;

	snprintf(command, sizeof command, "%d LOGIN ", session_begin_login(im));
	if (session_write(im, command, strlen(command), false, f) == -1 ||
	    send_argument(im, im->account->user, f) == -1 ||
	    session_write(im, " ", 1, false, f) == -1 ||
	    send_argument(im, im->account->secret, f) == -1 ||
	    session_write(im, "\r\n", 2, false, f) == -1)
		return -1;
	if ((r = next_answer(im, &line, f)) != 1) {
		im->broken = true;
		return r == -1 ? -1
			       : fault(f, FAULT_SESSION, EX_PROTOCOL,
				     "imap: LOGIN was answered by a challenge");
	}
	return refused(im, "", f);
}

/* What would end a line, or is not text at all, cannot be sent. */
static int
check_credential(const char *what, const char *s, struct fault *f)
{
	size_t i, n = strlen(s);

	if (n == 0 || n > CREDENTIAL_MAX)
		return fault(f, FAULT_SESSION, EX_CONFIG, "imap: the %s is %s",
		    what, n == 0 ? "empty" : "too long");
	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return fault(f, FAULT_SESSION, EX_CONFIG,
			    "imap: the %s has a control character at byte %zu",
			    what, i + 1);
	return 0;
}

/* RFC 2971. */
static int
send_id(struct imap *im, struct fault *f)
{
	char *user = session_quote(im->account->user), *text;
	bool sendable = is_ascii(im->account->user);
	int rc;

	text = xasprintf("ID (\"name\" \"tlsrua\" \"version\" \"%s\" "
			 "\"vendor\" \"tlsrua\" \"support-email\" %s)",
	    TLSRUA_VERSION, sendable ? user : "NIL");
	rc = session_send(im, text, f);
	free(user);
	free(text);
	return rc;
}

/* What it says of itself, or that it would rather not, is nothing to us. */
static int
hear_id(struct imap *im, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = ID_MAX };
	struct fault refusal;

	if (session_hear(im, &limits, EX_PROTOCOL, "ID refused", &refusal) ==
		-1 &&
	    im->broken) {
		*f = refusal;
		return -1;
	}
	return 0;
}

int
login_send_id(struct imap *im, struct fault *f)
{
	return send_id(im, f) == -1 ? -1 : hear_id(im, f);
}

/* What a server tells with its greeting need not be asked for (RFC 9051 §7.1).
 */
static int
learn_capabilities(struct imap *im, struct fault *f)
{
	if (im->reply.capabilities[0] != '\0')
		return 0;
	if (session_ask_capabilities(im, f) == -1)
		return -1;
	return session_hear_capabilities(im, f);
}

static int
try_mechanism(struct imap *im, size_t i, struct fault *f)
{
	im->mechanism = mechanisms[i].mechanism;
	return mechanisms[i].capability == NULL ? login_command(im, f)
						: authenticate(im, f);
}

/* Log in, by a second mechanism where the first is refused. */
static int
authenticate_somehow(struct imap *im, struct fault *f)
{
	struct fault first;
	size_t i, next;

	if (choose(im, &i, f) == -1)
		return -1;
	im->reply.secrets[0] = im->account->secret;
	if (try_mechanism(im, i, &first) == 0)
		return 0;
	*f = first;
	if (im->broken || im->account->auth != IMAP_AUTH_AUTO ||
	    f->status != EX_NOPERM ||
	    (next = next_mechanism(im, i)) == MECHANISMS)
		return -1;
	log_info("%s: %s; trying %s", im->account->name, f->text,
	    mechanisms[next].mechanism);
	im->is_second = true;
	if (try_mechanism(im, next, f) == 0)
		return 0;
	if (im->broken) { /* it hung up after the first refusal */
		*f = first;
		im->reply.status = REPLY_NO;
	}
	return -1;
}

int
login(struct imap *im, struct fault *f)
{
	bool takes_id;

	if (check_credential("user", im->account->user, f) == -1 ||
	    check_credential("secret", im->account->secret, f) == -1 ||
	    learn_capabilities(im, f) == -1)
		return -1;
	takes_id = session_can(im, "ID");
	if (authenticate_somehow(im, f) == -1)
		return -1;
	im->logged_in = true;
	/* some servers tell all only now (RFC 9051 §6.2) */
	if (session_ask_capabilities(im, f) == -1)
		return -1;
	im->unsettled = takes_id;
	if (takes_id)
		return send_id(im, f);
	if (session_hear_capabilities(im, f) == -1)
		return -1;
	return session_can(im, "ID") ? login_send_id(im, f) : 0;
}

int
login_settle(struct imap *im, struct fault *f)
{
	if (!im->unsettled)
		return 0;
	im->unsettled = false;
	return session_hear_capabilities(im, f) == -1 ? -1 : hear_id(im, f);
}
