#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "config/config.h"
#include "poll/poll_mailbox.h"
#include "poll/mailboxes_in_parallel.h"
#include "base/stop_signal.h"
#include "store/store.h"

/* What a process tells of its mailbox, in one write: below PIPE_BUF. */
struct outcome {
	int status;
	struct ingest_counts counts;
};

struct side {
	pid_t pid; /* 0: not running */
	int pipe;  /* its outcome comes here */
	struct outcome outcome;
};

/* In the new process. */
static struct outcome
poll_one(struct poll *p, const struct config_mailbox *mb)
{
	struct outcome out = { 0 };
	struct fault f = { 0 };

	p->is_one_of_many = true;
	p->status = 0;
	if (store_attach(p->store, &f) == 0 && poll_mailbox(p, mb, &f) == 0) {
		out.status = p->status;
	} else {
		log_error("%s", f.text);
		out.status = f.status;
	}
	out.counts = *ingest_counts(p->ingest);
	store_detach(p->store);
	return out;
}

static _Noreturn void
be_child(struct poll *p, const struct config_mailbox *mb, int fd)
{
	struct outcome out = poll_one(p, mb);

	if (write(fd, &out, sizeof out) != (ssize_t)sizeof out)
		out.status = EX_SOFTWARE;
	fflush(stderr);
	_exit(out.status); /* stdout is the parent's to flush */
}

static void
start(struct poll *p, const struct config_mailbox *mb, struct side *s)
{
	int ends[2];

	if (pipe(ends) == -1) {
		log_error("%s: pipe: %s", mb->name, strerror(errno));
		s->outcome.status = EX_OSERR;
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
	log_error("%s: fork: %s", mb->name, strerror(errno));
	s->outcome.status = EX_OSERR;
	s->pid = 0;
	close(ends[0]);
}

/* The process is gone; how did it end? */
static void
collect(struct side *s, const struct config_mailbox *mb, int status)
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
	s->outcome.status = EX_SOFTWARE;
	if (WIFEXITED(status) && stop_requested())
		s->outcome.status = EX_TEMPFAIL;
	else if (WIFSIGNALED(status))
		log_error("%s: its process was ended by signal %d; what it had "
			  "stored stays, and the next run goes on from there",
		    mb->name, WTERMSIG(status));
	else
		log_error("%s: its process ended with %d; what it had stored "
			  "stays, and the next run goes on from there",
		    mb->name, WEXITSTATUS(status));
}

static void
pass_on_stop(const struct side *sides, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (sides[i].pid > 0)
			kill(sides[i].pid, SIGTERM);
}

/* Wait for one to end; a signal to us goes to all of them. */
static void
wait_for_one(
    struct side *sides, const struct config_mailbox *const *list, size_t n)
{
	sigset_t stop, before;
	int status;
	pid_t pid;
	size_t i;

	/* a signal between the look and the wait must not be lost */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGCHLD);
	sigprocmask(SIG_BLOCK, &stop, &before);
	while ((pid = waitpid(-1, &status, WNOHANG)) == 0) {
		if (stop_requested())
			pass_on_stop(sides, n);
		sigsuspend(&before);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	for (i = 0; i < n; i++)
		if (pid > 0 && sides[i].pid == pid)
			collect(&sides[i], list[i], status);
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
}

static void
on_child(int sig)
{
	(void)sig; /* it is caught to end the waiting */
}

int
side_by_side(struct poll *p, const struct config_mailbox *const *list, size_t n,
    struct ingest_counts *counts, struct fault *f)
{
	struct sigaction act = { .sa_handler = on_child }, before;
	struct side *sides = xcalloc(n, sizeof *sides);
	size_t i, next = 0, running = 0;

	sigemptyset(&act.sa_mask);
	sigaction(SIGCHLD, &act, &before);
	store_detach(p->store);
	for (;;) {
		for (; next < n && running < p->config->parallel &&
		       !stop_requested();
		     next++) {
			start(p, list[next], &sides[next]);
			running += sides[next].pid > 0;
		}
		if (running == 0 && (next == n || stop_requested()))
			break;
		if (running == 0)
			continue;
		wait_for_one(sides, list, next);
		for (running = 0, i = 0; i < next; i++)
			running += sides[i].pid > 0;
	}
	sigaction(SIGCHLD, &before, NULL);
	for (i = 0; i < n; i++) {
		add_counts(counts, &sides[i].outcome.counts);
		if (p->status == 0)
			p->status = sides[i].outcome.status;
	}
	free(sides);
	return store_attach(p->store, f);
}
