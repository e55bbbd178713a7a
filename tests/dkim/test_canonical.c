#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/evp.h>

#include "base/span.h"
#include "dkim/canonical.h"
#include "mime/header_field.h"

/* The digest is that of `expected`; prints what was hashed when it is not. */
static void
assert_digest(struct canonical *c, const char *given, const char *expected)
{
	unsigned char digest[CANONICAL_DIGEST], wanted[CANONICAL_DIGEST];
	unsigned n = sizeof wanted;

	canonical_end(c, digest);
	assert_int_equal(EVP_Digest(expected, strlen(expected), wanted, &n,
			     EVP_sha256(), NULL),
	    1);
	if (memcmp(digest, wanted, sizeof digest) != 0)
		fail_msg("\"%s\" does not come to \"%s\"", given, expected);
}

static void
bodies_in_both_forms(void **state)
{
	static const struct {
		const char *body, *simple, *relaxed;
	} cases[] = {
		/* RFC 6376 §3.4.5 */
		{ " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n",
		    " C\r\nD E\r\n" },
		{ "", "\r\n", "" },
		{ "\r\n", "\r\n", "" },
		{ "\r\n\r\n\r\n", "\r\n", "" },
		{ " \t\r\n", " \t\r\n", "" },
		{ "a", "a\r\n", "a\r\n" },
		{ "a\r\n \r\n\r\n", "a\r\n \r\n", "a\r\n" },
		{ "\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n" },
		{ "a\n\nb\n\n", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n" },
		{ "a\r\nb\nc", "a\r\nb\r\nc\r\n", "a\r\nb\r\nc\r\n" },
		{ "a\rb\n", "a\rb\r\n", "a\rb\r\n" },
		{ "\r\r\n", "\r\r\n", "\r\r\n" },
		{ "\tb\t \tc\xff \r\n", "\tb\t \tc\xff \r\n", " b c\xff\r\n" },
	};
	struct canonical c = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		canonical_begin(&c, '\n', false);
		canonical_body(&c, span_of(cases[i].body));
		assert_digest(&c, cases[i].body, cases[i].simple);
		canonical_begin(&c, '\n', true);
		canonical_body(&c, span_of(cases[i].body));
		assert_digest(&c, cases[i].body, cases[i].relaxed);
	}
	canonical_free(&c);
}

static void
fields_in_both_forms(void **state)
{
	static const struct {
		const char *field, *simple, *relaxed;
	} cases[] = {
		/* RFC 6376 §3.4.5 */
		{ "A: X\r\n", "A: X\r\n", "a:X\r\n" },
		{ "B : Y\t\r\n\tZ  \r\n", "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n" },
		{ "Cc:\r\n", "Cc:\r\n", "cc:\r\n" },
		{ "Cc: \t \r\n", "Cc: \t \r\n", "cc:\r\n" },
		{ "To:a\n b\n", "To:a\r\n b\r\n", "to:a b\r\n" },
		{ "To:\r\n a\r\n", "To:\r\n a\r\n", "to:a\r\n" },
		{ "To: a \r\n \t\r\n", "To: a \r\n \t\r\n", "to:a\r\n" },
		{ "X-\xc3\xbc: a\r\n", NULL, NULL }, /* is no field */
		{ "S: \xc3\xbc\xff\r\n", "S: \xc3\xbc\xff\r\n",
		    "s:\xc3\xbc\xff\r\n" },
	};
	struct canonical c = { 0 };
	struct span name, value;
	size_t i;
	int form;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (!field_begins(span_of(cases[i].field), &name, &value)) {
			assert_null(cases[i].simple);
			continue;
		}
		for (form = 0; form < 2; form++) {
			canonical_begin(&c, '\n', form == 1);
			canonical_field(&c, name, value);
			canonical_line_end(&c);
			assert_digest(&c, cases[i].field,
			    form == 1 ? cases[i].relaxed : cases[i].simple);
		}
	}
	canonical_free(&c);
}

/* More than is held back before it goes into the hash. */
static void
long_lines_are_hashed_whole(void **state)
{
	static char text[5000];
	struct canonical c = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 4000; i++)
		text[i] = i % 1500 == 700 ? ' ' : (char)('a' + i % 26);
	memcpy(text + 4000, "\r\n", 3);
	canonical_begin(&c, '\n', false);
	canonical_body(&c, span_of(text));
	assert_digest(&c, "a long line", text);
	canonical_begin(&c, '\n', true);
	canonical_body(&c, span_of(text));
	assert_digest(&c, "a long line", text);
	canonical_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_in_both_forms),
		cmocka_unit_test(fields_in_both_forms),
		cmocka_unit_test(long_lines_are_hashed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
