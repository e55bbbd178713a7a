#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "output/structured_data.h"

static void
assert_value(const char *value, const char *wanted)
{
	struct data_param param = { "v", value };
	char *text = structured_data("x@1", &param, 1);

	assert_string_equal(text, wanted);
	free(text);
}

static void
names_stand_in_order(void **state)
{
	struct data_param param[] = { { "a", "1" }, { "b", "" } };
	char *text = structured_data("mailbox@32473", param, 2);

	(void)state;
	assert_string_equal(text, "[mailbox@32473 a=\"1\" b=\"\"]");
	free(text);
}

static void
what_ends_a_value_is_escaped(void **state)
{
	(void)state;
	assert_value("a\"b", "[x@1 v=\"a\\\"b\"]");
	assert_value("a]b[", "[x@1 v=\"a\\]b[\"]");
	assert_value("a\\", "[x@1 v=\"a\\\\\"]");
}

static void
no_value_moves_a_cursor_or_ends_a_line(void **state)
{
	(void)state;
	assert_value("a\nb\x7f", "[x@1 v=\"a?b?\"]");
	assert_value("\xe2\x80\xae", "[x@1 v=\"?\"]"); /* turns the text */
	assert_value("\xff\xc3", "[x@1 v=\"\?\?\"]");
	assert_value("\xc3\xbc", "[x@1 v=\"\xc3\xbc\"]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_stand_in_order),
		cmocka_unit_test(what_ends_a_value_is_escaped),
		cmocka_unit_test(no_value_moves_a_cursor_or_ends_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
