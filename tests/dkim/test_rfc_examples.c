#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"

/* The signed mails that RFC 6376 and RFC 8463 print, with their keys. */

/* RFC 6376 §A.2; the key is that of §A.2 and §C. */
static const char rfc6376_key[] =
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3"
    "/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2"
    "UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUY"
    "ckcQ2QIDAQAB";

static const char rfc6376_mail[] =
    "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
    "        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
    "        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
    "        4bmp/YzhwvcubU4=;\r\n"
    "Received: from client1.football.example.com  [192.0.2.1]\r\n"
    "      by submitserver.example.com with SUBMISSION;\r\n"
    "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game. Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";

/* RFC 8463 §A.2. */
static const char rfc8463_ed25519_key[] =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

static const char rfc8463_rsa_key[] =
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5"
    "V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/B"
    "C/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryO"
    "TIKT+l/K4w3QIDAQAB";

/* RFC 8463 §A.3. */
static const char rfc8463_mail[] =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
    " date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game.  Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";

struct scene {
	struct arena arena;
	struct canonical canonical;
	struct keyring *ring;
	struct signatures list;
};

static int
setup(void **state)
{
	struct scene *s = xcalloc(1, sizeof *s);

	s->ring = keyring_new();
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	canonical_free(&s->canonical);
	arena_free(&s->arena);
	keyring_free(s->ring);
	free(s);
	return 0;
}

static void
read_mail(struct scene *s, const char *mail)
{
	struct signature_context context = { .header_max = 256 * 1024 };

	signatures_read(
	    span_of(mail), &context, &s->canonical, &s->arena, &s->list);
}

static enum code
verify(struct scene *s, size_t i, const char *key)
{
	struct key_answer answer = { KEY_ANSWERED, { span_of(key) }, 1 };
	struct key_result result = { 0 };

	if (s->list.item[i].code != CODE_NONE)
		return s->list.item[i].code;
	keyring_verify(s->ring, &s->list.item[i], &answer, &result);
	return result.code;
}

static void
the_example_of_rfc_6376_is_valid(void **state)
{
	struct scene *s = *state;

	read_mail(s, rfc6376_mail);
	assert_int_equal(s->list.n, 1);
	assert_string_equal(s->list.item[0].domain, "example.com");
	assert_string_equal(s->list.item[0].selector, "brisbane");
	assert_true(s->list.item[0].identity_below);
	assert_int_equal(verify(s, 0, rfc6376_key), CODE_NONE);
}

static void
the_example_of_rfc_8463_is_valid_by_both_signatures(void **state)
{
	struct scene *s = *state;

	read_mail(s, rfc8463_mail);
	assert_int_equal(s->list.n, 2);
	assert_true(s->list.item[0].is_ed25519);
	assert_int_equal(verify(s, 0, rfc8463_ed25519_key), CODE_NONE);
	assert_int_equal(verify(s, 1, rfc8463_rsa_key), CODE_NONE);
	/* the keys changed about are of the other kind */
	assert_int_equal(verify(s, 0, rfc8463_rsa_key), CODE_DKIM_ALGORITHM);
	assert_int_equal(
	    verify(s, 1, rfc8463_ed25519_key), CODE_DKIM_ALGORITHM);
}

/* Each letter of what is signed is signed. */
static void
no_letter_of_them_may_be_changed(void **state)
{
	struct scene *s = *state;
	const char *const words[] = { "Joe SixPack", "Suzie", "dinner", "21:00",
		"46341", "hungry", "Joe." };
	char *mail;
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++) {
		mail = xstrdup(rfc6376_mail);
		strstr(mail, words[i])[0] ^= 1;
		read_mail(s, mail);
		assert_int_equal(verify(s, 0, rfc6376_key), CODE_DKIM_FAIL);
		free(mail);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_example_of_rfc_6376_is_valid, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_example_of_rfc_8463_is_valid_by_both_signatures, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    no_letter_of_them_may_be_changed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
