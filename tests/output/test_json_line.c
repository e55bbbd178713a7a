/* JSON lines: escaped, in ASCII, with numbers as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "output/json_line.h"

static void
assert_prints(struct json_object *o, const char *expected)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	json_line_print(out, o);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void
prints_members_in_order_on_one_line(void **state)
{
	struct json_object *o = json_new_object(), *list = json_new_array();

	(void)state;
	json_add_text(o, "b", "https://example.com/");
	json_add_number(o, "a", INT64_MIN);
	json_add_count(o, "c", UINT64_MAX);
	json_add_bool(o, "d", 1);
	json_add_null(o, "e");
	json_add(o, "f", list);
	json_append_text(list, "x");
	json_append(list, json_new_object());
	assert_prints(o, "{\"b\":\"https://example.com/\","
			 "\"a\":-9223372036854775808,"
			 "\"c\":18446744073709551615,\"d\":true,\"e\":null,"
			 "\"f\":[\"x\",{}]}\n");
}

static void
escapes_what_is_not_printable_ascii(void **state)
{
	static const struct {
		const char *text, *json;
	} rows[] = {
		{ "", "" }, { "\"\\", "\\\"\\\\" },
		{ "\n\t\x1b\x7f", "\\n\\t\\u001b\\u007f" },
		{ "M\xc3\xbcller", "M\\u00fcller" },
		{ "\xf0\x9f\x98\x80!", "\\ud83d\\ude00!" },
		{ "a\xff\xc3", "a\\ufffd\\ufffd" },	     /* no UTF-8 */
		{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd" }, /* surrogate */
	};
	char expected[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json_object *o = json_new_object();

		json_add_text(o, "t", rows[i].text);
		snprintf(expected, sizeof expected, "{\"t\":\"%s\"}\n",
		    rows[i].json);
		assert_prints(o, expected);
	}
}

static void
rounds_decimals_half_up(void **state)
{
	struct json_object *o = json_new_object();

	(void)state;
	json_add_decimal(o, "a", 1.0 / 128, 6); /* 0.0078125 */
	json_add_decimal(o, "b", 1, 6);
	json_add_decimal(o, "c", 2.0 / 3, 3);
	assert_prints(o, "{\"a\":0.007813,\"b\":1.000000,\"c\":0.667}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_members_in_order_on_one_line),
		cmocka_unit_test(escapes_what_is_not_printable_ascii),
		cmocka_unit_test(rounds_decimals_half_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
