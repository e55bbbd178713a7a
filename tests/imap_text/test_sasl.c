#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/buf.h"
#include "base/fault.h"
#include "imap_text/sasl.h"

static const struct sasl_login login = { .user = "user,=x",
	.secret = "pencil",
	.host = "imap.example.com",
	.port = 993 };

struct scene {
	struct sasl *sasl;
	struct buf out;
	struct fault fault;
};

static int
setup(void **state)
{
	static struct scene scene;

	memset(&scene, 0, sizeof scene);
	scene.out.max = 10000;
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	sasl_free(s->sasl);
	buf_free(&s->out);
	return 0;
}

static int
step(struct scene *s, const char *challenge)
{
	int rc;

	buf_reset(&s->out);
	rc = sasl_step(s->sasl, span_of(challenge), &s->out, &s->fault);
	buf_append(&s->out, "", 1);
	return rc;
}

static void
assert_answers(
    struct scene *s, const char *challenge, const char *answer, size_t n)
{
	assert_int_equal(step(s, challenge), 0);
	assert_int_equal(s->out.len, n + 1);
	assert_memory_equal(s->out.data, answer, n);
}

static void
knows_its_mechanisms_only(void **state)
{
	struct scene *s = *state;

	assert_null(sasl_new("LOGIN", &login));
	assert_null(sasl_new("CRAM-MD5", &login));
	assert_null(sasl_new("", &login));
	s->sasl = sasl_new("SCRAM-SHA-1", &login);
	assert_non_null(s->sasl);
}

static void
speaks_plain(void **state)
{
	struct scene *s = *state;

	s->sasl = sasl_new("PLAIN", &login);
	assert_false(sasl_is_done(s->sasl));
	assert_answers(s, "", "\0user,=x\0pencil", 15);
	assert_true(sasl_is_done(s->sasl));
	assert_int_equal(step(s, "again"), -1);
	assert_int_equal(s->fault.status, EX_PROTOCOL);
}

static void
speaks_xoauth2(void **state)
{
	static const char first[] = "user=user,=x\1auth=Bearer pencil\1\1";
	struct scene *s = *state;

	s->sasl = sasl_new("XOAUTH2", &login);
	assert_answers(s, "", first, sizeof first - 1);
	assert_true(sasl_is_done(s->sasl));
	assert_answers(s, "{\"status\":\"401\"}", "", 0);
	assert_false(sasl_is_done(s->sasl));
	assert_string_equal(sasl_refusal(s->sasl), "{\"status\":\"401\"}");
}

static void
speaks_oauthbearer(void **state)
{
	static const char first[] =
	    "n,a=user=2C=3Dx,\1host=imap.example.com\1port=993\1"
	    "auth=Bearer pencil\1\1";
	struct scene *s = *state;

	s->sasl = sasl_new("OAUTHBEARER", &login);
	assert_answers(s, "", first, sizeof first - 1);
	assert_answers(s, "{\"status\":\"invalid_token\"}", "\1", 1);
	assert_false(sasl_is_done(s->sasl));
}

/* The server's side of SCRAM (RFC 5802 §3), for the test alone. */
struct scram {
	const EVP_MD *md;
	char first_bare[200], first[200], final[400];
};

static void
sign(const struct scram *c, const unsigned char *key, const char *text,
    unsigned char *out)
{
	unsigned n;

	HMAC(c->md, key, EVP_MD_get_size(c->md), (const unsigned char *)text,
	    strlen(text), out, &n);
}

/* The server's last word when it knows `password`, and the right proof. */
static void
scram_end(const struct scram *c, const char *password, int rounds,
    char verifier[100], char proof[100])
{
	unsigned char salted[64], key[64], stored[64], sig[64];
	char message[1000];
	unsigned n;
	int i, size = EVP_MD_get_size(c->md);

	PKCS5_PBKDF2_HMAC(password, -1, (const unsigned char *)"saltsalt", 8,
	    rounds, c->md, size, salted);
	snprintf(message, sizeof message, "%s,%s,%.*s", c->first_bare, c->first,
	    (int)(strstr(c->final, ",p=") - c->final), c->final);
	sign(c, salted, "Client Key", key);
	EVP_Digest(key, (size_t)size, stored, &n, c->md, NULL);
	sign(c, stored, message, sig);
	for (i = 0; i < size; i++)
		key[i] ^= sig[i];
	EVP_EncodeBlock((unsigned char *)proof, key, size);
	sign(c, salted, "Server Key", key);
	sign(c, key, message, sig);
	memcpy(verifier, "v=", 2);
	EVP_EncodeBlock((unsigned char *)verifier + 2, sig, size);
}

/* Up to the client's proof. */
static void
scram_begin(struct scene *s, struct scram *c, const char *mechanism,
    const EVP_MD *md, int rounds)
{
	c->md = md;
	s->sasl = sasl_new(mechanism, &login);
	assert_int_equal(step(s, ""), 0);
	assert_memory_equal(s->out.data, "n,,n=user=2C=3Dx,r=", 19);
	snprintf(c->first_bare, sizeof c->first_bare, "%s", s->out.data + 3);
	snprintf(c->first, sizeof c->first, "r=%sserver,s=c2FsdHNhbHQ=,i=%d",
	    s->out.data + 19, rounds);
}

static void
speaks_scram_and_checks_the_server(void **state)
{
	static const struct {
		const char *mechanism, *password;
		bool sha1, good;
	} rows[] = {
		{ "SCRAM-SHA-256", "pencil", false, true },
		{ "SCRAM-SHA-1", "pencil", true, true },
		{ "SCRAM-SHA-256", "Pencil", false, false },
	};
	struct scene *s = *state;
	char verifier[100], proof[100];
	struct scram c;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		scram_begin(s, &c, rows[i].mechanism,
		    rows[i].sha1 ? EVP_sha1() : EVP_sha256(), 4096);
		assert_int_equal(step(s, c.first), 0);
		snprintf(c.final, sizeof c.final, "%s", s->out.data);
		scram_end(&c, rows[i].password, 4096, verifier, proof);
		assert_false(sasl_is_done(s->sasl));
		assert_int_equal(step(s, verifier), rows[i].good ? 0 : -1);
		assert_int_equal(sasl_is_done(s->sasl), rows[i].good);
		assert_int_equal(strcmp(strstr(c.final, ",p=") + 3, proof) == 0,
		    rows[i].good);
		assert_int_equal(step(s, ""), -1);
		sasl_free(s->sasl);
		s->sasl = NULL;
	}
}

static void
refuses_what_a_scram_server_may_not_say(void **state)
{
	static const struct {
		const char *format; /* with the client's nonce */
		const char *why;    /* NULL: taken */
	} rows[] = {
		{ "r=%sx,s=c2FsdHNhbHQ=,i=4096", NULL },
		{ "r=%sx,s=c2FsdHNhbHQ=,i=4096,ext=1", NULL },
		{ "r=%sx,s=c2FsdHNhbHQ=,i=1000000", NULL },
		{ "r=%sx,s=c2FsdHNhbHQ=,i=4095", "out of bounds" },
		{ "r=%sx,s=c2FsdHNhbHQ=,i=1000001", "out of bounds" },
		{ "r=%sx,s=c2FsdHNhbHQ=,i=4294971392", "out of bounds" },
		{ "r=%sx,s=c2FsdHNhbHQ=,i=4096x", "out of bounds" },
		{ "r=%sx,s=c2FsdHNhbHQ=,i=", "out of bounds" },
		{ "r=%s,s=c2FsdHNhbHQ=,i=4096", "not ours" },
		{ "r=x%s,s=c2FsdHNhbHQ=,i=4096", "not ours" },
		{ "r=%sx,s=,i=4096", "no base64" },
		{ "r=%sx,s=c2F,i=4096", "no base64" },
		{ "r=%sx,s=!!!!,i=4096", "no base64" },
		{ "m=x,r=%sx,s=c2FsdHNhbHQ=,i=4096", "not a SCRAM message" },
		{ "r=%sx,i=4096", "not a SCRAM message" },
		{ "%s", "not a SCRAM message" },
	};
	struct scene *s = *state;
	char text[300], nonce[100];
	size_t i;
	int rc;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		s->sasl = sasl_new("SCRAM-SHA-256", &login);
		step(s, "");
		snprintf(
		    nonce, sizeof nonce, "%s", strstr(s->out.data, ",r=") + 3);
		snprintf(text, sizeof text, "%.*s%s%s",
		    (int)(strstr(rows[i].format, "%s") - rows[i].format),
		    rows[i].format, nonce, strstr(rows[i].format, "%s") + 2);
		rc = step(s, text);
		if (rc != (rows[i].why == NULL ? 0 : -1) ||
		    (rc == -1 && strstr(s->fault.text, rows[i].why) == NULL))
			fail_msg("%s: %d %s", text, rc, s->fault.text);
		sasl_free(s->sasl);
		s->sasl = NULL;
	}
}

static void
hears_a_scram_refusal(void **state)
{
	struct scene *s = *state;
	struct scram c;

	scram_begin(s, &c, "SCRAM-SHA-256", EVP_sha256(), 4096);
	assert_int_equal(step(s, c.first), 0);
	assert_answers(s, "e=invalid-proof", "", 0);
	assert_false(sasl_is_done(s->sasl));
	assert_string_equal(sasl_refusal(s->sasl), "invalid-proof");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(knows_its_mechanisms_only),
		TEST(speaks_plain),
		TEST(speaks_xoauth2),
		TEST(speaks_oauthbearer),
		TEST(speaks_scram_and_checks_the_server),
		TEST(refuses_what_a_scram_server_may_not_say),
		TEST(hears_a_scram_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
