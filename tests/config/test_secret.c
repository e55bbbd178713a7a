#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fault.h"
#include "config/config.h"
#include "config/secret.h"
#include "config/secret_command.h"

/* A folder of its own, a mailbox, and what came of reading its secret. */
struct scene {
	char dir[100], file[120];
	struct config_mailbox mailbox;
	struct fault fault;
	char *secret;
};

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	const char *tmp = getenv("TMPDIR");

	if (s == NULL)
		return -1;
	snprintf(s->dir, sizeof s->dir, "%s/secretXXXXXX",
	    tmp != NULL && strlen(tmp) < 60 ? tmp : "/tmp");
	if (mkdtemp(s->dir) == NULL)
		return -1;
	snprintf(s->file, sizeof s->file, "%s/tlsrua.box", s->dir);
	s->mailbox.name = "box";
	s->mailbox.password_file = s->mailbox.password_command =
	    s->mailbox.token_command = "";
	unsetenv("CREDENTIALS_DIRECTORY");
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	secret_free(s->secret);
	unlink(s->file);
	rmdir(s->dir);
	free(s);
	return 0;
}

static void
write_file(const struct scene *s, const void *bytes, size_t n, mode_t mode)
{
	int fd = open(s->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd != -1);
	assert_int_equal(write(fd, bytes, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
write_text(const struct scene *s, const char *text)
{
	write_file(s, text, strlen(text), 0600);
}

static void
read_secret(struct scene *s)
{
	secret_free(s->secret);
	s->secret = secret_read(&s->mailbox, &s->fault);
}

static void
assert_secret(struct scene *s, const char *expected)
{
	read_secret(s);
	if (s->secret == NULL)
		fail_msg("%s", s->fault.text);
	assert_string_equal(s->secret, expected);
}

static void
assert_no_secret(struct scene *s, int status, const char *why)
{
	read_secret(s);
	if (s->secret != NULL)
		fail_msg("read, though: %s", why);
	if (strstr(s->fault.text, why) == NULL)
		fail_msg("'%s' is not in '%s'", why, s->fault.text);
	assert_int_equal(s->fault.status, status);
	assert_int_equal(s->fault.scope, FAULT_SESSION);
}

static void
drops_one_trailing_newline(void **state)
{
	static const struct {
		const char *text, *secret;
	} rows[] = { { "geheim", "geheim" }, { "geheim\n", "geheim" },
		{ "geheim\r\n", "geheim" }, { " g h ", " g h " },
		{ "g\xc3\xa4\n", "g\xc3\xa4" }, { "\xff", "\xff" } };
	struct scene *s = *state;
	size_t i;

	s->mailbox.password_file = s->file;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		write_text(s, rows[i].text);
		assert_secret(s, rows[i].secret);
	}
}

static void
refuses_what_no_login_can_carry(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = { { "", "is empty" }, { "\n", "is empty" },
		{ "\r\n", "is empty" }, { "a\n\n", "more than one line" },
		{ "a\nb", "more than one line" },
		{ "a\tb", "control character" },
		{ "a\rb", "control character" },
		{ "a\177b", "control character" } };
	struct scene *s = *state;
	size_t i;

	s->mailbox.password_file = s->file;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		write_text(s, rows[i].text);
		assert_no_secret(s, EX_CONFIG, rows[i].why);
		assert_non_null(strstr(s->fault.text, s->file));
	}
	write_file(s, "a\0b", 3, 0600);
	assert_no_secret(s, EX_CONFIG, "control character");
}

static void
refuses_a_file_that_is_open_to_others(void **state)
{
	static const struct {
		mode_t mode;
		const char *why;
	} rows[] = { { 0400, NULL }, { 0440, NULL }, { 0640, NULL },
		{ 0660, NULL }, { 0604, "everybody can read it" },
		{ 0644, "everybody can read it" },
		{ 0602, "everybody can write it" } };
	struct scene *s = *state;
	size_t i;

	s->mailbox.password_file = s->file;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		write_file(s, "geheim", 6, rows[i].mode);
		if (rows[i].why == NULL)
			assert_secret(s, "geheim");
		else
			assert_no_secret(s, EX_CONFIG, rows[i].why);
		unlink(s->file);
	}
}

static void
a_file_has_16_kilobytes_at_most(void **state)
{
	struct scene *s = *state;
	char text[SECRET_MAX + 2];

	memset(text, 'x', sizeof text);
	s->mailbox.password_file = s->file;
	write_file(s, text, SECRET_MAX, 0600);
	read_secret(s);
	assert_non_null(s->secret);
	assert_int_equal(strlen(s->secret), SECRET_MAX);
	write_file(s, text, SECRET_MAX + 1, 0600);
	assert_no_secret(s, EX_CONFIG, "is over 16 KB");
}

static void
refuses_what_is_no_file_without_waiting(void **state)
{
	struct scene *s = *state;

	s->mailbox.password_file = s->file;
	assert_no_secret(s, EX_CONFIG, "No such file or directory");
	assert_int_equal(mkfifo(s->file, 0600), 0);
	assert_no_secret(s, EX_CONFIG, "is not a file");
	s->mailbox.password_file = s->dir;
	assert_no_secret(s, EX_CONFIG, "is not a file");
}

static void
takes_the_credential_of_systemd(void **state)
{
	struct scene *s = *state;

	assert_no_secret(s, EX_CONFIG, "no password: set password_file");
	setenv("CREDENTIALS_DIRECTORY", s->dir, 1);
	assert_no_secret(s, EX_CONFIG, "credential tlsrua.box");
	write_text(s, "geheim\n");
	assert_secret(s, "geheim");
	write_text(s, "");
	assert_no_secret(s, EX_CONFIG, "is empty");
	setenv("CREDENTIALS_DIRECTORY", ".", 1);
	assert_no_secret(s, EX_CONFIG, "no password");
}

static void
refuses_a_credential_beside_an_option(void **state)
{
	struct scene *s = *state;

	setenv("CREDENTIALS_DIRECTORY", s->dir, 1);
	write_text(s, "geheim\n");
	s->mailbox.password_command = "echo geheim";
	assert_no_secret(s, EX_CONFIG,
	    "password_command is set and the credential tlsrua.box");
	unlink(s->file);
	assert_secret(s, "geheim");
}

static void
takes_the_first_line_of_a_command(void **state)
{
	static const struct {
		const char *command, *secret;
	} rows[] = { { "echo geheim", "geheim" },
		{ "echo \"two  blanks\"", "two  blanks" },
		{ "sh -c \"echo first; echo second\"", "first" },
		{ "printf %s bare", "bare" },
		{ "printf first\\r\\nsecond", "first" },
		{ "sh -c \"echo why >&2; echo geheim\"", "geheim" },
		{ "sh -c \"echo geheim; sleep 9 &\"", "geheim" },
		{ "sh -c \"cat; echo geheim\"", "geheim" } };
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		s->mailbox.password_command = rows[i].command;
		assert_secret(s, rows[i].secret);
	}
	s->mailbox.password_command = "";
	s->mailbox.token_command = "echo token";
	assert_secret(s, "token");
}

static void
says_why_a_command_failed_and_not_what_it_printed(void **state)
{
	static const struct {
		const char *command, *why;
		int status;
	} rows[] = {
		{ "false", "password_command: exit code 1", EX_NOPERM },
		{ "sh -c \"echo geheim; echo 'no key' >&2; exit 7\"",
		    "password_command: exit code 7: no key", EX_NOPERM },
		{ "sh -c \"printf 'a\\nb\\033[2J\\n' >&2; exit 2\"",
		    "exit code 2: a; b?[2J", EX_NOPERM },
		{ "sh -c \"kill -9 $$\"", "killed by signal 9", EX_NOPERM },
		{ "true", "password_command: what it prints: is empty",
		    EX_NOPERM },
		{ "printf a\\tgeheim", "holds a control character", EX_NOPERM },
		{ "/nowhere/prog geheim",
		    "cannot run /nowhere/prog: No such file or directory",
		    EX_CONFIG },
		{ "sh -c \"yes geheim\"", "prints too much", EX_NOPERM },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		s->mailbox.password_command = rows[i].command;
		assert_no_secret(s, rows[i].status, rows[i].why);
		assert_null(strstr(s->fault.text, "geheim"));
	}
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
kills_a_command_and_its_children_in_time(void **state)
{
	static const char *const commands[] = { "sleep 60",
		"sh -c \"sleep 60; echo x\"",
		"sh -c \"exec >&- 2>&-; sleep 60\"",
		"sh -c \"trap '' TERM HUP; while :; do sleep 1; done\"" };
	struct scene *s = *state;
	double start;
	size_t i;

	for (i = 0; i < sizeof commands / sizeof *commands; i++) {
		struct secret_text out = { .len = 0 };

		start = seconds();
		assert_int_equal(
		    secret_command(commands[i], 1, &out, &s->fault), -1);
		assert_string_equal(s->fault.text, "not done in time");
		assert_int_equal(s->fault.status, EX_NOPERM);
		assert_true(seconds() - start < 30);
	}
}

/* Whether a process is there and no zombie. */
static bool
is_running(long pid)
{
	char path[60], state = 'Z';
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	if ((f = fopen(path, "r")) == NULL)
		return false;
	if (fscanf(f, "%*d %*s %c", &state) != 1)
		state = 'Z';
	fclose(f);
	return state != 'Z';
}

static void
kills_the_children_of_a_command_too(void **state)
{
	struct scene *s = *state;
	struct secret_text out = { .len = 0 };
	char command[300], line[30];
	double start;
	long pid;
	FILE *f;

	snprintf(command, sizeof command,
	    "sh -c \"sleep 60 & echo $! >%s; wait\"", s->file);
	assert_int_equal(secret_command(command, 1, &out, &s->fault), -1);
	f = fopen(s->file, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	pid = strtol(line, NULL, 10);
	assert_true(pid > 0);
	fclose(f);
	for (start = seconds(); is_running(pid) && seconds() - start < 30;)
		usleep(10000);
	assert_false(is_running(pid));
}

static void
works_when_nobody_waits_for_children(void **state)
{
	struct scene *s = *state;

	signal(SIGCHLD, SIG_IGN);
	s->mailbox.password_command = "echo geheim";
	assert_secret(s, "geheim");
	s->mailbox.password_command = "false";
	assert_no_secret(s, EX_NOPERM, "exit code 1");
	assert_ptr_equal(signal(SIGCHLD, SIG_DFL), SIG_IGN);
}

static void
a_command_gets_three_descriptors_and_plain_signals(void **state)
{
	struct scene *s = *state;
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 200);

	signal(SIGPIPE, SIG_IGN);
	/* ls has one more, for the folder itself */
	s->mailbox.password_command = "sh -c \"ls /proc/self/fd | tr '\\n' ,\"";
	assert_secret(s, "0,1,2,3,");
	s->mailbox.password_command =
	    "sh -c \"grep SigIgn /proc/self/status | tr -d '\\t'\"";
	assert_secret(s, "SigIgn:0000000000000000");
	signal(SIGPIPE, SIG_DFL);
	close(high);
	close(fd);
}

static void
leaves_no_descriptor_open(void **state)
{
	struct scene *s = *state;
	int before = dup(0), after;

	close(before);
	s->mailbox.password_command = "echo geheim";
	assert_secret(s, "geheim");
	s->mailbox.password_command = "/nowhere/prog";
	assert_no_secret(s, EX_CONFIG, "cannot run");
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(drops_one_trailing_newline),
		TEST(refuses_what_no_login_can_carry),
		TEST(refuses_a_file_that_is_open_to_others),
		TEST(a_file_has_16_kilobytes_at_most),
		TEST(refuses_what_is_no_file_without_waiting),
		TEST(takes_the_credential_of_systemd),
		TEST(refuses_a_credential_beside_an_option),
		TEST(takes_the_first_line_of_a_command),
		TEST(says_why_a_command_failed_and_not_what_it_printed),
		TEST(kills_a_command_and_its_children_in_time),
		TEST(kills_the_children_of_a_command_too),
		TEST(works_when_nobody_waits_for_children),
		TEST(a_command_gets_three_descriptors_and_plain_signals),
		TEST(leaves_no_descriptor_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
