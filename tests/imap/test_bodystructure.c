#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imap/bodystructure.h"

#define TEXT(kind) "(\"TEXT\" \"" kind "\" NIL NIL NIL \"7BIT\" 90 3)"
#define IMAGE                                                             \
	"(\"IMAGE\" \"PNG\" (\"NAME\" \"a {1}.png\") NIL NIL \"BASE64\" " \
	"70000 NIL (\"ATTACHMENT\" (\"FILENAME\" \"a \\\"b\\\".png\")) NIL)"

/* "1.1 1.2 2" for parts of which a mail may be ruled out; "" for none. */
static void
assert_reads(const char *structure, const char *sections)
{
	char fetch[4000], got[200] = "";
	struct structure st = { 0 };
	size_t i, n = 0;

	snprintf(fetch, sizeof fetch,
	    "* 3 FETCH (UID 7 BODYSTRUCTURE %s FLAGS (\\Seen))\r\n", structure);
	structure_read((struct span){ fetch, strlen(fetch) }, &st);
	for (i = 0; st.uid == 7 && st.is_plain && i < st.n; i++)
		n += (size_t)snprintf(got + n, sizeof got - n, "%s%s",
		    i > 0 ? " " : "", st.part[i].section);
	if (strcmp(got, sections) != 0)
		fail_msg("%s: %s", structure, got);
}

static void
names_the_parts(void **state)
{
	static const struct {
		const char *structure, *sections;
	} rows[] = {
		{ TEXT("PLAIN"), "1" },
		{ "(" TEXT("PLAIN")
			TEXT("HTML") " \"ALTERNATIVE\""
				     " (\"BOUNDARY\" \"x\") NIL NIL)",
		    "1 2" },
		{ "((" TEXT("PLAIN") " " TEXT(
		      "HTML") " \"ALTERNATIVE\")" IMAGE
			      " \"MIXED\" (\"BOUNDARY\" \"b)c(\") NIL NIL NIL)",
		    "1.1 1.2 2" },
		{ "(" IMAGE IMAGE IMAGE IMAGE IMAGE IMAGE IMAGE IMAGE
		  " \"MIXED\")",
		    "1 2 3 4 5 6 7 8" },
		{ "(\"IMAGE\" \"PNG\" (\"NAME\" {6}\r\n(\"){x}) NIL NIL \"X\" 1"
		  ")",
		    "1" },
		/* too many, or too deep */
		{ "(" IMAGE IMAGE IMAGE IMAGE IMAGE IMAGE IMAGE IMAGE IMAGE
		  " \"MIXED\")",
		    "" },
		{ "(((((((" IMAGE " \"M\") \"M\") \"M\") \"M\") \"M\") \"M\")"
		  " \"M\")",
		    "" },
		/* a mail inside */
		{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL) " IMAGE
		  " 3)",
		    "" },
		{ "(" TEXT("PLAIN") "(\"message\" \"global\" NIL NIL NIL NIL 9)"
				    " \"MIXED\")",
		    "" },
		/* what a report may be called, or is hidden in */
		{ "(\"TEXT\" \"X-TLSRPT\" NIL NIL NIL \"7BIT\" 90 3)", "" },
		{ "(" IMAGE " \"REPORT\" (\"REPORT-TYPE\" \"TLSRPT\"))", "" },
		{ "(\"A\" \"B\" (\"NAME\" \"x.JSON\") NIL NIL \"7BIT\" 90)",
		    "" },
		{ "(\"A\" \"B\" (\"NAME\" \"x.json.gz\") NIL NIL \"7BIT\" 90)",
		    "" },
		{ "(\"A\" \"B\" (\"NAME\" {5}\r\nx.zip) NIL NIL \"7BIT\" 90)",
		    "" },
		{ "(\"A\" \"B\" (\"NAME*0*\" \"x\") NIL NIL \"7BIT\" 90)", "" },
		{ "(\"A\" \"B\" (\"NAME\" \"=?utf-8?q?x?=\") NIL NIL NIL 90)",
		    "" },
		/* no structure */
		{ "NIL", "" },
		{ "()", "" },
		{ "(())", "" },
		{ "(\"A\" \"B\" NIL NIL NIL \"7BIT\" many)", "" },
		{ "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 99999999999)", "" },
		{ "(\"A\" \"B\" NIL NIL NIL \"7BIT", "" },
		{ "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 90", "" },
		{ "(\"A\" {900}\r\nB NIL NIL NIL \"7BIT\" 90)", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_reads(rows[i].structure, rows[i].sections);
}

static void
finds_the_items_in_any_order(void **state)
{
	static const char text[] =
	    "* 12 FETCH (FLAGS (\\Seen) BODY[HEADER]<0> {6}\r\nA: b\r\n "
	    "INTERNALDATE \" 1-Jan-2026 00:00:00 +0000\" X-UNKNOWN (a (b) "
	    "\"c\")"
	    " BODYSTRUCTURE (" TEXT("PLAIN") TEXT("HTML") " \"M\") UID 7)";
	static const char bodies[] = "* 12 FETCH (UID 7 BODY[2]<0> \"front\""
				     " BODY[1]<0> {3}\r\na)b BODY[3] NIL)";
	struct structure st = { 0 };

	(void)state;
	structure_read((struct span){ text, sizeof text - 1 }, &st);
	assert_int_equal(st.uid, 7);
	assert_true(st.has_header && st.is_multipart && st.is_plain);
	assert_true(span_is(st.header, "A: b\r\n"));
	assert_true(span_is(st.date, " 1-Jan-2026 00:00:00 +0000"));
	assert_int_equal(st.part[1].size, 90);
	assert_false(st.has_body[0]);
	structure_read((struct span){ bodies, sizeof bodies - 1 }, &st);
	assert_int_equal(st.uid, 7);
	assert_true(span_is(st.body[0], "a)b") && span_is(st.body[1], "front"));
	assert_true(st.has_body[0] && st.has_body[1]);
}

static void
takes_nothing_from_what_cannot_be_read(void **state)
{
	static const char *const texts[] = { "", "*", "* FETCH (UID 7)",
		"* 1 FETCH UID 7", "* 1 FETCH (UID 7", "* 1 FETCH (UID)",
		"* 1 FETCH (UID 7 BODY[HEADER] {9}\r\nabc)",
		"* 1 FETCH (UID 7 BODY[HEADER] {4294967299}\r\nabc)",
		"* 1 FETCH (UID 7 BODY[HEADER)", "* 1 FETCH (UID 99999999999)",
		"* 1 FETCH (UID 7 \"x)", "* 1 FETCH (UID 7 ((((((", "+ UID 7",
		"* LIST (UID 7)" };
	struct structure st;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		st = (struct structure){ .uid = 3 };
		structure_read(
		    (struct span){ texts[i], strlen(texts[i]) }, &st);
		if (st.uid != 0)
			fail_msg("%s", texts[i]);
	}
}

/* Brackets without end cost neither stack nor time. */
static void
bears_any_nesting(void **state)
{
	enum {
		DEEP = 4000000
	};
	static const char head[] = "* 1 FETCH (UID 7 BODYSTRUCTURE ";
	struct structure st = { 0 };
	char *text = malloc(sizeof head + DEEP);

	(void)state;
	memcpy(text, head, sizeof head);
	memset(text + sizeof head - 1, '(', DEEP);
	structure_read((struct span){ text, sizeof head - 1 + DEEP }, &st);
	assert_int_equal(st.uid, 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_parts),
		cmocka_unit_test(finds_the_items_in_any_order),
		cmocka_unit_test(takes_nothing_from_what_cannot_be_read),
		cmocka_unit_test(bears_any_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
