#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "config/config.h"
#include "ingest/ingest.h"
#include "poll/mailboxes_in_parallel.h"
#include "poll/poll_mailbox.h"
#include "poll/poll_run.h"
#include "store/store.h"

/*
 * How the poll of a mailbox ended.  Its process writes this to a pipe at once,
 * which is atomic for less than PIPE_BUF bytes.
 */
struct outcome {
	int status;
	struct ingest_counts counts;
	struct poll_outcome ended;
};
_Static_assert(sizeof(struct outcome) <= PIPE_BUF, "it is written at once");

struct mailbox_process {
	pid_t pid; /* 0: not running */
	int pipe;  /* the end from which its outcome is read */
	struct outcome outcome;
};

/* Log why nothing came from the process of a mailbox, and record it. */
__attribute__((format(printf, 4, 5))) static void
fail(struct mailbox_process *s, const struct config_mailbox *mb, int status,
    const char *fmt, ...)
{
	struct poll_outcome *ended = &s->outcome.ended;
	va_list ap;

	s->outcome.status = ended->status = status;
	va_start(ap, fmt);
	vsnprintf(ended->error, sizeof ended->error, fmt, ap);
	va_end(ap);
	log_error("%s: %s", mb->name, ended->error);
}

/* What the new process does. */
static struct outcome
poll_one(struct poll_run *p, const struct config_mailbox *mb)
{
	struct outcome out = { 0 };
	struct fault f = { 0 };

	p->is_one_of_many = true;
	p->status = 0;
	if (store_attach(p->store, &f) == 0 && poll_mailbox(p, mb, &f) == 0) {
		out.status = p->status;
		out.ended = p->ended;
	} else {
		log_error("%s", f.text);
		out.status = out.ended.status = f.status;
		memcpy(out.ended.error, f.text, sizeof out.ended.error);
	}
	out.ended.begun = true;
	out.counts = *ingest_counts(p->ingest);
	store_detach(p->store);
	return out;
}

static _Noreturn void
be_child(struct poll_run *p, const struct config_mailbox *mb, int fd)
{
	struct outcome out = poll_one(p, mb);

	if (write(fd, &out, sizeof out) != (ssize_t)sizeof out)
		out.status = EX_SOFTWARE;
	fflush(stderr);
	_exit(out.status); /* stdout is the parent's to flush */
}

static void
start(struct poll_run *p, const struct config_mailbox *mb,
    struct mailbox_process *s)
{
	int ends[2];

	s->outcome.ended.begun = true;
	if (pipe(ends) == -1) {
		fail(s, mb, EX_OSERR, "pipe: %s", strerror(errno));
		return;
	}
	fflush(NULL);
	s->pid = fork();
	if (s->pid == 0) {
		close(ends[0]);
		be_child(p, mb, ends[1]);
	}
	close(ends[1]);
	s->pipe = ends[0];
	if (s->pid != -1)
		return;
	fail(s, mb, EX_OSERR, "fork: %s", strerror(errno));
	s->pid = 0;
	close(ends[0]);
}

/* Find out how a process ended that is gone. */
static void
collect(struct mailbox_process *s, const struct config_mailbox *mb, int status)
{
	struct outcome out;
	ssize_t n;

	while ((n = read(s->pipe, &out, sizeof out)) == -1 && errno == EINTR)
		;
	close(s->pipe);
	s->pid = 0;
	if (n == (ssize_t)sizeof out) {
		s->outcome = out;
		return;
	}
	if (WIFEXITED(status) && stop_requested())
		s->outcome.status = s->outcome.ended.status = EX_TEMPFAIL;
	else if (WIFSIGNALED(status))
		fail(s, mb, EX_SOFTWARE,
		    "its process was ended by signal %d; what it had stored "
		    "stays, and the next run goes on from there",
		    WTERMSIG(status));
	else
		fail(s, mb, EX_SOFTWARE,
		    "its process ended with %d; what it had stored stays, and "
		    "the next run goes on from there",
		    WEXITSTATUS(status));
}

static void
pass_on_stop(const struct mailbox_process *processes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (processes[i].pid > 0)
			kill(processes[i].pid, SIGTERM);
}

/* Wait for one process to end; a signal that stops us is sent to all. */
static void
wait_for_one(struct mailbox_process *processes,
    const struct config_mailbox *const *list, size_t n)
{
	sigset_t stop, before;
	int status;
	pid_t pid;
	size_t i;

	/* blocked, so that none is lost between waitpid() and sigsuspend() */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGCHLD);
	sigprocmask(SIG_BLOCK, &stop, &before);
	while ((pid = waitpid(-1, &status, WNOHANG)) == 0) {
		if (stop_requested())
			pass_on_stop(processes, n);
		sigsuspend(&before);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	for (i = 0; i < n; i++)
		if (pid > 0 && processes[i].pid == pid)
			collect(&processes[i], list[i], status);
}

static void
add_counts(struct ingest_counts *sum, const struct ingest_counts *c)
{
	sum->messages += c->messages;
	sum->reports += c->reports;
	sum->imported += c->imported;
	sum->duplicate += c->duplicate;
	sum->conflict += c->conflict;
	sum->rejected += c->rejected;
	sum->no_report += c->no_report;
	sum->warnings += c->warnings;
	sum->bytes += c->bytes;
	sum->deferred += c->deferred;
	sum->unverified += c->unverified;
	sum->waiting += c->waiting;
}

static void
on_child(int sig)
{
	(void)sig; /* caught only to end sigsuspend() */
}

int
poll_in_parallel(struct poll_run *p, const struct config_mailbox *const *list,
    size_t n, struct ingest_counts *counts, struct poll_outcome *ended,
    struct fault *f)
{
	struct sigaction act = { .sa_handler = on_child }, before;
	struct mailbox_process *processes = xcalloc(n, sizeof *processes);
	size_t i, next = 0, running = 0;

	sigemptyset(&act.sa_mask);
	sigaction(SIGCHLD, &act, &before);
	store_detach(p->store);
	for (;;) {
		for (; next < n && running < p->config->parallel &&
		       !stop_requested();
		     next++) {
			start(p, list[next], &processes[next]);
			running += processes[next].pid > 0;
		}
		if (running == 0 && (next == n || stop_requested()))
			break;
		if (running == 0)
			continue;
		wait_for_one(processes, list, next);
		for (running = 0, i = 0; i < next; i++)
			running += processes[i].pid > 0;
	}
	sigaction(SIGCHLD, &before, NULL);
	for (i = 0; i < n; i++) {
		add_counts(counts, &processes[i].outcome.counts);
		ended[i] = processes[i].outcome.ended;
		if (p->status == 0)
			p->status = processes[i].outcome.status;
	}
	free(processes);
	return store_attach(p->store, f);
}
