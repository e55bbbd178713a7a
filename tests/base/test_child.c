#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <sysexits.h>
#include <cmocka.h>

#include "base/child.h"
#include "base/fault.h"

/* A shell that runs a script; what it prints goes to `out`. */
static int
run_shell(struct child *c, const char *script, struct fault *f)
{
	static char sh[] = "sh", option[] = "-c", text[400];
	static char *argv[] = { sh, option, text, NULL };

	assert_true(strlen(script) < sizeof text);
	strcpy(text, script);
	c->argv = argv;
	c->failed = EX_CANTCREAT;
	if (c->seconds == 0)
		c->seconds = 20;
	return child_run(c, f);
}

static void
gives_it_its_input_and_environment(void **state)
{
	static char name[] = "WORD=of it", *env[] = { name, NULL };
	char out[64];
	struct child c = { .env = env,
		.input = "one\ntwo\n",
		.input_len = 8,
		.out = out,
		.out_size = sizeof out };
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(
	    run_shell(&c, "/bin/cat; echo $WORD; /bin/cat", &f), 0);
	assert_int_equal(c.out_len, strlen("one\ntwo\nof it\n"));
	assert_memory_equal(out, "one\ntwo\nof it\n", c.out_len);
}

static void
throws_away_output_that_nobody_wants(void **state)
{
	struct child c = { 0 };
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(
	    run_shell(&c, "dd if=/dev/zero bs=1k count=500 2>/dev/null", &f),
	    0);
}

static void
ends_one_that_prints_more_than_is_wanted(void **state)
{
	char out[64];
	struct child c = { .out = out, .out_size = sizeof out };
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(run_shell(&c, "while :; do echo more; done", &f), -1);
	assert_int_equal(f.status, EX_CANTCREAT);
	assert_string_equal(f.text, "prints too much");
	assert_false(c.is_late);
}

static void
tells_what_it_said_when_it_failed(void **state)
{
	struct child c = { 0 };
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(
	    run_shell(&c, "echo no such host >&2; echo sorry >&2; exit 7", &f),
	    -1);
	assert_int_equal(f.status, EX_CANTCREAT);
	assert_string_equal(f.text, "exit code 7: no such host; sorry");
}

static void
kills_it_and_its_children_when_it_takes_too_long(void **state)
{
	struct child c = { .seconds = 1 };
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(run_shell(&c, "sleep 600 & sleep 600", &f), -1);
	assert_true(c.is_late);
	assert_string_equal(f.text, "not done in time");
}

static void
names_one_that_cannot_be_run(void **state)
{
	static char name[] = "/nonexistent/command", *argv[] = { name, NULL };
	struct child c = { .argv = argv, .seconds = 20 };
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(child_run(&c, &f), -1);
	assert_int_equal(f.status, EX_CONFIG);
	assert_string_equal(f.text,
	    "cannot run /nonexistent/command: No such file or directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_it_its_input_and_environment),
		cmocka_unit_test(throws_away_output_that_nobody_wants),
		cmocka_unit_test(ends_one_that_prints_more_than_is_wanted),
		cmocka_unit_test(tells_what_it_said_when_it_failed),
		cmocka_unit_test(
		    kills_it_and_its_children_when_it_takes_too_long),
		cmocka_unit_test(names_one_that_cannot_be_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
