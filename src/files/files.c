#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "files/directory_listing.h"
#include "files/files.h"
#include "files/mbox.h"
#include "files/sliding_window.h"
#include "model/message.h"

enum {
	DEPTH_MAX = 100,    /* folders in folders; each takes a descriptor */
	DEEPER_MAX = 32768, /* bytes that a path can grow by */
	KIND_BYTES = 1024,  /* at the front of a file: they tell what it is */
	NUMBER_LENGTH = 24  /* "#18446744073709551615" */
};

/* A walk, and how far it is. */
struct walk {
	const struct limits *limits;
	const struct files_handler *handler;
	struct fault *fault;
	struct window window; /* of the present file */
	struct buf path;      /* of the present file, terminated */
	struct buf source;    /* the same with "#" and the number of a mail */
	struct buf head;      /* header block of a mail that is too large */
	struct {
		struct listing *listing;
		size_t path; /* the length of its path */
	} level[DEPTH_MAX];
	size_t depth;
	bool is_named; /* the present file is the path of the walk itself */
};

/* Tell the handler; -1 when it ends the walk. */
static int
unreadable(struct walk *w, int status, const char *why)
{
	struct fault f = { 0 };

	fault(&f, FAULT_MESSAGE, status, "%s: %s", w->path.data, why);
	if (w->handler->unreadable(w->handler->arg, &f) == 0)
		return 0;
	*w->fault = f;
	w->fault->scope = FAULT_HOST;
	return -1;
}

static int
unreadable_errno(struct walk *w)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case EACCES:
	case EPERM:
	case ELOOP:
	case ENXIO:
	case ENAMETOOLONG:
		return unreadable(w, EX_NOINPUT, strerror(errno));
	case ENOMEM:
		out_of_memory();
	default:
		return unreadable(w, EX_IOERR, strerror(errno));
	}
}

/* Set the path: its first `len` bytes, which name a folder, and `name`. */
static int
set_path(struct walk *w, size_t len, const char *name)
{
	w->path.len = len;
	if ((len > 0 && w->path.data[len - 1] != '/' &&
		buf_append(&w->path, "/", 1) == -1) ||
	    buf_append(&w->path, name, strlen(name) + 1) == -1) {
		w->path.data[len] = '\0';
		return -1;
	}
	w->path.len--;
	return 0;
}

/* "PATH#3" */
static const char *
source_of(struct walk *w, uint64_t number)
{
	char text[NUMBER_LENGTH];

	snprintf(text, sizeof text, "#%" PRIu64, number);
	buf_reset(&w->source);
	if (buf_append(&w->source, w->path.data, w->path.len) == -1 ||
	    buf_append(&w->source, text, strlen(text) + 1) == -1)
		return w->path.data;
	return w->source.data;
}

static int
each_mail(struct walk *w)
{
	struct mbox_mail mail;
	struct message m;
	struct mbox box;
	int rc = 0, got;

	mbox_begin(&box, &w->window, w->limits);
	while (rc == 0 && (got = mbox_next(&box, &mail)) != 0) {
		if (got == -1) {
			rc = unreadable_errno(w);
			break;
		}
		m = (struct message){
			.source = source_of(w, mail.number),
			.bytes = mail.bytes,
			.size = mail.size,
			.too_large = mail.too_large,
			.is_mail = true,
		};
		rc = w->handler->message(w->handler->arg, &m, w->fault);
	}
	mbox_end(&box);
	return rc;
}

/* Read on until that many bytes are there, or the file ends. */
static int
read_until(struct walk *w, uint64_t bytes)
{
	int more = 1;

	while (more == 1 && window_span(&w->window).n < bytes)
		more = window_more(&w->window);
	return more == -1 ? -1 : 0;
}

/* Read a stream to its end, to add up its size. */
static int
count_rest(struct walk *w, uint64_t *size)
{
	int more;

	do {
		size_t n = window_span(&w->window).n;

		*size += n;
		window_use(&w->window, n);
	} while ((more = window_more(&w->window)) == 1);
	return more;
}

/* Hand over the header block alone of a file over the limit. */
static int
give_head(struct walk *w, const struct stat *st, struct message *m)
{
	struct span s;

	if (read_until(w, w->limits->header) == -1)
		return -1;
	s = mbox_header(window_span(&w->window), (size_t)w->limits->header);
	buf_reset(&w->head);
	buf_append(&w->head, s.p, s.n);
	m->bytes = buf_span(&w->head);
	m->too_large = true;
	if (S_ISREG(st->st_mode)) {
		m->size = (uint64_t)st->st_size;
		return 0;
	}
	return count_rest(w, &m->size);
}

/* Whether the present file is in cur or new of a Maildir. */
static bool
is_in_maildir(const struct walk *w)
{
	return w->depth >= 2 && w->level[w->depth - 2].listing->is_maildir;
}

static int
whole_file(struct walk *w, const struct stat *st)
{
	struct message m = { .source = w->path.data,
		.is_mail = is_in_maildir(w),
		.is_named = w->is_named };
	uint64_t max = w->limits->message;
	bool large = S_ISREG(st->st_mode) && (uint64_t)st->st_size > max;

	if (!large && read_until(w, max + 1) == -1)
		return unreadable_errno(w);
	m.bytes = window_span(&w->window);
	m.size = m.bytes.n;
	if (large || m.size > max) {
		m.size = 0;
		if (give_head(w, st, &m) == -1)
			return unreadable_errno(w);
	}
	return w->handler->message(w->handler->arg, &m, w->fault);
}

/* Hand over what a file or stream holds. */
static int
give_file(struct walk *w, int fd, const struct stat *st)
{
	size_t before;

	if (S_ISREG(st->st_mode))
		window_begin_file(&w->window, &fd);
	else
		window_begin_stream(&w->window, &fd);
	if (read_until(w, KIND_BYTES) == -1)
		return unreadable_errno(w);
	if (S_ISREG(st->st_mode) &&
	    (off_t)window_span(&w->window).n == st->st_size)
		w->window.at_end = true; /* saves a read() for each file */
	if (!is_in_maildir(w) && mbox_is(window_span(&w->window), &before)) {
		window_use(&w->window, before);
		return each_mail(w);
	}
	return whole_file(w, st);
}

static int
enter_folder(struct walk *w, int fd)
{
	struct listing *l;

	if (w->depth == DEPTH_MAX) {
		close(fd);
		return unreadable(w, EX_NOINPUT, "folders nested too deep");
	}
	if ((l = listing_open(fd)) == NULL)
		return unreadable_errno(w);
	w->level[w->depth].listing = l;
	w->level[w->depth++].path = w->path.len;
	return 0;
}

static int
skip(struct walk *w, const char *why)
{
	log_warn("%s: %s, skipped", w->path.data, why);
	return 0;
}

/* Hand over a regular file of a folder. */
static int
open_file(struct walk *w, int dir, const char *name)
{
	/* it may have been replaced by a FIFO, which O_NONBLOCK opens at once
	 */
	int fd =
	    openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int rc = 0;

	if (fd == -1)
		return unreadable_errno(w);
	if (fstat(fd, &st) == -1)
		rc = unreadable_errno(w);
	else if (S_ISREG(st.st_mode))
		rc = give_file(w, fd, &st);
	else if (!S_ISDIR(st.st_mode))
		rc = skip(w, "not a file");
	close(fd);
	return rc;
}

/* Whether somebody else may put links into the folder. */
static bool
is_writable_by_others(int dir)
{
	struct stat st;

	return fstat(dir, &st) == -1 ||
	       (st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
	       (st.st_uid != 0 && st.st_uid != geteuid());
}

/* Hand over what a symbolic link leads to, if that is a regular file. */
static int
follow_link(struct walk *w, int dir, const char *name)
{
	struct stat st;

	if (is_writable_by_others(dir))
		return skip(w, "a link in a folder that others may write");
	if (fstatat(dir, name, &st, 0) == -1)
		return unreadable_errno(w);
	if (S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode)) /* opening a device may do anything */
		return skip(w, "not a file");
	return open_file(w, dir, name);
}

static int
open_folder(struct walk *w, int dir, const char *name)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd == -1 ? unreadable_errno(w) : enter_folder(w, fd);
}

/*
 * In a Maildir only the folders count, and of these not tmp: what is in there
 * is not delivered yet.
 */
static bool
is_passed_over(const struct listing *l, const struct listing_entry *e)
{
	return l->is_maildir &&
	       (e->type != DT_DIR || strcmp(e->name, "tmp") == 0);
}

static int
give_entry(
    struct walk *w, const struct listing *l, const struct listing_entry *e)
{
	int dir = dirfd(l->dir);

	if (is_passed_over(l, e))
		return 0;
	if (set_path(w, w->level[w->depth - 1].path, e->name) == -1) {
		errno = ENAMETOOLONG;
		return unreadable_errno(w);
	}
	if (e->type == DT_DIR)
		return open_folder(w, dir, e->name);
	if (e->type == DT_LNK)
		return follow_link(w, dir, e->name);
	if (e->type == DT_REG)
		return open_file(w, dir, e->name);
	return skip(w, "not a file");
}

/* Not recursive, so that the stack does not grow with the depth. */
static int
walk_folders(struct walk *w)
{
	struct listing *l;
	int rc = 0;

	while (w->depth > 0) {
		l = w->level[w->depth - 1].listing;
		if (rc == 0 && l->next < l->n) {
			rc = give_entry(w, l, &l->entry[l->next++]);
		} else {
			listing_close(l);
			w->depth--;
		}
	}
	return rc;
}

static int
walk_stdin(struct walk *w)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) == -1)
		return unreadable_errno(w);
	w->is_named = true;
	return give_file(w, STDIN_FILENO, &st);
}

static int
walk_path(struct walk *w, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC), rc;
	struct stat st;

	if (fd == -1)
		return unreadable_errno(w);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		rc = enter_folder(w, fd);
		return rc == 0 ? walk_folders(w) : rc;
	}
	w->is_named = true;
	if (S_ISBLK(st.st_mode) || (S_ISCHR(st.st_mode) && !isatty(fd)))
		rc = unreadable(w, EX_NOINPUT, "a device, not a file");
	else
		rc = give_file(w, fd, &st);
	close(fd);
	return rc;
}

int
files_walk(const char *path, const struct limits *limits,
    const struct files_handler *handler, struct fault *f)
{
	struct walk *w = xcalloc(1, sizeof *w);
	int rc;

	w->limits = limits;
	w->handler = handler;
	w->fault = f;
	w->window.buf.max = mbox_window_max(limits);
	w->head.max = (size_t)limits->header;
	w->path.max = w->source.max = strlen(path) + DEEPER_MAX;
	set_path(w, 0, path);
	rc = strcmp(path, "-") == 0 ? walk_stdin(w) : walk_path(w, path);
	window_free(&w->window);
	buf_free(&w->path);
	buf_free(&w->source);
	buf_free(&w->head);
	free(w);
	return rc;
}
