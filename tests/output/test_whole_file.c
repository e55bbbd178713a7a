#define _GNU_SOURCE /* O_TMPFILE */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fault.h"
#include "output/whole_file.h"

enum {
	NOBODY = 65534
};

/* A folder and the path of a file in it. */
struct scene {
	char dir[256], path[300];
	struct fault f;
};

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	const char *tmp = getenv("TMPDIR");

	snprintf(s->dir, sizeof s->dir, "%s/tlsrua-file-XXXXXX",
	    tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof s->path, "%s/daily.csv", s->dir);
	umask(022);
	*state = s;
	return 0;
}

/* The files in the folder; each is given to `fn`, unless that is NULL. */
static size_t
each_file(const char *dir, int (*fn)(const char *))
{
	struct dirent *e;
	char path[600];
	size_t n = 0;
	DIR *d = opendir(dir);

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (fn != NULL && fn(path) == -1)
			rmdir(path);
	}
	closedir(d);
	return n;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	each_file(s->dir, unlink);
	assert_int_equal(rmdir(s->dir), 0);
	free(s);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static int
publish(struct scene *s, const char *text)
{
	struct whole_file *wf = whole_file_open(s->path, &s->f);
	int rc;

	if (wf == NULL)
		return -1;
	fputs(text, whole_file_stream(wf));
	rc = whole_file_commit(wf, &s->f);
	whole_file_close(wf);
	return rc;
}

static void
assert_holds(const struct scene *s, const char *expected)
{
	char text[256];
	FILE *file = fopen(s->path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof text - 1, file);
	text[n] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static void
assert_refused(struct scene *s, const char *why)
{
	assert_int_equal(publish(s, "new"), -1);
	assert_int_equal(s->f.status, EX_CANTCREAT);
	assert_int_equal(s->f.scope, FAULT_HOST);
	if (strncmp(s->f.text, s->path, strlen(s->path)) != 0 ||
	    strstr(s->f.text, why) == NULL)
		fail_msg("%s", s->f.text);
}

static struct stat
look(const char *path)
{
	struct stat sb;

	assert_int_equal(stat(path, &sb), 0);
	return sb;
}

static void
appears_whole(void **state)
{
	struct scene *s = *state;
	struct whole_file *wf = whole_file_open(s->path, &s->f);

	assert_non_null(wf);
	fputs("one\n", whole_file_stream(wf));
	fflush(whole_file_stream(wf));
	assert_int_equal(access(s->path, F_OK), -1);
	assert_int_equal(whole_file_commit(wf, &s->f), 0);
	assert_holds(s, "one\n");
	whole_file_close(wf);
	assert_holds(s, "one\n");
	assert_int_equal(each_file(s->dir, NULL), 1);
}

static void
not_committed_it_leaves_no_trace(void **state)
{
	struct scene *s = *state;
	struct whole_file *wf;

	wf = whole_file_open(s->path, &s->f);
	fputs("one\n", whole_file_stream(wf));
	whole_file_close(wf);
	whole_file_close(NULL);
	assert_int_equal(each_file(s->dir, NULL), 0);

	assert_int_equal(publish(s, "old"), 0);
	wf = whole_file_open(s->path, &s->f);
	fputs("new", whole_file_stream(wf));
	whole_file_close(wf);
	assert_holds(s, "old");
	assert_int_equal(each_file(s->dir, NULL), 1);
}

static void
a_new_file_obeys_the_umask(void **state)
{
	static const struct {
		mode_t umask, mode;
	} cases[] = { { 022, 0644 }, { 077, 0600 }, { 027, 0640 },
		{ 0, 0644 } };
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		umask(cases[i].umask);
		assert_int_equal(publish(s, "x"), 0);
		assert_int_equal(look(s->path).st_mode & 07777, cases[i].mode);
		unlink(s->path);
	}
}

static void
keeps_mode_and_group_of_the_old_one(void **state)
{
	static const mode_t modes[] = { 0600, 0640, 0664, 0444, 0200 };
	struct scene *s = *state;
	char text[16];
	size_t i;

	assert_int_equal(publish(s, "old"), 0);
	for (i = 0; i < sizeof modes / sizeof *modes; i++) {
		assert_int_equal(chmod(s->path, modes[i]), 0);
		if (getuid() == 0)
			assert_int_equal(chown(s->path, 12, 34), 0);
		snprintf(text, sizeof text, "new %zu", i);
		assert_int_equal(publish(s, text), 0);
		assert_int_equal(look(s->path).st_mode & 07777, modes[i]);
		if (getuid() != 0)
			continue;
		assert_int_equal(look(s->path).st_uid, 12);
		assert_int_equal(look(s->path).st_gid, 34);
	}
}

static void
leaves_alone_what_would_not_change(void **state)
{
	static const char *const changes[] = { "same texT", "same tex",
		"same text.", "" };
	struct scene *s = *state;
	struct stat before, after;
	size_t i;

	assert_int_equal(publish(s, "same text"), 0);
	before = look(s->path);
	assert_int_equal(publish(s, "same text"), 0);
	after = look(s->path);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	for (i = 0; i < sizeof changes / sizeof *changes; i++) {
		assert_int_equal(publish(s, changes[i]), 0);
		assert_holds(s, changes[i]);
	}
}

/* Content over several buffers, which differs in its last byte alone. */
static void
compares_long_files_to_the_end(void **state)
{
	enum {
		LONG = 200000
	};
	struct scene *s = *state;
	char *text = malloc(LONG + 1);
	struct stat before;

	memset(text, 'x', LONG);
	text[LONG] = '\0';
	assert_int_equal(publish(s, text), 0);
	before = look(s->path);
	assert_int_equal(publish(s, text), 0);
	assert_int_equal(look(s->path).st_ino, before.st_ino);
	text[LONG - 1] = 'y';
	assert_int_equal(publish(s, text), 0);
	assert_int_not_equal(look(s->path).st_ino, before.st_ino);
	assert_int_equal(look(s->path).st_size, LONG);
	free(text);
}

static void
replaces_what_a_link_leads_to(void **state)
{
	struct scene *s = *state;
	char real[400];
	struct stat sb;

	snprintf(real, sizeof real, "%s/real", s->dir);
	assert_int_equal(symlink("real", s->path), 0);
	assert_refused(s, "No such file"); /* it leads nowhere */
	close(open(real, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(publish(s, "new"), 0);
	assert_int_equal(lstat(s->path, &sb), 0);
	assert_true(S_ISLNK(sb.st_mode));
	assert_int_equal(lstat(real, &sb), 0);
	assert_true(S_ISREG(sb.st_mode));
	assert_int_equal(sb.st_size, 3);
	assert_int_equal(each_file(s->dir, NULL), 2);
}

static void
refuses_what_is_no_file(void **state)
{
	struct scene *s = *state;

	assert_int_equal(mkdir(s->path, 0700), 0);
	assert_refused(s, "no regular file");
	assert_int_equal(rmdir(s->path), 0);
	assert_int_equal(mkfifo(s->path, 0600), 0);
	assert_refused(s, "no regular file");
	assert_int_equal(unlink(s->path), 0);
	snprintf(s->path, sizeof s->path, "%s/none/daily.csv", s->dir);
	assert_refused(s, "cannot be created: No such file");
	snprintf(s->path, sizeof s->path, "/dev/null");
	assert_refused(s, "no regular file");
}

static void
writes_beside_a_name_without_a_folder(void **state)
{
	struct scene *s = *state;
	int home = open(".", O_RDONLY | O_DIRECTORY);

	assert_int_equal(chdir(s->dir), 0);
	snprintf(s->path, sizeof s->path, "daily.csv");
	assert_int_equal(publish(s, "x"), 0);
	assert_int_equal(publish(s, "y"), 0);
	assert_holds(s, "y");
	assert_int_equal(fchdir(home), 0);
	close(home);
	assert_int_equal(each_file(s->dir, NULL), 1);
}

/* Run it in a child, which may give up what it is allowed. */
static void
assert_child(void (*fn)(struct scene *), struct scene *s)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		fn(s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
expect(struct scene *s, const char *why)
{
	if (s->f.status != EX_CANTCREAT || strstr(s->f.text, why) == NULL ||
	    strstr(s->f.text, s->path) == NULL) {
		fprintf(stderr, "%d: %s\n", s->f.status, s->f.text);
		_exit(1);
	}
}

/* The limit of file size stands in for a disk that fills up. */
static void
write_too_much(struct scene *s)
{
	struct rlimit limit = { 1000, 1000 };
	char text[3000];

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) == -1 || publish(s, text) == 0)
		_exit(2);
	expect(s, "cannot be written: File too large");
}

static void
a_full_disk_leaves_the_old_file(void **state)
{
	struct scene *s = *state;

	assert_child(write_too_much, s);
	assert_int_equal(each_file(s->dir, NULL), 0);
	assert_int_equal(publish(s, "old"), 0);
	assert_child(write_too_much, s);
	assert_holds(s, "old");
	assert_int_equal(each_file(s->dir, NULL), 1);
}

static void
become_nobody(void)
{
	if (getuid() == 0 && (setgid(NOBODY) == -1 || setuid(NOBODY) == -1))
		_exit(3);
}

static void
write_without_permission(struct scene *s)
{
	become_nobody();
	if (publish(s, "new") == 0)
		_exit(2);
	expect(s, "cannot be created: Permission denied");
}

static void
replace_what_is_roots(struct scene *s)
{
	become_nobody();
	if (publish(s, "new") == 0)
		_exit(2);
	expect(s, "belongs to somebody else");
}

static void
says_what_permission_is_missing(void **state)
{
	struct scene *s = *state;

	assert_int_equal(publish(s, "old"), 0);
	assert_int_equal(chmod(s->dir, 0555), 0);
	assert_child(write_without_permission, s);
	assert_int_equal(chmod(s->dir, 0777), 0);
	if (getuid() == 0)
		assert_child(replace_what_is_roots, s);
	assert_holds(s, "old");
	assert_int_equal(each_file(s->dir, NULL), 1);
}

/* Killed while it writes, it leaves nothing, where the system lets it. */
static void
a_kill_leaves_nothing(void **state)
{
	struct scene *s = *state;
	struct whole_file *wf;
	int status, fd;
	pid_t pid;

	fd = open(s->dir, O_TMPFILE | O_RDWR, 0600);
	if (fd == -1)
		skip();
	close(fd);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		wf = whole_file_open(s->path, &s->f);
		fputs("half", whole_file_stream(wf));
		fflush(whole_file_stream(wf));
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(each_file(s->dir, NULL), 0);
}

/* `n` bytes, which differ from their neighbours, in an empty file. */
static FILE *
fill(FILE *file, size_t n)
{
	size_t i;

	assert_non_null(file);
	for (i = 0; i < n; i++)
		putc('a' + (int)(i % 23), file);
	assert_int_equal(fflush(file), 0);
	return file;
}

static void
assert_takes_parts_of(struct scene *s, FILE *from)
{
	enum {
		LONG = 300 * 1000,
		HOLE = 5
	};
	struct whole_file *wf = whole_file_open(s->path, &s->f);
	FILE *file;
	long i;

	fill(from, LONG);
	assert_non_null(wf);
	fputs("head", whole_file_stream(wf));
	assert_int_equal(whole_file_append(wf, from, 0, 2, &s->f), 0);
	fputs("middle", whole_file_stream(wf));
	assert_int_equal(whole_file_append(wf, from, HOLE, LONG, &s->f), 0);
	assert_int_equal(whole_file_append(wf, from, LONG, LONG, &s->f), 0);
	assert_int_equal(
	    ftello(whole_file_stream(wf)), 4 + 2 + 6 + LONG - HOLE);
	fputs("tail", whole_file_stream(wf));
	assert_int_equal(whole_file_written(wf, &s->f), 0);
	assert_int_equal(whole_file_commit(wf, &s->f), 0);
	whole_file_close(wf);

	file = fopen(s->path, "r");
	assert_non_null(file);
	for (i = 0; i < 12; i++)
		assert_int_equal(getc(file), "headabmiddle"[i]);
	for (i = HOLE; i < LONG; i++)
		assert_int_equal(getc(file), 'a' + (int)(i % 23));
	for (i = 0; i < 4; i++)
		assert_int_equal(getc(file), "tail"[i]);
	assert_int_equal(getc(file), EOF);
	fclose(file);
	fclose(from);
}

static void
takes_parts_from_another_file_between_what_is_written(void **state)
{
	assert_takes_parts_of(*state, tmpfile());
}

/* Where the system does not copy from one file system to the other. */
static void
takes_parts_from_a_file_elsewhere(void **state)
{
	int fd = memfd_create("elsewhere", MFD_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_takes_parts_of(*state, fdopen(fd, "w+"));
}

static void
refuses_a_file_that_was_cut(void **state)
{
	struct scene *s = *state;
	struct whole_file *wf = whole_file_open(s->path, &s->f);
	FILE *from = fill(tmpfile(), 10);

	assert_non_null(wf);
	assert_int_equal(whole_file_append(wf, from, 4, 11, &s->f), -1);
	assert_int_equal(s->f.status, EX_CANTCREAT);
	assert_non_null(strstr(s->f.text, "was cut while it was read"));
	whole_file_close(wf);
	fclose(from);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(appears_whole),
		TEST(not_committed_it_leaves_no_trace),
		TEST(a_new_file_obeys_the_umask),
		TEST(keeps_mode_and_group_of_the_old_one),
		TEST(leaves_alone_what_would_not_change),
		TEST(compares_long_files_to_the_end),
		TEST(replaces_what_a_link_leads_to),
		TEST(refuses_what_is_no_file),
		TEST(writes_beside_a_name_without_a_folder),
		TEST(a_full_disk_leaves_the_old_file),
		TEST(says_what_permission_is_missing),
		TEST(a_kill_leaves_nothing),
		TEST(takes_parts_from_another_file_between_what_is_written),
		TEST(takes_parts_from_a_file_elsewhere),
		TEST(refuses_a_file_that_was_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
