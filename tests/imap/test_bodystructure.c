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
	char got[200] = "";
	struct structure st;
	size_t i, n = 0;

	structure_read((struct span){ structure, strlen(structure) }, &st);
	for (i = 0; st.is_plain && i < st.n; i++)
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

/* Brackets without end cost neither stack nor time. */
static void
bears_any_nesting(void **state)
{
	enum {
		DEEP = 4000000
	};
	struct structure st;
	char *text = malloc(DEEP);

	(void)state;
	memset(text, '(', DEEP);
	structure_read((struct span){ text, DEEP }, &st);
	assert_false(st.is_plain);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_parts),
		cmocka_unit_test(bears_any_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
