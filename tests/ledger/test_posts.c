/* What is POSTed, counted by day and address. */
#include "scenes/stores.h"

#include "ledger/posts.h"

enum {
	DAY = 24 * 60 * 60,
	NOW = 20000 * DAY + 100 /* 2024-10-04 */
};

static int64_t
posted(struct scene *s, const char *address, int64_t now)
{
	int64_t n = -1, counted = -1;

	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_add_post(s->st, address, now, &n, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	assert_ok(s, store_count_posts(s->st, address, now, &counted, &s->f));
	assert_int_equal(n, counted);
	return n;
}

static int
claim(struct scene *s, int64_t now)
{
	int rc;

	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, rc = store_claim_refresh(s->st, now, 60, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	return rc;
}

static void
each_address_is_counted_for_itself(void **state)
{
	struct scene *s = *state;
	int64_t n = -1;

	assert_ok(s, store_count_posts(s->st, "192.0.2.1", NOW, &n, &s->f));
	assert_int_equal(n, 0);
	assert_int_equal(posted(s, "192.0.2.1", NOW), 1);
	assert_int_equal(posted(s, "192.0.2.1", NOW + 1), 2);
	assert_int_equal(posted(s, "192.0.2.2", NOW + 1), 1);
}

static void
a_new_day_begins_at_midnight_and_forgets_the_old(void **state)
{
	struct scene *s = *state;

	assert_int_equal(posted(s, "192.0.2.1", NOW - 100), 1);
	assert_int_equal(posted(s, "192.0.2.1", NOW - 100 + DAY - 1), 2);
	assert_int_equal(posted(s, "192.0.2.1", NOW - 100 + DAY), 1);
	assert_rows(s, "SELECT * FROM posts", "2024-10-05|192.0.2.1|1\n");
}

static void
one_alone_refreshes_at_a_time(void **state)
{
	struct scene *s = *state;

	assert_int_equal(claim(s, NOW), 1);
	assert_int_equal(claim(s, NOW), 0);
	assert_int_equal(claim(s, NOW + 59), 0);
	assert_int_equal(claim(s, NOW + 60), 1);
	assert_int_equal(claim(s, NOW + 61), 0);
	/* the clock was set back */
	assert_int_equal(claim(s, NOW), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_address_is_counted_for_itself),
		TEST(a_new_day_begins_at_midnight_and_forgets_the_old),
		TEST(one_alone_refreshes_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
