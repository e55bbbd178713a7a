#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/side_by_side.h"

enum {
	JOBS = 200,
	MOST = 5
};

/* What the threads leave behind. */
struct work {
	unsigned char done[JOBS]; /* how often each was */
	atomic_int now, most;	  /* at the same time */
};

static void
do_one(void *arg, size_t i)
{
	static const struct timespec moment = { 0, 200000 };
	struct work *w = arg;
	int now = atomic_fetch_add(&w->now, 1) + 1, most;

	for (most = w->most; now > most;)
		if (atomic_compare_exchange_weak(&w->most, &most, now))
			break;
	nanosleep(&moment, NULL);
	w->done[i]++;
	atomic_fetch_sub(&w->now, 1);
}

static void
does_each_once_and_no_more_than_so_many_at_a_time(void **state)
{
	struct work *w = xcalloc(1, sizeof *w);
	size_t i;

	(void)state;
	side_by_side(MOST, JOBS, do_one, w);
	for (i = 0; i < JOBS; i++)
		assert_int_equal(w->done[i], 1);
	assert_int_equal(w->now, 0);
	assert_in_range(w->most, 2, MOST);
	free(w);
}

static void
does_a_few_and_none(void **state)
{
	struct work *w = xcalloc(1, sizeof *w);

	(void)state;
	side_by_side(MOST, 2, do_one, w);
	assert_int_equal(w->done[0] + w->done[1], 2);
	assert_int_equal(w->done[2], 0);
	side_by_side(MOST, 0, do_one, w);
	assert_int_equal(w->done[0], 1);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    does_each_once_and_no_more_than_so_many_at_a_time),
		cmocka_unit_test(does_a_few_and_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
