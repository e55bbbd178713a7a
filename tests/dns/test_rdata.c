#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/span.h"
#include "dns/rdata.h"

/* A record of the bytes of a string literal. */
#define RECORD(bytes)                      \
	{                                  \
		(bytes), sizeof(bytes) - 1 \
	}
#define COUNT(array) (sizeof(array) / sizeof *(array))

#define LABEL_63                          \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	struct span record;
	const char *text; /* NULL: it is broken */
} mx[] = {
	{ RECORD("\0\12\3mx1\7example\0"), "10 mx1.example" },
	{ RECORD("\377\377\1A\0"), "65535 a" },
	{ RECORD("\0\0\0"), "0 " },
	{ RECORD("\0\12\4a.b\\\0"), "10 a\\046b\\092" },
	{ RECORD("\0\12\2\0\377\0"), "10 \\000\\255" },
	{ RECORD("\0\12\77" LABEL_63 "\0"), "10 " LABEL_63 },
	{ RECORD("\0\12\100" LABEL_63 "a\0"), NULL },
	{ RECORD("\0\12\3mx1"), NULL },
	{ RECORD("\0\12\4mx1\0"), NULL },
	{ RECORD("\0\12\3mx1\0x"), NULL },
	{ RECORD("\0\12\300\1\0"), NULL },
	{ RECORD("\0\12"), NULL },
	{ RECORD(""), NULL },
};

static void
reads_mx(void **state)
{
	struct arena arena = { 0 };
	struct dns_mx found;
	size_t i;
	bool ok;

	(void)state;
	for (i = 0; i < COUNT(mx); i++) {
		ok = dns_mx(mx[i].record, &arena, &found);
		if (ok != (mx[i].text != NULL))
			fail_msg("row %zu: %d", i, ok);
		if (ok)
			assert_string_equal(arena_printf(&arena, "%u %s",
						found.preference, found.host),
			    mx[i].text);
	}
	arena_free(&arena);
}

static const struct {
	struct span record;
	const char *text; /* NULL: it is broken */
} names[] = {
	{ RECORD("\3MX1\7example\0"), "mx1.example" },
	{ RECORD("\0"), "" },
	{ RECORD("\3mx1"), NULL },
	{ RECORD("\3mx1\0x"), NULL },
	{ RECORD(""), NULL },
};

static void
reads_names(void **state)
{
	struct arena arena = { 0 };
	const char *found;
	size_t i;
	bool ok;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		ok = dns_name(names[i].record, &arena, &found);
		if (ok != (names[i].text != NULL))
			fail_msg("row %zu: %d", i, ok);
		if (ok)
			assert_string_equal(found, names[i].text);
	}
	arena_free(&arena);
}

static const struct {
	struct span record;
	const char *text; /* NULL: it is broken */
} addresses[] = {
	{ RECORD("\300\0\2\1"), "192.0.2.1" },
	{ RECORD("\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"), "2001:db8::1" },
	{ RECORD("\300\0\2"), NULL },
	{ RECORD("\300\0\2\1\1"), NULL },
	{ RECORD(""), NULL },
};

static void
reads_addresses(void **state)
{
	struct arena arena = { 0 };
	const char *found;
	size_t i;
	bool ok;

	(void)state;
	for (i = 0; i < COUNT(addresses); i++) {
		ok = dns_address(addresses[i].record, &arena, &found);
		if (ok != (addresses[i].text != NULL))
			fail_msg("row %zu: %d", i, ok);
		if (ok)
			assert_string_equal(found, addresses[i].text);
	}
	arena_free(&arena);
}

static void
joins_the_strings_of_a_text(void **state)
{
	struct arena arena = { 0 };
	struct span text;

	(void)state;
	assert_true(dns_text((struct span)RECORD("\2ab\0\1c"), &arena, &text));
	assert_true(span_is(text, "abc"));
	assert_true(dns_text((struct span)RECORD(""), &arena, &text));
	assert_int_equal(text.n, 0);
	assert_false(dns_text((struct span)RECORD("\3ab"), &arena, &text));
	arena_free(&arena);
}

static void
keeps_the_strings_of_a_text_apart(void **state)
{
	struct arena arena = { 0 };
	const struct span *string;
	size_t n;

	(void)state;
	assert_true(
	    dns_strings((struct span)RECORD("\2ab\0\1c"), &arena, &string, &n));
	assert_int_equal(n, 3);
	assert_true(span_is(string[0], "ab"));
	assert_true(span_is(string[1], ""));
	assert_true(span_is(string[2], "c"));
	assert_false(
	    dns_strings((struct span)RECORD("\1a\2b"), &arena, &string, &n));
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_mx),
		cmocka_unit_test(reads_names),
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(joins_the_strings_of_a_text),
		cmocka_unit_test(keeps_the_strings_of_a_text_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
