#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/folder.h"

/* A folder "in" with a folder "real" in it, and the working directory there. */
struct scene {
	char dir[256];
	int before;
};

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	const char *tmp = getenv("TMPDIR");

	snprintf(s->dir, sizeof s->dir, "%s/tlsrua-folder-XXXXXX",
	    tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->dir));
	s->before = open(".", O_RDONLY | O_DIRECTORY);
	assert_int_equal(chdir(s->dir), 0);
	assert_int_equal(mkdir("in", 0755), 0);
	assert_int_equal(mkdir("in/real", 0755), 0);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	unlink("in/link");
	unlink("in/file");
	assert_int_equal(rmdir("in/real"), 0);
	assert_int_equal(rmdir("in"), 0);
	assert_int_equal(fchdir(s->before), 0);
	close(s->before);
	assert_int_equal(rmdir(s->dir), 0);
	free(s);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
assert_leads_to(const char *path, const char *expected)
{
	struct stat sb, real;
	int fd = folder_open(AT_FDCWD, path);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &sb), 0);
	assert_int_equal(stat(expected, &real), 0);
	assert_int_equal(sb.st_ino, real.st_ino);
	close(fd);
}

static void
assert_refused(const char *path, int error)
{
	errno = 0;
	assert_int_equal(folder_open(AT_FDCWD, path), -1);
	assert_int_equal(errno, error);
}

static void
opens_what_a_path_names(void **state)
{
	struct scene *s = *state;
	char absolute[300];

	snprintf(absolute, sizeof absolute, "%s//in/./real/", s->dir);
	assert_leads_to(absolute, "in/real");
	assert_leads_to("in/../in/real/..", "in");
	assert_leads_to(".", ".");
	assert_leads_to("", ".");
	assert_leads_to("/", "/");
	assert_refused("in/none", ENOENT);
	close(open("in/file", O_CREAT | O_WRONLY, 0600));
	assert_refused("in/file", ENOTDIR);
	assert_refused("in/file/x", ENOTDIR);
}

static void
refuses_what_is_too_long(void **state)
{
	char path[5000];

	(void)state;
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	assert_refused(path, ENAMETOOLONG);
	path[255] = '\0';
	assert_refused(path, ENOENT);
	path[255] = 'x';
	path[256] = '\0';
	assert_refused(path, ENAMETOOLONG);
}

static void
follows_links_of_its_own(void **state)
{
	struct scene *s = *state;
	char absolute[300];

	assert_int_equal(symlink("../in/real", "in/link"), 0);
	assert_leads_to("in/link", "in/real");
	assert_leads_to("in/link/..", "in");
	unlink("in/link");
	snprintf(absolute, sizeof absolute, "%s/in/real", s->dir);
	assert_int_equal(symlink(absolute, "in/link"), 0);
	assert_leads_to("in/link", "in/real");
	unlink("in/link");
	assert_int_equal(symlink("link", "in/link"), 0);
	assert_refused("in/link", ELOOP);
}

static void
follows_no_link_that_others_could_have_made(void **state)
{
	static const mode_t modes[] = { 0775, 0757, 01777 };
	size_t i;

	(void)state;
	assert_int_equal(symlink("real", "in/link"), 0);
	for (i = 0; i < sizeof modes / sizeof *modes; i++) {
		assert_int_equal(chmod("in", modes[i]), 0);
		assert_refused("in/link", ELOOP);
		assert_leads_to("in/real", "in/real");
	}
	assert_int_equal(chmod("in", 0755), 0);
	assert_leads_to("in/link", "in/real");
	if (getuid() != 0)
		return;
	assert_int_equal(chown("in", 65534, 65534), 0);
	assert_refused("in/link", ELOOP);
}

/* The file is `name` in the folder `expected`, and is there or not. */
static void
assert_found(
    const char *path, const char *expected, const char *name, bool there)
{
	char found[NAME_MAX + 1];
	struct stat sb, folder, real;
	int fd = folder_find_file(AT_FDCWD, path, found, &sb);

	assert_true(fd >= 0);
	assert_string_equal(found, name);
	assert_int_equal(sb.st_mode != 0, there);
	assert_int_equal(fstat(fd, &folder), 0);
	assert_int_equal(stat(expected, &real), 0);
	assert_int_equal(folder.st_ino, real.st_ino);
	close(fd);
}

static void
assert_not_found(const char *path, int error)
{
	char found[NAME_MAX + 1];
	struct stat sb;

	errno = 0;
	assert_int_equal(folder_find_file(AT_FDCWD, path, found, &sb), -1);
	assert_int_equal(errno, error);
}

static void
finds_the_folder_of_a_file(void **state)
{
	(void)state;
	assert_found("in/real/page.html", "in/real", "page.html", false);
	assert_found("/page.html", "/", "page.html", false);
	assert_found("page.html", ".", "page.html", false);
	assert_found("in/real", "in", "real", true);
	assert_not_found("in/none/page.html", ENOENT);
	assert_not_found("in/", ENOENT);
}

static void
finds_where_a_link_to_a_file_leads(void **state)
{
	(void)state;
	assert_int_equal(symlink("../in/file", "in/link"), 0);
	assert_not_found("in/link", ENOENT);
	close(open("in/file", O_CREAT | O_WRONLY, 0600));
	assert_found("in/link", "in", "file", true);
	assert_int_equal(chmod("in", 0777), 0);
	assert_not_found("in/link", ELOOP);
	assert_found("in/file", "in", "file", true);
	unlink("in/link");
	assert_int_equal(chmod("in", 0755), 0);
	assert_int_equal(symlink("link", "in/link"), 0);
	assert_not_found("in/link", ELOOP);
}

static void
makes_a_folder_of_which_the_last_part_is_missing(void **state)
{
	struct stat sb;

	(void)state;
	assert_int_equal(folder_make("in/real"), 0);
	assert_int_equal(folder_make("in/new//"), 0);
	assert_int_equal(stat("in/new", &sb), 0);
	assert_true(S_ISDIR(sb.st_mode));
	assert_int_equal(folder_make("in/new"), 0);
	assert_int_equal(rmdir("in/new"), 0);
	assert_int_equal(folder_make("in/new/deeper"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(stat("in/new", &sb), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(opens_what_a_path_names),
		TEST(refuses_what_is_too_long),
		TEST(follows_links_of_its_own),
		TEST(follows_no_link_that_others_could_have_made),
		TEST(finds_the_folder_of_a_file),
		TEST(finds_where_a_link_to_a_file_leads),
		TEST(makes_a_folder_of_which_the_last_part_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
