#include "scenes/stores.h"

#include "store/row_ids.h"

/* Row ids by the texts of a row, of which the latest are kept in memory. */

static const struct sql find = { "SELECT id FROM problems WHERE domain = ?1"
				 " AND receiving_mx_hostname = ?2"
				 " AND result_type = ?3" };
static const struct sql add_row = { "INSERT INTO problems (domain,"
				    " receiving_mx_hostname, result_type)"
				    " VALUES (?1, ?2, ?3)" };

static void
texts_get_the_same_number_again(void **state)
{
	struct scene *s = *state;
	struct row_ids in = { .find = &find, .add = &add_row };
	char name[32];
	int64_t id, first = 0;
	int i, turn;

	assert_ok(s, store_begin(s->st, &s->f));
	for (turn = 0; turn < 2; turn++)
		/* more than there are slots, so that some are pushed out */
		for (i = 0; i < 3 * ROW_IDS_SLOTS; i++) {
			struct value v[] = { value_text("a"), value_null(),
				value_text("") };

			snprintf(name, sizeof name, "mx%d", i);
			v[1] = value_text(name);
			assert_ok(
			    s, row_ids_find(s->st, &in, v, 3, &id, &s->f));
			if (i == 0 && turn == 0)
				first = id;
			assert_int_equal(id, first + i);
		}
	assert_ok(s, store_commit(s->st, &s->f));
	row_ids_forget(&in);
}

static void
texts_are_told_apart_by_where_they_end(void **state)
{
	struct scene *s = *state;
	struct row_ids in = { .find = &find, .add = &add_row };
	const struct value a[] = { value_text("ab"), value_text("c"),
		value_text("") };
	const struct value b[] = { value_text("a"), value_text("bc"),
		value_text("") };
	const struct value c[] = { value_text("ab"), value_text(""),
		value_text("c") };
	int64_t x, y, z;

	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, row_ids_find(s->st, &in, a, 3, &x, &s->f));
	assert_ok(s, row_ids_find(s->st, &in, b, 3, &y, &s->f));
	assert_ok(s, row_ids_find(s->st, &in, c, 3, &z, &s->f));
	assert_true(x != y && y != z && x != z);
	assert_ok(s, store_commit(s->st, &s->f));
	row_ids_forget(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_get_the_same_number_again),
		TEST(texts_are_told_apart_by_where_they_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
