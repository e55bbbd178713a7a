#define _XOPEN_SOURCE 700 /* nftw */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fault.h"
#include "base/log.h"
#include "files/files.h"
#include "files/mbox.h"
#include "files/sliding_window.h"

enum {
	KEPT = 64
};

/* A folder of its own, and what a walk handed over. */
struct scene {
	char dir[100];
	struct limits limits;
	struct fault fault;
	size_t n, n_unreadable;
	struct got {
		char source[300];
		char *bytes;
		size_t len;
		uint64_t size;
		bool too_large, is_mail, is_named;
	} got[KEPT];
	struct fault unreadable[KEPT];
	size_t stop_after; /* messages; 0: never */
	bool stop_at_unreadable;
};

static void
forget(struct scene *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->got[i].bytes);
	s->n = s->n_unreadable = 0;
}

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	const char *tmp = getenv("TMPDIR");

	if (s == NULL)
		return -1;
	snprintf(s->dir, sizeof s->dir, "%s/filesXXXXXX",
	    tmp != NULL && strlen(tmp) < 60 ? tmp : "/tmp");
	s->limits = limits_default;
	*state = s;
	return mkdtemp(s->dir) == NULL ? -1 : 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	forget(s);
	nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(s);
	return 0;
}

static int
on_message(void *arg, const struct message *m, struct fault *f)
{
	struct scene *s = arg;
	struct got *got = &s->got[s->n];

	assert_true(s->n < KEPT);
	snprintf(got->source, sizeof got->source, "%s", m->source);
	got->bytes = calloc(1, m->bytes.n + 1);
	assert_non_null(got->bytes);
	if (m->bytes.n > 0)
		memcpy(got->bytes, m->bytes.p, m->bytes.n);
	got->len = m->bytes.n;
	got->size = m->size;
	got->too_large = m->too_large;
	got->is_mail = m->is_mail;
	got->is_named = m->is_named;
	assert_false(m->has_arrival);
	assert_int_equal(m->mailbox, 0);
	assert_int_equal(m->uid, 0);
	if (++s->n == s->stop_after)
		return fault(f, FAULT_HOST, EX_IOERR, "store: full");
	return 0;
}

static int
on_unreadable(void *arg, const struct fault *f)
{
	struct scene *s = arg;

	assert_true(s->n_unreadable < KEPT);
	s->unreadable[s->n_unreadable++] = *f;
	return s->stop_at_unreadable ? -1 : 0;
}

static char *
path_of(const struct scene *s, const char *name)
{
	static char path[400];

	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	return path;
}

static void
make_bytes(const struct scene *s, const char *name, const void *bytes, size_t n)
{
	FILE *f = fopen(path_of(s, name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void
make(const struct scene *s, const char *name, const char *text)
{
	make_bytes(s, name, text, strlen(text));
}

static void
make_folder(const struct scene *s, const char *name)
{
	assert_int_equal(mkdir(path_of(s, name), 0700), 0);
}

static int
walk_path(struct scene *s, const char *path)
{
	struct files_handler handler = { on_message, on_unreadable, s };

	forget(s);
	return files_walk(path, &s->limits, &handler, &s->fault);
}

static void
walk(struct scene *s, const char *name)
{
	assert_int_equal(walk_path(s, path_of(s, name)), 0);
}

/* Message `i`: the end of its source, and its bytes. */
static void
assert_got(struct scene *s, size_t i, const char *source, const char *bytes)
{
	size_t n = strlen(source), len;

	assert_true(i < s->n);
	len = strlen(s->got[i].source);
	if (len < n || strcmp(s->got[i].source + len - n, source) != 0)
		fail_msg("%zu: %s, not %s", i, s->got[i].source, source);
	assert_string_equal(s->got[i].bytes, bytes);
	assert_int_equal(s->got[i].len, strlen(bytes));
	if (!s->got[i].too_large)
		assert_int_equal(s->got[i].size, s->got[i].len);
}

#define FROM "From a@b.example Tue Mar  3 05:24:41 2026\n"

static void
hands_over_a_file_as_it_is(void **state)
{
	static const char bytes[] = "\x1f\x8b\0\0From \n";
	struct scene *s = *state;

	make_bytes(s, "r.json.gz", bytes, sizeof bytes - 1);
	walk(s, "r.json.gz");
	assert_int_equal(s->n, 1);
	assert_string_equal(s->got[0].source, path_of(s, "r.json.gz"));
	assert_int_equal(s->got[0].len, sizeof bytes - 1);
	assert_memory_equal(s->got[0].bytes, bytes, sizeof bytes - 1);
	assert_false(s->got[0].too_large);
	make(s, "empty", "");
	walk(s, "empty");
	assert_int_equal(s->n, 1);
	assert_got(s, 0, "/empty", "");
}

static void
takes_an_mbox_apart(void **state)
{
	struct scene *s = *state;

	make(s, "in.mbox",
	    FROM "Subject: 1\n\none\n\n" FROM
		 "Subject: 2\n\ntwo\n\nmore\n\n" FROM "Subject: 3\n\nthree");
	walk(s, "in.mbox");
	assert_int_equal(s->n, 3);
	assert_got(s, 0, "in.mbox#1", "Subject: 1\n\none\n");
	assert_got(s, 1, "in.mbox#2", "Subject: 2\n\ntwo\n\nmore\n");
	assert_got(s, 2, "in.mbox#3", "Subject: 3\n\nthree");
}

/* What a file of mails holds; "|" stands between them. */
static const struct mbox_row {
	const char *what, *text, *mails;
} mbox_rows[] = {
	{ "one mail", FROM "A: b\n\nx\n", "A: b\n\nx\n" },
	{ "CR LF",
	    "From a Tue Mar  3 05:24:41 2026\r\nA: b\r\n\r\nx\r\n\r\n"
	    "From a Tue Mar  3 05:24:41 2026\r\nA: c\r\n\r\ny\r\n",
	    "A: b\r\n\r\nx\r\n|A: c\r\n\r\ny\r\n" },
	{ "no empty line between", FROM "A: b\n\nx\n" FROM "A: c\n\ny\n",
	    "A: b\n\nx\n|A: c\n\ny\n" },
	{ "undone mboxrd quotes",
	    FROM "A: b\n\n>From x\n>>From y\n> From z\n>Frog\n",
	    "A: b\n\nFrom x\n>From y\n> From z\n>Frog\n" },
	{ "a From in a text", FROM "A: b\n\nx\n\nFrom here on\n",
	    "A: b\n\nx\n\nFrom here on\n" },
	{ "forms of the date",
	    "From - Tue Mar 03 05:24:41 2026\nA: 1\n\n"
	    "From MAILER-DAEMON Tue Mar  3 05:24 2026\nA: 2\n\n"
	    "From 17@xxx Tue Mar 03 05:24:41 +0000 2026\nA: 3\n\n"
	    "From a@b Tue, 3 Mar 2026 5:24:41 GMT\nA: 4\n\n"
	    "From \"a b\"@c Tue Mar 3 05:24:41 CET 2026 remote from x\nA: 5\n",
	    "A: 1\n|A: 2\n|A: 3\n|A: 4\n|A: 5\n" },
	{ "no dates at all",
	    "From a@b\nA: 1\n\nx\nFrom y\n\nFrom c@d\nA: 2\n\nz\n",
	    "A: 1\n\nx\nFrom y\n|A: 2\n\nz\n" },
	{ "empty mails", FROM FROM "\n" FROM, "||" },
	{ "a From line alone", "From a Tue Mar  3 05:24:41 2026", "" },
	{ "mboxcl2",
	    FROM "Content-Length: 67\n\n" FROM "It is quoted, is it not\n\n"
		 "\n" FROM "A: 2\nCONTENT-LENGTH:  2 \n\ny\n\n",
	    "Content-Length: 67\n\n" FROM
	    "It is quoted, is it not\n\n|A: 2\nCONTENT-LENGTH:  2 \n\ny\n" },
	{ "mboxcl2 keeps quotes",
	    FROM "Content-Length: 8\n\n>From x\n\n" FROM
		 "Content-Length: 2\n\ny\n",
	    "Content-Length: 8\n\n>From x\n|Content-Length: 2\n\ny\n" },
	{ "mboxcl2 without a last line end",
	    FROM "Content-Length: 1\n\nx\n\n" FROM "Content-Length: 1\n\ny",
	    "Content-Length: 1\n\nx|Content-Length: 1\n\ny" },
	{ "a length that is too short",
	    FROM "Content-Length: 1\n\nxyz\n\n" FROM "A: 2\n\ny\n",
	    "Content-Length: 1\n\nxyz\n|A: 2\n\ny\n" },
	{ "a length beyond the file",
	    FROM "Content-Length: 1000\n\nxyz\n\n" FROM "A: 2\n\ny\n",
	    "Content-Length: 1000\n\nxyz\n|A: 2\n\ny\n" },
	{ "lengths that no number holds",
	    FROM "Content-Length: 18446744073709551617\n\nx\n\n" FROM
		 "Content-Length: -1\n\ny\n",
	    "Content-Length: 18446744073709551617\n\nx\n|"
	    "Content-Length: -1\n\ny\n" },
	{ "two lengths",
	    FROM "Content-Length: 2\nContent-Length: 2\n\n>From\n\n" FROM
		 "A: 2\n\ny\n",
	    "Content-Length: 2\nContent-Length: 2\n\n>From\n|A: 2\n\ny\n" },
	{ "a length that swallows a mail, behind one without",
	    FROM "A: 1\n\nx\n\n" FROM "Content-Length: 53\n\ny\n\n" FROM
		 "A: 3\n\nz\n\n" FROM "A: 4\n\nz\n",
	    "A: 1\n\nx\n|Content-Length: 53\n\ny\n|A: 3\n\nz\n|A: 4\n\nz\n" },
};

/* A reader that gives a few bytes at a time. */
struct drip {
	const char *p;
	size_t left, step;
};

static ssize_t
drip_read(void *arg, void *p, size_t n)
{
	struct drip *d = arg;

	n = n < d->step ? n : d->step;
	n = n < d->left ? n : d->left;
	memcpy(p, d->p, n);
	d->p += n;
	d->left -= n;
	return (ssize_t)n;
}

static void
assert_mails(const struct mbox_row *row, size_t step)
{
	struct limits limits = limits_default;
	struct window w = { .buf.max = mbox_window_max(&limits) };
	struct drip drip = { row->text, strlen(row->text), step };
	char all[2000] = "";
	size_t n = 0;
	struct mbox_mail mail;
	struct mbox m;
	int got;

	window_begin(&w, drip_read, &drip);
	mbox_begin(&m, &w, &limits);
	while ((got = mbox_next(&m, &mail)) == 1) {
		n += (size_t)snprintf(all + n, sizeof all - n, "%s%.*s",
		    mail.number > 1 ? "|" : "", (int)mail.bytes.n,
		    mail.bytes.p);
		assert_int_equal(mail.size, mail.bytes.n);
	}
	mbox_end(&m);
	window_free(&w);
	assert_int_equal(got, 0);
	if (strcmp(all, row->mails) != 0)
		fail_msg("%s, by %zu: %s", row->what, step, all);
}

static void
reads_every_kind_of_mbox(void **state)
{
	static const size_t steps[] = { 1, 2, 3, 7, 64, 100000 };
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof mbox_rows / sizeof *mbox_rows; i++)
		for (j = 0; j < sizeof steps / sizeof *steps; j++)
			assert_mails(&mbox_rows[i], steps[j]);
}

static void
a_file_at_the_limit_is_whole_and_one_beyond_is_not(void **state)
{
	struct scene *s = *state;
	char text[3000];

	s->limits.message = 2000;
	s->limits.header = 100;
	memset(text, 'x', sizeof text);
	text[0] = ':';
	text[1] = text[2] = '\n';
	make_bytes(s, "f", text, 2000);
	walk(s, "f");
	assert_false(s->got[0].too_large);
	assert_int_equal(s->got[0].len, 2000);
	make_bytes(s, "f", text, 2001);
	walk(s, "f");
	assert_true(s->got[0].too_large);
	assert_int_equal(s->got[0].size, 2001);
	assert_got(s, 0, "/f", ":\n\n");
	text[2] = 'x';
	make_bytes(s, "f", text, 3000);
	walk(s, "f");
	assert_int_equal(s->got[0].len, 100);
	assert_int_equal(s->got[0].size, 3000);
}

static void
a_mail_at_the_limit_is_whole_and_one_beyond_is_not(void **state)
{
	struct scene *s = *state;
	static const size_t body[] = { 1994, 1995, 3000, 300000 };
	size_t i, n;
	char *text = malloc(400000);

	assert_non_null(text);
	s->limits.message = 2000;
	for (i = 0; i < 4; i++) {
		n = (size_t)sprintf(text, "%s", FROM "A: b\n\n");
		memset(text + n, i == 2 ? '\n' : 'x', body[i]);
		n += body[i] - 1;
		n += (size_t)sprintf(text + n, "\n\n%s", FROM "C: d\n\ny\n");
		make_bytes(s, "m", text, n);
		walk(s, "m");
		assert_int_equal(s->n, 2);
		assert_int_equal(s->got[0].size, body[i] + 6);
		assert_int_equal(s->got[0].too_large, i > 0);
		if (i > 0)
			assert_got(s, 0, "m#1", "A: b\n\n");
		else
			assert_int_equal(s->got[0].len, 2000);
		assert_got(s, 1, "m#2", "C: d\n\ny\n");
	}
	free(text);
}

static void
walks_a_maildir_without_tmp(void **state)
{
	struct scene *s = *state;

	make_folder(s, "md");
	make_folder(s, "md/cur");
	make_folder(s, "md/new");
	make_folder(s, "md/tmp");
	make_folder(s, "md/.Junk");
	make(s, "md/dovecot-uidlist", "3 V1\n");
	make(s, "md/tmp/3.h", "A: 3\n");
	make(s, "md/new/2.h", "A: 2\n");
	make(s, "md/cur/1.h:2,S", "A: 1\n");
	make(s, "md/cur/0.h:2,ST", "A: 0\n");
	make(s, "md/.Junk/x", "A: x\n");
	walk(s, "md");
	assert_int_equal(s->n, 3);
	assert_got(s, 0, "/md/cur/0.h:2,ST", "A: 0\n");
	assert_got(s, 1, "/md/cur/1.h:2,S", "A: 1\n");
	assert_got(s, 2, "/md/new/2.h", "A: 2\n");
	assert_int_equal(s->n_unreadable, 0);
}

static void
takes_every_file_of_a_maildir_for_one_mail(void **state)
{
	struct scene *s = *state;

	make_folder(s, "md");
	make_folder(s, "md/cur");
	make_folder(s, "md/new");
	make(s, "md/cur/a", FROM "A: 1\n\n" FROM "A: 2\n");
	make(s, "md/new/b", "{}");
	walk(s, "md");
	assert_int_equal(s->n, 2);
	assert_got(s, 0, "/md/cur/a", FROM "A: 1\n\n" FROM "A: 2\n");
	assert_true(s->got[0].is_mail);
	assert_true(s->got[1].is_mail);
	assert_false(s->got[1].is_named);
}

static void
knows_an_mbox_behind_a_byte_order_mark_and_empty_lines(void **state)
{
	static const char *const fronts[] = { "", "\xef\xbb\xbf", "\n\n",
		"\r\n", "\xef\xbb\xbf\r\n\n" };
	struct scene *s = *state;
	char text[200];
	size_t i;

	for (i = 0; i < sizeof fronts / sizeof *fronts; i++) {
		snprintf(text, sizeof text, "%s%s", fronts[i],
		    FROM "A: 1\n\n" FROM "\xef\xbb\xbf"
			 "A: 2\n");
		make(s, "m", text);
		walk(s, "m");
		assert_int_equal(s->n, 2);
		assert_got(s, 0, "m#1", "A: 1\n");
		assert_got(s, 1, "m#2",
		    "\xef\xbb\xbf"
		    "A: 2\n");
		assert_true(s->got[1].is_mail);
	}
}

static void
tells_a_file_that_was_named_from_one_of_a_folder(void **state)
{
	struct scene *s = *state;

	make_folder(s, "f");
	make(s, "f/a", "A: 1\n");
	walk(s, "f/a");
	assert_true(s->got[0].is_named);
	assert_false(s->got[0].is_mail);
	walk(s, "f");
	assert_false(s->got[0].is_named);
}

static void
walks_a_folder_of_any_mix_in_the_order_of_names(void **state)
{
	struct scene *s = *state;

	make_folder(s, "f");
	make_folder(s, "f/b");
	make_folder(s, "f/b/tmp");
	make_folder(s, "f/e");
	make(s, "f/a.json", "{}");
	make(s, "f/b/tmp/x.eml", "A: x\n");
	make(s, "f/c.mbox", FROM "A: 1\n\n" FROM "A: 2\n");
	make(s, "f/.hidden", "no");
	make(s, "f/d", "");
	walk(s, "f");
	assert_int_equal(s->n, 5);
	assert_got(s, 0, "/f/a.json", "{}");
	assert_got(s, 1, "/f/b/tmp/x.eml", "A: x\n");
	assert_got(s, 2, "/f/c.mbox#1", "A: 1\n");
	assert_got(s, 3, "/f/c.mbox#2", "A: 2\n");
	assert_got(s, 4, "/f/d", "");
	walk(s, "f/");
	assert_got(s, 0, "/f/a.json", "{}");
	assert_null(strstr(s->got[0].source, "//"));
}

static void
follows_links_to_files_and_not_to_folders(void **state)
{
	struct scene *s = *state;

	make_folder(s, "f");
	make(s, "a", "one");
	assert_int_equal(symlink("../a", path_of(s, "f/a")), 0);
	assert_int_equal(symlink(".", path_of(s, "f/loop")), 0);
	assert_int_equal(symlink("nowhere", path_of(s, "f/lost")), 0);
	walk(s, "f");
	assert_int_equal(s->n, 1);
	assert_got(s, 0, "/f/a", "one");
	assert_int_equal(s->n_unreadable, 1);
	assert_int_equal(s->unreadable[0].status, EX_NOINPUT);
	assert_non_null(strstr(
	    s->unreadable[0].text, "/f/lost: No such file or directory"));
	walk(s, "f/loop");
	assert_int_equal(s->n, 1);
}

static void
follows_no_link_where_others_may_write(void **state)
{
	static const mode_t modes[] = { 0700, 0755, 0770, 0707, 01777 };
	struct scene *s = *state;
	size_t i;

	make_folder(s, "f");
	make(s, "f/a", "one");
	assert_int_equal(symlink("a", path_of(s, "f/b")), 0);
	for (i = 0; i < sizeof modes / sizeof *modes; i++) {
		assert_int_equal(chmod(path_of(s, "f"), modes[i]), 0);
		walk(s, "f");
		assert_int_equal(s->n, (modes[i] & 022) == 0 ? 2 : 1);
		assert_int_equal(s->n_unreadable, 0);
	}
}

static void
reads_no_device(void **state)
{
	struct scene *s = *state;

	make_folder(s, "f");
	assert_int_equal(symlink("/dev/zero", path_of(s, "f/a")), 0);
	make(s, "f/z", "last");
	walk(s, "f");
	assert_int_equal(s->n, 1);
	assert_got(s, 0, "/f/z", "last");
	walk(s, "f/a");
	assert_int_equal(s->n, 0);
	assert_int_equal(s->n_unreadable, 1);
	assert_int_equal(s->unreadable[0].status, EX_NOINPUT);
	assert_non_null(
	    strstr(s->unreadable[0].text, "/f/a: a device, not a file"));
}

static void
passes_over_what_is_no_file_without_waiting(void **state)
{
	struct scene *s = *state;

	make_folder(s, "f");
	assert_int_equal(mkfifo(path_of(s, "f/fifo"), 0600), 0);
	assert_int_equal(symlink("fifo", path_of(s, "f/link")), 0);
	make(s, "f/z", "last");
	walk(s, "f");
	assert_int_equal(s->n, 1);
	assert_got(s, 0, "/f/z", "last");
	assert_int_equal(s->n_unreadable, 0);
}

static void
a_path_that_does_not_exist_is_66(void **state)
{
	struct scene *s = *state;

	walk(s, "nowhere");
	assert_int_equal(s->n, 0);
	assert_int_equal(s->n_unreadable, 1);
	assert_int_equal(s->unreadable[0].status, EX_NOINPUT);
	assert_int_equal(s->unreadable[0].scope, FAULT_MESSAGE);
	assert_non_null(strstr(
	    s->unreadable[0].text, "/nowhere: No such file or directory"));
}

static void
goes_on_behind_a_file_that_cannot_be_read(void **state)
{
	struct scene *s = *state;

	if (geteuid() == 0)
		skip();
	make_folder(s, "f");
	make(s, "f/a", "one");
	make(s, "f/b", "two");
	make_folder(s, "f/c");
	make(s, "f/d", "four");
	assert_int_equal(chmod(path_of(s, "f/b"), 0), 0);
	assert_int_equal(chmod(path_of(s, "f/c"), 0), 0);
	walk(s, "f");
	assert_int_equal(chmod(path_of(s, "f/c"), 0700), 0);
	assert_int_equal(s->n, 2);
	assert_got(s, 1, "/f/d", "four");
	assert_int_equal(s->n_unreadable, 2);
	assert_int_equal(s->unreadable[0].status, EX_NOINPUT);
}

static void
goes_down_a_hundred_folders_and_no_further(void **state)
{
	struct scene *s = *state;
	int depth, here = open(".", O_RDONLY), before = dup(here);

	assert_int_equal(chdir(s->dir), 0);
	for (depth = 1; depth <= 101; depth++) {
		assert_int_equal(mkdir("d", 0700), 0);
		assert_int_equal(chdir("d"), 0);
		if (depth == 99 || depth == 100)
			close(open("f", O_WRONLY | O_CREAT, 0600));
	}
	assert_int_equal(fchdir(here), 0);
	assert_int_equal(walk_path(s, s->dir), 0);
	assert_int_equal(s->n, 1);
	assert_int_equal(s->n_unreadable, 1);
	assert_non_null(
	    strstr(s->unreadable[0].text, "folders nested too deep"));
	close(before);
	assert_int_equal(dup(here), before);
	close(before);
	close(here);
}

static void
a_handler_stops_the_walk(void **state)
{
	struct scene *s = *state;

	make_folder(s, "f");
	make(s, "f/a", "one");
	make(s, "f/b", FROM "A: 1\n\n" FROM "A: 2\n");
	make(s, "f/c", "three");
	for (s->stop_after = 1; s->stop_after <= 3; s->stop_after++) {
		assert_int_equal(walk_path(s, path_of(s, "f")), -1);
		assert_int_equal(s->n, s->stop_after);
		assert_string_equal(s->fault.text, "store: full");
	}
	s->stop_after = 0;
	s->stop_at_unreadable = true;
	assert_int_equal(walk_path(s, path_of(s, "nowhere")), -1);
	assert_int_equal(s->fault.scope, FAULT_HOST);
	assert_int_equal(s->fault.status, EX_NOINPUT);
}

/* With the text on standard input, through a pipe. */
static void
walk_stdin(struct scene *s, const char *text)
{
	int ends[2], saved = dup(STDIN_FILENO);

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(walk_path(s, "-"), 0);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void
reads_standard_input(void **state)
{
	struct scene *s = *state;

	walk_stdin(s, "{}");
	assert_int_equal(s->n, 1);
	assert_got(s, 0, "-", "{}");
	walk_stdin(s, FROM "A: 1\n\n" FROM "A: 2\n");
	assert_int_equal(s->n, 2);
	assert_got(s, 1, "-#2", "A: 2\n");
	s->limits.message = 1024;
	s->limits.header = 5;
	walk_stdin(s, "");
	assert_got(s, 0, "-", "");
}

static void
counts_a_stream_that_is_too_large(void **state)
{
	struct scene *s = *state;
	char text[5000];

	s->limits.message = 1024;
	s->limits.header = 5;
	memset(text, 'x', sizeof text);
	text[4999] = '\0';
	walk_stdin(s, text);
	assert_int_equal(s->n, 1);
	assert_true(s->got[0].too_large);
	assert_int_equal(s->got[0].size, 4999);
	assert_got(s, 0, "-", "xxxxx");
}

static void
a_header_block_ends_at_its_empty_line_or_the_bound(void **state)
{
	static const struct {
		const char *mail;
		size_t max, n;
	} rows[] = { { "A: b\n\nx\n", 100, 6 }, { "A: b\r\n\r\nx", 100, 8 },
		{ "A: b\n\nx\n", 6, 6 }, { "A: b\n\nx\n", 5, 5 },
		{ "A: b\n", 100, 5 }, { "A: b", 100, 4 }, { "\nx", 100, 1 },
		{ "", 100, 0 }, { "A: b", 0, 0 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (mbox_header(span_of(rows[i].mail), rows[i].max).n !=
		    rows[i].n)
			fail_msg("row %zu", i);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hands_over_a_file_as_it_is),
		TEST(takes_an_mbox_apart),
		TEST(reads_every_kind_of_mbox),
		TEST(a_file_at_the_limit_is_whole_and_one_beyond_is_not),
		TEST(a_mail_at_the_limit_is_whole_and_one_beyond_is_not),
		TEST(walks_a_maildir_without_tmp),
		TEST(walks_a_folder_of_any_mix_in_the_order_of_names),
		TEST(takes_every_file_of_a_maildir_for_one_mail),
		TEST(knows_an_mbox_behind_a_byte_order_mark_and_empty_lines),
		TEST(tells_a_file_that_was_named_from_one_of_a_folder),
		TEST(follows_links_to_files_and_not_to_folders),
		TEST(follows_no_link_where_others_may_write),
		TEST(reads_no_device),
		TEST(passes_over_what_is_no_file_without_waiting),
		TEST(a_path_that_does_not_exist_is_66),
		TEST(goes_on_behind_a_file_that_cannot_be_read),
		TEST(goes_down_a_hundred_folders_and_no_further),
		TEST(a_handler_stops_the_walk),
		TEST(reads_standard_input),
		TEST(counts_a_stream_that_is_too_large),
		TEST(a_header_block_ends_at_its_empty_line_or_the_bound),
	};

	log_init(0, true); /* what is passed over need not be said here */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
