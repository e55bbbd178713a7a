#define _GNU_SOURCE /* pipe2, closefrom, memfd_create */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/fault.h"

enum {
	SAID_MAX = 300, /* bytes of its standard error that are kept */
	TICK = 50,	/* milliseconds between two looks at the child */
	FIRST_FREE = 10 /* pipes are moved to descriptors from here on */
};

/* The pipes: its two streams, and TELL for why it could not be started. */
enum stream {
	OUT,
	ERR,
	TELL,
	STREAMS
};

/* A command that runs. */
struct run {
	struct child *child;
	pid_t pid;
	int input;	       /* its standard input */
	int read_end[STREAMS]; /* -1 once it is at its end */
	int write_end[STREAMS];
	int not_started; /* errno of fork() or execvp() */
	bool ended;
	int status; /* of waitpid() */
	int64_t deadline;
	char said[SAID_MAX + 1];
	size_t said_len;
};

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
close_all(struct run *r)
{
	int i;

	for (i = 0; i < STREAMS; i++) {
		close_fd(&r->read_end[i]);
		close_fd(&r->write_end[i]);
	}
	close_fd(&r->input);
}

/*
 * Move a descriptor to a number above those that the child sets up.  Returns
 * the new one.
 */
static int
move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);

	close(fd);
	return up;
}

/* What it reads: a file in memory, which needs nobody who writes it. */
static int
open_input(const struct child *c)
{
	int fd;

	if (c->input_len == 0)
		return move_up(open("/dev/null", O_RDONLY));
	fd = memfd_create("input", 0);
	if (fd != -1 &&
	    (write(fd, c->input, c->input_len) != (ssize_t)c->input_len ||
		lseek(fd, 0, SEEK_SET) == -1)) {
		close(fd);
		return -1;
	}
	return fd == -1 ? -1 : move_up(fd);
}

static int
make_pipes(struct run *r)
{
	int ends[2], i;

	if ((r->input = open_input(r->child)) == -1)
		return -1;
	for (i = 0; i < STREAMS; i++) {
		if (pipe2(ends, O_CLOEXEC) == -1)
			return -1;
		r->read_end[i] = move_up(ends[0]);
		r->write_end[i] = move_up(ends[1]);
		if (r->read_end[i] == -1 || r->write_end[i] == -1)
			return -1;
	}
	fcntl(r->read_end[OUT], F_SETFL, O_NONBLOCK);
	fcntl(r->read_end[ERR], F_SETFL, O_NONBLOCK);
	return 0;
}

/* In the child: become the command, or write errno to TELL. */
static _Noreturn void
become(const struct run *r)
{
	enum {
		TELL_FD = STDERR_FILENO + 1
	};
	const struct child *c = r->child;
	int code, i;
	sigset_t none;

	setpgid(0, 0); /* so that its children can be killed with it */
	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(r->input, STDIN_FILENO) == -1 ||
	    dup2(r->write_end[OUT], STDOUT_FILENO) == -1 ||
	    dup2(r->write_end[ERR], STDERR_FILENO) == -1 ||
	    dup3(r->write_end[TELL], TELL_FD, O_CLOEXEC) == -1)
		_exit(127);
	closefrom(TELL_FD + 1);
	execvpe(c->argv[0], c->argv, c->env != NULL ? c->env : environ);
	code = errno;
	(void)!write(TELL_FD, &code, sizeof code);
	_exit(127);
}

static void
start(struct run *r)
{
	ssize_t n;
	int i, code;

	if ((r->pid = fork()) == 0)
		become(r);
	if (r->pid == -1) {
		r->not_started = errno;
		r->ended = true;
		return;
	}
	setpgid(r->pid, r->pid);
	for (i = 0; i < STREAMS; i++)
		close_fd(&r->write_end[i]);
	do /* at the end of file the command has begun */
		n = read(r->read_end[TELL], &code, sizeof code);
	while (n == -1 && errno == EINTR);
	if (n == sizeof code)
		r->not_started = code;
}

/* See whether it ended; a child that somebody else waited for has failed. */
static void
look(struct run *r, int flags)
{
	pid_t pid;

	while (!r->ended && (pid = waitpid(r->pid, &r->status, flags)) != 0) {
		if (pid == -1 && errno == EINTR)
			continue;
		if (pid == -1)
			r->status = EX_SOFTWARE << 8;
		r->ended = true;
	}
}

static void
kill_all(struct run *r)
{
	if (r->pid == 0 || r->ended)
		return;
	kill(-r->pid, SIGKILL);
	kill(r->pid, SIGKILL);
	look(r, 0);
}

/* Read some of its standard output; false when that is over the bound. */
static bool
take_out(struct run *r)
{
	struct child *c = r->child;
	char unwanted[512];
	ssize_t n = c->out == NULL
			? read(r->read_end[OUT], unwanted, sizeof unwanted)
			: read(r->read_end[OUT], c->out + c->out_len,
			      c->out_size - c->out_len);

	if (n > 0 && c->out != NULL)
		c->out_len += (size_t)n;
	else if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		close_fd(&r->read_end[OUT]);
	return c->out == NULL || c->out_len < c->out_size;
}

/* Read some of its standard error, and keep the beginning. */
static void
take_err(struct run *r)
{
	char chunk[512];
	ssize_t n = read(r->read_end[ERR], chunk, sizeof chunk);
	size_t room = SAID_MAX - r->said_len;

	if (n > 0) {
		room = room < (size_t)n ? room : (size_t)n;
		memcpy(r->said + r->said_len, chunk, room);
		r->said_len += room;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close_fd(&r->read_end[ERR]);
	}
}

static const char *
late(struct run *r)
{
	r->child->is_late = true;
	return "not done in time";
}

/*
 * Read until both streams end, or until the command ended while a background
 * process still holds them.  Returns why it must be killed, or NULL.
 */
static const char *
listen_to(struct run *r)
{
	struct pollfd fds[2];
	int64_t left;
	int ready;

	while (r->read_end[OUT] != -1 || r->read_end[ERR] != -1) {
		look(r, WNOHANG);
		if ((left = r->deadline - now_ms()) <= 0)
			return late(r);
		fds[0] = (struct pollfd){ r->read_end[OUT], POLLIN, 0 };
		fds[1] = (struct pollfd){ r->read_end[ERR], POLLIN, 0 };
		ready = poll(fds, 2,
		    r->ended	  ? 0
		    : left < TICK ? (int)left
				  : TICK);
		if (ready == 0 && r->ended)
			break;
		if (ready <= 0)
			continue;
		if (fds[0].revents != 0 && !take_out(r))
			return "prints too much";
		if (fds[1].revents != 0)
			take_err(r);
	}
	for (look(r, WNOHANG); !r->ended; look(r, WNOHANG)) {
		if (now_ms() >= r->deadline)
			return late(r);
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	}
	return NULL;
}

/* Its standard error on one line, behind ": "; "" when it said nothing. */
static const char *
words(struct run *r, char out[static 2 * SAID_MAX + 3])
{
	size_t i, n = 0;

	while (r->said_len > 0 &&
	       strchr(" \r\n", r->said[r->said_len - 1]) != NULL)
		r->said_len--;
	if (r->said_len > 0)
		n = (size_t)snprintf(out, 3, ": ");
	for (i = 0; i < r->said_len; i++) {
		if (r->said[i] == '\n')
			out[n++] = ';';
		out[n++] = r->said[i] == '\n' ? ' ' : r->said[i];
	}
	out[n] = '\0';
	return out;
}

static int
judge(struct run *r, struct fault *f)
{
	char text[2 * SAID_MAX + 3];

	if (WIFEXITED(r->status) && WEXITSTATUS(r->status) == 0)
		return 0;
	if (WIFSIGNALED(r->status))
		return fault(f, FAULT_SESSION, r->child->failed,
		    "killed by signal %d%s", WTERMSIG(r->status),
		    words(r, text));
	return fault(f, FAULT_SESSION, r->child->failed, "exit code %d%s",
	    WEXITSTATUS(r->status), words(r, text));
}

static int
run(struct run *r, struct fault *f)
{
	const struct child *c = r->child;
	char text[2 * SAID_MAX + 3];
	const char *why;

	if (make_pipes(r) == -1)
		return fault(
		    f, FAULT_SESSION, EX_TEMPFAIL, "%s", strerror(errno));
	start(r);
	if (r->not_started != 0)
		return fault(f, FAULT_SESSION, EX_CONFIG,
		    "cannot run %.100s: %s", c->argv[0],
		    strerror(r->not_started));
	if ((why = listen_to(r)) != NULL)
		return fault(
		    f, FAULT_SESSION, c->failed, "%s%s", why, words(r, text));
	return judge(r, f);
}

int
child_run(struct child *c, struct fault *f)
{
	struct run r = { .child = c, .input = -1 };
	struct sigaction old, wait_for_it = { .sa_handler = SIG_DFL };
	int rc, i;

	c->out_len = 0;
	c->is_late = false;
	for (i = 0; i < STREAMS; i++)
		r.read_end[i] = r.write_end[i] = -1;
	r.deadline = now_ms() + (int64_t)c->seconds * 1000;
	/* with SIGCHLD ignored waitpid() would give no status */
	sigaction(SIGCHLD, &wait_for_it, &old);
	rc = run(&r, f);
	kill_all(&r);
	sigaction(SIGCHLD, &old, NULL);
	close_all(&r);
	return rc;
}
