#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/deflate.h"

enum {
	BOMB = 50 << 20,
	PIECE = 1000
};

static int
setup(void **state)
{
	*state = deflate_new();
	return 0;
}

static int
teardown(void **state)
{
	deflate_free(*state);
	return 0;
}

/* A copy, since the next packing takes its place. */
static struct span
packed(struct deflate *d, const char *text, size_t n)
{
	struct span p = deflate_pack(d, (struct span){ text, n });
	char *copy = xmalloc(p.n);

	memcpy(copy, p.p, p.n);
	return (struct span){ copy, p.n };
}

static void
carries_each_line_at_once(void **state)
{
	static const char *const lines[] = { "1 NOOP\r\n", "2 NOOP\r\n", "" };
	struct deflate *d = *state;
	char out[100];
	size_t i;

	for (i = 0; i < 3; i++) {
		struct span p = packed(d, lines[i], strlen(lines[i]));

		deflate_give(d, p);
		assert_int_equal(
		    deflate_take(d, out, sizeof out), strlen(lines[i]));
		assert_memory_equal(out, lines[i], strlen(lines[i]));
		assert_int_equal(deflate_take(d, out, sizeof out), 0);
		free((void *)(uintptr_t)p.p);
	}
}

static void
takes_what_comes_byte_by_byte(void **state)
{
	static const char text[] = "to be or not to be or not to be";
	struct deflate *d = *state;
	struct span p = packed(d, text, sizeof text);
	char out[sizeof text];
	size_t i, n = 0;
	ssize_t got;

	for (i = 0; i < p.n; i++) {
		deflate_give(d, (struct span){ p.p + i, 1 });
		while ((got = deflate_take(d, out + n, 1)) > 0)
			n += (size_t)got;
		assert_int_equal(got, 0);
	}
	assert_int_equal(n, sizeof text);
	assert_memory_equal(out, text, n);
	free((void *)(uintptr_t)p.p);
}

/* However much is packed in it, a piece gives no more than there is room for.
 */
static void
unpacks_a_bomb_piece_by_piece(void **state)
{
	struct deflate *d = *state;
	char *zeros = xcalloc(1, BOMB), out[PIECE];
	struct span p = packed(d, zeros, BOMB);
	size_t n = 0;
	ssize_t got;

	free(zeros);
	assert_true(p.n < BOMB / 500);
	deflate_give(d, p);
	while ((got = deflate_take(d, out, sizeof out)) > 0) {
		assert_true(got <= PIECE);
		n += (size_t)got;
	}
	assert_int_equal(got, 0);
	assert_int_equal(n, BOMB);
	free((void *)(uintptr_t)p.p);
}

static void
refuses_what_is_not_deflate(void **state)
{
	static const struct span rows[] = { { "\xff\xff\xff\xff", 4 },
		/* the stream's end, which is never */
		{ "\x03\x00* OK", 6 } };
	struct deflate *d;
	char out[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		d = deflate_new();
		deflate_give(d, rows[i]);
		assert_int_equal(deflate_take(d, out, sizeof out), -1);
		deflate_free(d);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(carries_each_line_at_once),
		TEST(takes_what_comes_byte_by_byte),
		TEST(unpacks_a_bomb_piece_by_piece),
		TEST(refuses_what_is_not_deflate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
