/*
 * Records, policies, TLSA and the arguments of `record`: the vectors of this
 * project, and those of a folder beside it where there is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "scenes/published_vectors.h"

static const char *const folders[] = { "tests/published/vectors",
	"../shared/check/vectors" };

enum {
	KINDS = sizeof vector_kinds / sizeof *vector_kinds
};

static void
each_vector_comes_out_as_it_says(void **state)
{
	const struct vector_kind *kind = *state;
	char path[200];
	size_t i, n;

	for (i = 0; i < 2; i++) {
		snprintf(
		    path, sizeof path, "%s/%s.tsv", folders[i], kind->name);
		if (i > 0 && access(path, R_OK) == -1)
			continue;
		assert_int_equal(vectors_hold(kind, path, &n), 0);
	}
}

int
main(void)
{
	struct CMUnitTest tests[KINDS];
	size_t i;

	for (i = 0; i < KINDS; i++)
		tests[i] = (struct CMUnitTest){ .name = vector_kinds[i].name,
			.test_func = each_vector_comes_out_as_it_says,
			.initial_state = (void *)(uintptr_t)&vector_kinds[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
