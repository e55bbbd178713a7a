#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imap/fetch_answer.h"

/* "7/20 date HEADER:bytes;" for what the answer tells. */
static void
assert_tells(const char *answer, const char *tells)
{
	char got[400];
	struct fetch_answer a;
	size_t n, i;

	fetch_answer_read((struct span){ answer, strlen(answer) }, &a);
	n = (size_t)snprintf(got, sizeof got, "%u", (unsigned)a.uid);
	if (a.has_size)
		n += (size_t)snprintf(
		    got + n, sizeof got - n, "/%u", (unsigned)a.size);
	if (a.internaldate.n > 0)
		n += (size_t)snprintf(got + n, sizeof got - n, " %.*s",
		    (int)a.internaldate.n, a.internaldate.p);
	for (i = 0; i < a.n; i++)
		n += (size_t)snprintf(got + n, sizeof got - n, " %.*s:%.*s;",
		    (int)a.section[i].name.n, a.section[i].name.p,
		    (int)a.section[i].bytes.n, a.section[i].bytes.p);
	if (a.bodystructure.n > 0)
		snprintf(got + n, sizeof got - n, " %.*s",
		    (int)a.bodystructure.n, a.bodystructure.p);
	if (strcmp(got, tells) != 0)
		fail_msg("%s: %s", answer, got);
}

static void
finds_the_items_in_any_order_and_form(void **state)
{
	static const struct {
		const char *answer, *tells;
	} rows[] = {
		{ "* 1 FETCH (UID 7 RFC822.SIZE 20)\r\n", "7/20" },
		{ "* 1 fetch (rfc822.size 20 uid 7)\r\n", "7/20" },
		{ "* 1 FETCH (UID 7 INTERNALDATE \" 1-Jan\" BODY[] {3}\r\na)\n"
		  ")\r\n",
		    "7  1-Jan :a)\n;" },
		{ "* 1 FETCH (BODY[HEADER]<0> {6}\r\nA: b\r\n UID 7)",
		    "7 HEADER:A: b\r\n;" },
		{ "* 1 FETCH (BODY.PEEK[] ~{2}\r\nab UID 7)", "7 :ab;" },
		{ "* 1 FETCH (UID 7 BODY[] \"a \\\"b\\\"\")",
		    "7" }, /* with escapes, it is not what the mail has */
		{ "* 1 FETCH (UID 7 BODY[] \"{3}\r\nabc\")", "7" },
		{ "* 1 FETCH (UID 7 BODY[]<9> {2}\r\nab)", "7" },
		{ "* 1 FETCH (UID 7 BODY[] NIL RFC822.SIZE 3)", "7/3" },
		{ "* 1 FETCH (BODY[HEADER.FIELDS (Subject \"X\")] {0}\r\n UID "
		  "7)",
		    "7 HEADER.FIELDS (Subject \"X\"):;" },
		{ "* 1 FETCH (UID 7 INTERNALDATE NIL BODY[] {2}\r\nab)",
		    "7 NIL :ab;" },
		{ "* 1 FETCH (INTERNALDATE 1-Jan-2026 12:00 UID 7)",
		    "7 1-Jan-2026" },
		{ "* 1 FETCH (BODYSTRUCTURE (\"A\" (\"B\" {1}\r\n))) UID 7)",
		    "7 (\"A\" (\"B\" {1}\r\n)))" },
		/* what nobody asked for */
		{ "* 1 FETCH (X-THING (a (b \"UID 9)\")) UID 7)", "7" },
		{ "* 1 FETCH (RFC822 {6}\r\nUID 9  UID 7)", "7" },
		{ "* 1 FETCH (ENVELOPE (\"UID 9 \" {7}\r\n UID 8 ) UID 7)",
		    "7" },
		{ "* 1 FETCH (odd {6}\r\nUID 9  UID 7)", "7" },
		{ "* 1 FETCH (UID 4294967295 MODSEQ (12345678901234))",
		    "4294967295" },
		/* keywords */
		{ "* 1 FETCH (FLAGS (\\Seen [Gmail]/Important) UID 7)", "7" },
		{ "* 1 FETCH (FLAGS (\\Seen a(b) c \"d e) UID 7)", "7" },
		{ "* 1 FETCH (FLAGS (:-( \x01 it\"s) UID 7 RFC822.SIZE 1)",
		    "7/1" },
		{ "* 1 FETCH (FLAGS (:-) smile) BODY[] {2}\r\nab UID 7)",
		    "7 :ab;" },
		{ "* 1 FETCH (UID 7 FLAGS ({5} x]) RFC822.SIZE 1)", "7/1" },
		/* items that are torn, or of two mails */
		{ "* 1 FETCH (UID 7 UID 7 RFC822.SIZE x)", "7" },
		{ "* 1 FETCH (UID 7 UID 8)", "0" },
		{ "* 1 FETCH (UID 7x RFC822.SIZE 2)", "0/2" },
		{ "* 1 FETCH (UID 4294967296)", "0" },
		{ "* 1 FETCH (BODY[] {20}\r\nabc UID 7)", "7" },
		{ "* 1 FETCH (BODY[HEADER UID 7", "0" },
		{ "* 1 FETCH (A (A (A \"UID 8) UID 7", "0" },
		{ "* 1 FETCH UID 7", "7" },
		{ "* FETCH (UID 7)", "0" },
		{ "", "0" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_tells(rows[i].answer, rows[i].tells);
}

static void
takes_a_section_that_is_there_once(void **state)
{
	static const char text[] = "* 1 FETCH (BODY[] \"a\" BODY[HEADER] \"b\" "
				   "BODY[header] \"c\" UID 7 "
				   "BODY[HEADER.FIELDS (X)] \"d\")";
	struct fetch_answer a;

	(void)state;
	fetch_answer_read((struct span){ text, sizeof text - 1 }, &a);
	assert_true(span_is(*fetch_answer_section(&a, ""), "a"));
	assert_null(fetch_answer_section(&a, "HEADER"));
	assert_true(span_is(*fetch_answer_section(&a, "HEADER.FIELDS"), "d"));
	assert_null(fetch_answer_section(&a, "1"));
}

static void
reads_a_date_in_its_one_form(void **state)
{
	static const struct {
		const char *date;
		int64_t t; /* -1: none */
	} rows[] = {
		{ " 1-Jan-2026 00:00:00 +0000", 1767225600 },
		{ "01-Jan-2026 00:00:00 +0100", 1767222000 },
		{ "1-Jan-2026 0:00:00 -0800", 1767254400 },
		{ "", -1 },
		{ "NIL", -1 },
		{ "yesterday", -1 },
		{ "01-Jan-2026 00:00:00 +9999", -1 },
		{ "01-Jan-2026 00:00:00 +00000000000000000000000000", -1 },
		{ "2026-01-01T00:00:00Z", -1 },
	};
	struct fetch_answer a = { 0 };
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		a.internaldate = span_of(rows[i].date);
		if (!fetch_answer_date(&a, &t))
			t = -1;
		if (t != rows[i].t)
			fail_msg("%s: %lld", rows[i].date, (long long)t);
	}
}

/* Brackets without end cost neither stack nor much time. */
static void
bears_any_nesting(void **state)
{
	static const char *const kinds[] = { "(", "A (", "BODYSTRUCTURE (",
		"\"", "FLAGS (", "BODY[", "BODY[ FLAGS ", "INTERNALDATE " };
	enum {
		LONG = 1000000
	};
	char *text = malloc(LONG + 20);
	struct fetch_answer a;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		n = (size_t)snprintf(text, LONG, "* 1 FETCH (");
		for (; n < LONG; n += strlen(kinds[i]))
			memcpy(text + n, kinds[i], strlen(kinds[i]));
		fetch_answer_read((struct span){ text, LONG }, &a);
		assert_int_equal(a.uid, 0);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_items_in_any_order_and_form),
		cmocka_unit_test(takes_a_section_that_is_there_once),
		cmocka_unit_test(reads_a_date_in_its_one_form),
		cmocka_unit_test(bears_any_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
