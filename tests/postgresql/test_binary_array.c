/* Arrays as PostgreSQL takes them, keys, and what its errors mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "model/report_identity.h"
#include "postgresql/binary_array.h"
#include "postgresql/shared_key.h"
#include "postgresql/sqlstate.h"

static void
assert_array_is(struct binary_array *a, const char *hex)
{
	char got[512];
	struct span value = array_value(a);

	assert_true(2 * value.n < sizeof got);
	hex_format((const unsigned char *)value.p, value.n, got);
	assert_string_equal(hex, got);
	buf_free(&a->bytes);
}

/* As `SELECT array_send(ARRAY['a', NULL, 'bc'])` has it. */
static void
texts_and_nulls_are_as_the_server_sends_them(void **state)
{
	struct binary_array a = { 0 };

	(void)state;
	array_begin(&a, PG_TEXT);
	array_add_text(&a, "a");
	array_add_null(&a);
	array_add_text(&a, "bc");
	assert_array_is(&a,
	    "00000001000000010000001900000003000000010000000161ffffffff"
	    "000000026263");
}

/* As `SELECT array_send('{}'::text[])` has it. */
static void
an_array_of_nothing_has_no_dimension(void **state)
{
	struct binary_array a = { 0 };

	(void)state;
	array_begin(&a, PG_TEXT);
	assert_array_is(&a, "000000000000000000000019");
}

/* As array_send() has '1999-12-31', '2000-01-02' and 1 second into 2000. */
static void
days_and_times_count_from_2000(void **state)
{
	struct binary_array a = { 0 };

	(void)state;
	array_begin(&a, PG_DATE);
	array_add_day(&a, 10956);
	array_add_day(&a, 10958);
	assert_array_is(&a,
	    "00000001000000000000043a000000020000000100000004ffffffff"
	    "0000000400000001");
	array_begin(&a, PG_TIME);
	array_add_time(&a, 946684801);
	assert_array_is(&a, "0000000100000000000004a00000000100000001"
			    "0000000800000000000f4240");
}

static void
numbers_have_the_width_of_their_type(void **state)
{
	struct binary_array a = { 0 };

	(void)state;
	array_begin(&a, PG_INT4);
	array_add_int(&a, -1);
	assert_array_is(&a, "00000001000000000000001700000001000000010000000"
			    "4ffffffff");
	array_begin(&a, PG_INT8);
	array_add_int(&a, INT64_MAX);
	assert_array_is(&a, "000000010000000000000014000000010000000100000008"
			    "7fffffffffffffff");
	array_begin(&a, PG_BOOL);
	array_add_bool(&a, true);
	assert_array_is(
	    &a, "00000001000000000000001000000001000000010000000101");
}

static void
lengths_keep_the_parts_of_a_key_apart(void **state)
{
	const char *const one[] = { "ab", "c" }, *const other[] = { "a", "bc" };
	unsigned char a[SHIPMENT_KEY], b[SHIPMENT_KEY];
	struct identity_hash hash = { 0 };

	(void)state;
	shared_key(&hash, one, 2, a);
	shared_key(&hash, other, 2, b);
	identity_hash_free(&hash);
	assert_memory_not_equal(a, b, sizeof a);
}

static void
a_set_of_keys_knows_each_as_it_grows(void **state)
{
	struct key_set set = { 0 };
	unsigned char key[SHIPMENT_KEY] = { 0 };
	uint32_t i;
	int round;

	(void)state;
	for (round = 0; round < 2; round++)
		for (i = 1; i <= 5000; i++) {
			memcpy(key, &i, sizeof i);
			assert_int_equal(round == 0, key_set_add(&set, key));
		}
	assert_int_equal(5000, set.n);
	key_set_free(&set);
}

static void
each_code_of_the_server_has_an_exit_code(void **state)
{
	static const struct {
		const char *state;
		int code;
	} codes[] = { { "28P01", 77 }, { "42501", 77 }, { "3F000", 76 },
		{ "42P01", 76 }, { "53100", 73 }, { "53300", 75 },
		{ "40P01", 75 }, { "57P01", 69 }, { "08006", 69 }, { "", 69 },
		{ "XX000", 70 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof codes / sizeof *codes; i++)
		assert_int_equal(
		    codes[i].code, sqlstate_exit_code(codes[i].state));
	assert_true(sqlstate_is_data("22021"));
	assert_true(sqlstate_is_data("23514"));
	assert_false(sqlstate_is_data("25006"));
	assert_true(sqlstate_is_passing("55P03"));
	assert_false(sqlstate_is_passing("57014"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_nulls_are_as_the_server_sends_them),
		cmocka_unit_test(an_array_of_nothing_has_no_dimension),
		cmocka_unit_test(days_and_times_count_from_2000),
		cmocka_unit_test(numbers_have_the_width_of_their_type),
		cmocka_unit_test(lengths_keep_the_parts_of_a_key_apart),
		cmocka_unit_test(a_set_of_keys_knows_each_as_it_grows),
		cmocka_unit_test(each_code_of_the_server_has_an_exit_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
