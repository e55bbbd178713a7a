#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "imap_text/bodystructure.h"

#define TEXT(kind) "(\"TEXT\" \"" kind "\" NIL NIL NIL \"7BIT\" 90 3)"
#define IMAGE                                                             \
	"(\"IMAGE\" \"PNG\" (\"NAME\" \"a {1}.png\") NIL NIL \"BASE64\" " \
	"70000 NIL (\"ATTACHMENT\" (\"FILENAME\" \"a \\\"b\\\".png\")) NIL)"

/* A mail in the mail, with what may stand in an envelope. */
#define MAIL(encoding, body)                                             \
	"(\"MESSAGE\" \"RFC822\" (\"NAME\" \"tlsrpt.eml\") NIL NIL "     \
	"\"" encoding "\" 900 (\"1 Jan\" {6}\r\ntlsrpt ((NIL NIL \"a\" " \
	"\"b\")) NIL NIL NIL NIL NIL NIL NIL) " body                     \
	" 30 NIL (\"ATTACHMENT\" NIL) NIL NIL)"

/*
 * "1.1 1.2 2" for parts of which a mail may be ruled out; "" for none.  Mails
 * in it are in front: "2: 1 2.1".
 */
static void
assert_reads(const char *structure, const char *sections)
{
	char got[200] = "";
	struct structure st;
	size_t i, n = 0;

	structure_read((struct span){ structure, strlen(structure) }, &st);
	for (i = 1; st.is_plain && i < st.n_mails; i++)
		n += (size_t)snprintf(
		    got + n, sizeof got - n, "%s: ", st.mail[i].section);
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
		/* a mail inside, which is one part or several; or two of them
		 */
		{ "(" TEXT("PLAIN") MAIL("7BIT", IMAGE) " \"MIXED\")",
		    "2: 1 2.1" },
		{ "(" TEXT("PLAIN") MAIL("8bit",
		      "(" TEXT("PLAIN") IMAGE " \"MIXED\")") " \"REPORT\")",
		    "2: 1 2.1 2.2" },
		{ "(" MAIL(
		      "7BIT", "(" TEXT("PLAIN") MAIL("BINARY",
				  TEXT("HTML")) " \"MIXED\")") " \"MIXED\")",
		    "1: 1.2: 1.1 1.2.1" },
		{ "((" MAIL("7BIT", TEXT("HTML")) " \"MIXED\")" MAIL(
		      "7BIT", TEXT("HTML")) " \"MIXED\")",
		    "1.1: 2: 1.1.1 2.1" },
		/* three, or one that is encoded, or in a digest, or alone */
		{ "(" MAIL("7BIT", IMAGE) MAIL("7BIT", IMAGE)
			MAIL("7BIT", IMAGE) " \"MIXED\")",
		    "" },
		{ "(" MAIL("BASE64", IMAGE) " \"MIXED\")", "" },
		{ "(" MAIL("x-uue", IMAGE) " \"MIXED\")", "" },
		{ "(" TEXT("PLAIN") " \"Digest\")", "" },
		{ "(" MAIL("7BIT", IMAGE) " \"DIGEST\")", "" },
		{ MAIL("7BIT", IMAGE), "" },
		{ "(" MAIL("7BIT", MAIL("7BIT", IMAGE)) " \"MIXED\")", "" },
		{ "(" MAIL(
		      "7BIT", "(" TEXT("X-TLSRPT") " \"MIXED\")") " \"M\")",
		    "" },
		{ "(" MAIL("7BIT", "(" IMAGE " \"REPORT\" (\"REPORT-TYPE\" "
				   "\"TLSRPT\"))") " \"M\")",
		    "" },
		/* a server that does not look into it */
		{ "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9)", "" },
		{ "((\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9) \"M\")",
		    "" },
		{ "((\"MESSAGE\" \"RFC822\" NIL NIL NIL NIL 9 NIL " IMAGE
		  " 3) \"M\")",
		    "" },
		{ "(" TEXT("PLAIN") "(\"message\" \"global\" NIL NIL NIL NIL 9)"
				    " \"MIXED\")",
		    "" },
		{ "(\"message\" \"delivery-status\" NIL NIL NIL NIL 9)", "1" },
		/* what is typed as a report */
		{ "(\"TEXT\" \"X-TLSRPT\" NIL NIL NIL \"7BIT\" 90 3)", "" },
		{ "(" IMAGE " \"REPORT\" (\"REPORT-TYPE\" \"TLSRPT\"))", "" },
		/* no structure */
		{ "NIL", "" },
		{ "()", "" },
		{ "(())", "" },
		{ "(\"A\" \"B\" NIL NIL NIL \"7BIT\" many)", "" },
		{ "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 99999999999)", "" },
		{ "(\"A\" \"B\" NIL NIL NIL \"7BIT", "" },
		{ "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 90", "" },
		{ "(\"A\" {900}\r\nB NIL NIL NIL \"7BIT\" 90)", "" },
		{ "(\"A\" \"B\" (\"NAME\" \"a\\\n\") NIL NIL \"7BIT\" 90)",
		    "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_reads(rows[i].structure, rows[i].sections);
}

/* As a header field has them: those of the disposition come first. */
static void
writes_parameters_down(void **state)
{
	static const struct {
		const char *structure, *parameters; /* NULL: not possible */
	} rows[] = {
		{ TEXT("PLAIN"), "" },
		{ IMAGE, ";FILENAME=\"a \\\"b\\\".png\";NAME=\"a {1}.png\"" },
		{ "(\"A\" \"B\" (\"NAME*\" \"utf-8''a%20b\" \"x\" {1}\r\ny) "
		  "NIL NIL NIL 9 NIL NIL (\"en\"))",
		    ";NAME*=utf-8''a%20b;x=\"y\"" },
		{ "(\"A\" \"B\" (\"NAME*\" \"a b\") NIL NIL NIL 9)", NULL },
		{ "(\"A\" \"B\" (\"NAME\" {3}\r\na\"b) NIL NIL NIL 9)", NULL },
		{ "(\"A\" \"B\" (\"NAME\" {3}\r\na\nb) NIL NIL NIL 9)", NULL },
		{ "(\"A\" \"B\" (\"NAME\" {2}\r\na\\) NIL NIL NIL 9)", NULL },
		{ "(\"A\" \"B\" (\"NAME\" {4}\r\na\\\nb) NIL NIL NIL 9)",
		    NULL },
		{ "(\"A\" \"B\" ({4}\r\nN\nME \"a\") NIL NIL NIL 9)", NULL },
		{ "(\"A\" \"B\" (\"NAME\" NIL) NIL NIL NIL 9)", NULL },
		{ "(\"A\" \"B\" (\"NAME\") NIL NIL NIL 9)", NULL },
	};
	struct buf out = { .max = 100 };
	struct structure st;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		structure_read(span_of(rows[i].structure), &st);
		assert_true(st.is_plain);
		buf_reset(&out);
		if (structure_write_parameters(&st.part[0], &out) !=
			(rows[i].parameters != NULL) ||
		    (rows[i].parameters != NULL &&
			!span_is(buf_span(&out), rows[i].parameters)))
			fail_msg("%s: %.*s", rows[i].structure, (int)out.len,
			    out.data);
	}
	buf_free(&out);
}

static void
tells_what_may_be_packed_and_the_boundary(void **state)
{
	struct structure st;

	(void)state;
	structure_read(span_of("(" TEXT("PLAIN") IMAGE
			   "(\"APPLICATION\" \"Octet-Stream\" NIL NIL NIL NIL "
			   "9)(\"text\" \"b\" (\"name\" \"x.GZ\") NIL NIL "
			   "\"Quoted-Printable\" 9)"
			   " \"MIXED\" (\"CHARSET\" \"x\" \"BOUNDARY\" "
			   "\"b)c(\") NIL)"),
	    &st);
	assert_int_equal(st.n, 4);
	assert_true(st.mail[0].is_multipart);
	assert_false(st.part[0].is_packed || st.part[1].is_packed);
	assert_true(st.part[2].is_packed && st.part[3].is_packed);
	assert_true(st.part[0].is_text);
	assert_false(st.part[1].is_text || st.part[3].is_text);
	assert_true(span_is(st.mail[0].boundary, "b)c("));
	structure_read(
	    span_of("(" TEXT("PLAIN") MAIL("7BIT",
		"(" IMAGE
		" \"MIXED\" (\"BOUNDARY\" \"inner\"))") "(" IMAGE " \"MIXED\" "
							"(\"BOUNDARY\" "
							"\"beside\"))"
							" \"MIXED\" "
							"(\"BOUNDARY\" "
							"\"outer\"))"),
	    &st);
	assert_int_equal(st.n_mails, 2);
	assert_true(st.is_plain && st.mail[1].is_multipart);
	assert_true(span_is(st.mail[0].boundary, "outer"));
	assert_true(span_is(st.mail[1].boundary, "inner"));
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
		cmocka_unit_test(writes_parameters_down),
		cmocka_unit_test(tells_what_may_be_packed_and_the_boundary),
		cmocka_unit_test(bears_any_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
