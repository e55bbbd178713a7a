#include "scenes/mails.h"

#include "base/arena.h"
#include "report/host_name.h"

static int
setup(void **state)
{
	*state = xcalloc(1, sizeof(struct arena));
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	free(*state);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
r35_brings_domains_into_one_form(void **state)
{
	static const struct {
		const char *text, *domain; /* NULL: refused */
		unsigned deviation;
	} rows[] = {
		{ "example.com", "example.com", 0 },
		{ "EXAMPLE.Com", "example.com", 0 },
		{ "localhost", "localhost", 0 },
		{ "_dmarc.example.com", "_dmarc.example.com", 0 },
		{ "a-b.example", "a-b.example", 0 },
		{ "1.2.3.4", "1.2.3.4", 0 },
		{ "example.com.", "example.com", NAME_TRAILING_DOT },
		{ "example.com..", NULL, 0 },
		{ ".", NULL, 0 },
		{ "", NULL, 0 },
		{ ".example.com", NULL, 0 },
		{ "example..com", NULL, 0 },
		{ "-a.example", NULL, 0 },
		{ "a-.example", NULL, 0 },
		{ "a.example-", NULL, 0 },
		{ "a b.example", NULL, 0 },
		{ " example.com", NULL, 0 },
		{ "example.com\n", NULL, 0 },
		{ "*.example.com", NULL, 0 },
		{ "[192.0.2.1]", NULL, 0 },
		{ "example.com:25", NULL, 0 },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example", 0 },
		{ "b\xc3\xbc"
		  "cher.example",
		    "xn--bcher-kva.example", NAME_NOT_ALABEL },
		{ "B\xc3\x9c"
		  "CHER.Example.",
		    "xn--bcher-kva.example",
		    NAME_NOT_ALABEL | NAME_TRAILING_DOT },
		{ "fa\xc3\x9f.example", "xn--fa-hia.example", NAME_NOT_ALABEL },
		{ "a\xe3\x80\x82"
		  "example",
		    "a.example", NAME_NOT_ALABEL },
		{ "\xe2\x80\x8f"
		  "a.example",
		    NULL, 0 },
		{ "a\xff.example", NULL, 0 },
	};
	const char *d;
	unsigned dev;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		dev = 0;
		d = name_domain(span_of(rows[i].text), *state, &dev);
		if ((d == NULL) != (rows[i].domain == NULL) ||
		    (d != NULL && strcmp(d, rows[i].domain) != 0) ||
		    dev != rows[i].deviation)
			fail_msg("%s: %s, %u", rows[i].text,
			    d != NULL ? d : "refused", dev);
	}
}

/* `n` letters, with a dot after each `label` of them. */
static struct span
letters(char *out, size_t n, size_t label)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = i % (label + 1) == label ? '.' : 'a';
	return (struct span){ out, n };
}

static void
r35_bounds_labels_and_domains(void **state)
{
	char text[5000];
	unsigned dev;

	assert_non_null(name_domain(letters(text, 63, 63), *state, &dev));
	assert_null(name_domain(letters(text, 64, 64), *state, &dev));
	assert_non_null(name_domain(letters(text, 253, 49), *state, &dev));
	assert_null(name_domain(letters(text, 254, 49), *state, &dev));
	assert_null(name_domain(letters(text, 5000, 49), *state, &dev));
	/* its trailing dot does not count */
	letters(text, 253, 49);
	text[253] = '.';
	assert_non_null(name_domain((struct span){ text, 254 }, *state, &dev));
}

static void
r41_keeps_host_names_that_are_no_domains(void **state)
{
	static const struct {
		const char *text, *host;
	} rows[] = {
		{ "", "" },
		{ "MX.Example.com.", "mx.example.com" },
		{ "*.Example.com", "*.example.com" },
		{ "*.b\xc3\xbc"
		  "cher.example",
		    "*.xn--bcher-kva.example" },
		{ "Some Host", "some host" },
		{ "mx..example", "mx..example" },
		{ "*.", "*." },
		{ "[192.0.2.1]", "[192.0.2.1]" },
	};
	unsigned conversions = 1;
	const char *h;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		h = name_host(span_of(rows[i].text), *state, &conversions);
		if (strcmp(h, rows[i].host) != 0)
			fail_msg("%s: %s", rows[i].text, h);
	}
}

static void
r41_converts_so_many_host_names_and_no_more(void **state)
{
	unsigned conversions = 1;
	struct span s = span_of("\xc3\x84.Example");

	assert_string_equal(
	    name_host(s, *state, &conversions), "xn--4ca.example");
	assert_int_equal(conversions, 0);
	assert_string_equal(
	    name_host(s, *state, &conversions), "\xc3\x84.example");
	assert_string_equal(
	    name_host(span_of("A.example."), *state, &conversions),
	    "a.example");
}

static void
r40_brings_addresses_into_one_form(void **state)
{
	static const struct {
		const char *text, *ip; /* NULL: no address */
		unsigned deviation;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", 0 },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1", 0 },
		{ "2001:db8:0012::0001", "2001:db8:12::1", 0 },
		{ "::ffff:192.0.2.1", "192.0.2.1", 0 },
		{ "::FFFF:c000:201", "192.0.2.1", 0 },
		{ "::", "::", 0 },
		{ "[192.0.2.1]", "192.0.2.1", NAME_DECORATED },
		{ "[2001:db8::1]", "2001:db8::1", NAME_DECORATED },
		{ "IPv6:2001:db8::1", "2001:db8::1", NAME_DECORATED },
		{ "[ipv6:2001:db8::1]", "2001:db8::1", NAME_DECORATED },
		{ "fe80::1%eth0", "fe80::1", NAME_DECORATED },
		{ "[fe80::1%25en0]", "fe80::1", NAME_DECORATED },
		{ "fe80::1%", NULL, 0 },
		{ "192.0.2.1%eth0", NULL, 0 },
		{ "", NULL, 0 },
		{ "[]", NULL, 0 },
		{ "IPv6:", NULL, 0 },
		{ "[192.0.2.1", NULL, 0 },
		{ "192.0.2.1 ", NULL, 0 },
		{ "192.0.2", NULL, 0 },
		{ "192.0.2.256", NULL, 0 },
		{ "192.0.2.01", NULL, 0 },
		{ "2001:db8:::1", NULL, 0 },
		{ "2001:db8::12345", NULL, 0 },
		{ "xxx.xxx.xxx.xxx", NULL, 0 },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb",
		    NULL, 0 },
	};
	char ip[NAME_IP_TEXT];
	unsigned dev;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		dev = 0;
		snprintf(ip, sizeof ip, "untouched");
		rc = name_ip(span_of(rows[i].text), ip, &dev);
		if (rc != (rows[i].ip != NULL ? 0 : -1) ||
		    dev != rows[i].deviation ||
		    strcmp(ip, rc == 0 ? rows[i].ip : "untouched") != 0)
			fail_msg("%s: %d, %s, %u", rows[i].text, rc, ip, dev);
	}
}

static void
r29_finds_the_domain_of_a_contact(void **state)
{
	static const struct {
		const char *text, *domain;
		bool valid;
	} rows[] = {
		{ "tls@example.com", "example.com", true },
		{ "tls-rpt+x@Mail.Example.COM", "mail.example.com", true },
		{ "\"a b@c\"@example.com", "example.com", true },
		{ "tls@[192.0.2.1]", "", true },
		{ "tls@b\xc3\xbc"
		  "cher.example",
		    "xn--bcher-kva.example", true },
		{ "tls@localhost", "localhost", true },
		{ "TLS <tls@example.com>", "example.com", false },
		{ "mailto:tls@example.com", "example.com", false },
		{ "tls@example.com, x", "example.com", false },
		{ "tls@example.com.", "example.com", false },
		{ "a@b@example.com", "example.com", false },
		{ ".a@example.com", "example.com", false },
		{ "a.@example.com", "example.com", false },
		{ "a..b@example.com", "example.com", false },
		{ "@example.com", "example.com", false },
		{ "\"a\"b\"@example.com", "example.com", false },
		{ "\"a\\\"@example.com", "example.com", false },
		{ "tls@", "", false },
		{ "example.com", "", false },
		{ "https://example.com/", "", false },
		{ "tls@-example.com", "", false },
		{ "@", "", false },
	};
	const char *d;
	bool valid;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		d = name_mail_domain(span_of(rows[i].text), *state, &valid);
		if (strcmp(d, rows[i].domain) != 0 || valid != rows[i].valid)
			fail_msg("%s: %s, %d", rows[i].text, d, valid);
	}
}

static void
counts_a_subdomain_as_the_same(void **state)
{
	(void)state;
	assert_true(name_same("example.com", "example.com"));
	assert_true(name_same("corp.example.com", "example.com"));
	assert_true(name_same("example.com", "a.b.example.com"));
	assert_false(name_same("myexample.com", "example.com"));
	assert_false(name_same("a.example.com", "b.example.com"));
	assert_false(name_same("", "example.com"));
	assert_false(name_same("", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r35_brings_domains_into_one_form),
		TEST(r35_bounds_labels_and_domains),
		TEST(r41_keeps_host_names_that_are_no_domains),
		TEST(r41_converts_so_many_host_names_and_no_more),
		TEST(r40_brings_addresses_into_one_form),
		TEST(r29_finds_the_domain_of_a_contact),
		TEST(counts_a_subdomain_as_the_same),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
