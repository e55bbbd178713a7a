#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/child.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "config/config.h"
#include "config/value_types.h"
#include "ledger/notified.h"
#include "model/overview.h"
#include "notify/due_changes.h"
#include "notify/notice.h"
#include "notify/notify.h"
#include "store/store.h"
#include "summary/changes.h"
#include "summary/problem_verdict.h"

enum {
	SECONDS = 60, /* that a command may take */
	MOST = 20,    /* causes that are told one by one */
	HOST_NAME = 256
};

/* A cause: problems of several domains that one remedy cures. */
struct cause {
	const struct due_change *change; /* of the first problem */
	size_t alike; /* as in struct problem_verdict; one cause, one number */
	size_t *places; /* of the problems, in the overview's list */
	size_t n, room;
};

/* A run in progress. */
struct telling {
	struct store *st;		    /* remembers what was told */
	const struct notify_source *source; /* NULL: `st` is read, too */
	const struct config *config;
	struct due_changes due;
	struct cause cause[MOST];
	size_t n_causes;
	const struct due_change **rest; /* told as a number */
	size_t n_rest;
	char host[HOST_NAME];
};

static void
read_host(char host[static HOST_NAME])
{
	memset(host, 0, HOST_NAME);
	if (gethostname(host, HOST_NAME - 1) == -1)
		strcpy(host, "this machine");
}

/* The cause of a problem, added if it is new; NULL if there are MOST others. */
static struct cause *
cause_of(struct telling *t, const struct due_change *change, size_t alike)
{
	struct cause *c;
	size_t i;

	for (i = 0; i < t->n_causes; i++) {
		c = &t->cause[i];
		if (c->alike == alike && c->change->change == change->change)
			return c;
	}
	if (t->n_causes == MOST)
		return NULL;
	c = &t->cause[t->n_causes++];
	*c = (struct cause){ .change = change, .alike = alike };
	return c;
}

/* Divide the changes into causes, worst first, and the rest. */
static void
group_changes(struct telling *t)
{
	struct due_changes *due = &t->due;
	struct arena *mem = &due->mem;
	bool *taken = arena_alloc(mem, due->n + 1);
	const struct due_change *change;
	struct cause *c;
	size_t i;

	for (i = 0; i < due->overview.n_problems; i++) {
		change = due_change_of(due, due->overview.problems[i].number);
		if (change == NULL)
			continue;
		c = cause_of(t, change, due->judgement.problem[i].alike);
		if (c == NULL)
			continue;
		c->places = arena_grow(
		    mem, c->places, c->n, &c->room, sizeof *c->places);
		c->places[c->n++] = i;
		taken[change - due->item] = true;
	}
	t->rest = arena_alloc(mem, (due->n + 1) * sizeof *t->rest);
	for (i = 0; i < due->n; i++)
		if (!taken[i])
			t->rest[t->n_rest++] = &due->item[i];
}

static int
run_command(
    const struct config *c, const struct notice *notice, struct fault *f)
{
	struct arena mem = { 0 };
	struct child child = { .argv = setting_argv(c->notify_command, &mem),
		.env = notice->env,
		.input = notice->text,
		.input_len = strlen(notice->text),
		.seconds = SECONDS,
		.failed = EX_CANTCREAT };
	int rc = child.argv == NULL
		     ? fault(f, FAULT_HOST, EX_CONFIG, "is no command")
		     : child_run(&child, f);

	arena_free(&mem);
	if (rc == 0)
		return 0;
	fault_prefix(f, "[notify] command");
	/* FAULT_HOST: do not try the next notice, which would wait as long, or
	 * not run either */
	f->scope = child.is_late || f->status != EX_CANTCREAT ? FAULT_HOST
							      : FAULT_MESSAGE;
	return -1;
}

static int
remember_one(struct store *st, const struct due_change *change, struct fault *f)
{
	return change->change == CHANGE_CURED
		   ? store_forget_notified(st, change->after.problem, f)
		   : store_set_notified(st, &change->after, f);
}

/* Remember that these changes were told. */
static int
remember(struct store *st, const struct due_change *const *list, size_t n,
    struct fault *f)
{
	size_t i;

	if (store_begin(st, f) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (remember_one(st, list[i], f) == -1) {
			store_rollback(st);
			return -1;
		}
	return store_commit(st, f);
}

static int
remember_cause(struct telling *t, const struct cause *c, struct fault *f)
{
	struct due_changes *due = &t->due;
	const struct due_change **list =
	    arena_alloc(&due->mem, c->n * sizeof *list);
	size_t i;

	for (i = 0; i < c->n; i++)
		list[i] = due_change_of(
		    due, due->overview.problems[c->places[i]].number);
	return remember(t->st, list, c->n, f);
}

/* Remember the changes of which the command is not told. */
static int
remember_quiet(struct telling *t, struct fault *f)
{
	const struct due_changes *due = &t->due;
	size_t i;

	if (due->n_better + due->n_gone == 0)
		return 0;
	if (store_begin(t->st, f) == -1)
		return -1;
	for (i = 0; i < due->n_better; i++)
		if (store_set_notified(t->st, &due->better[i], f) == -1)
			goto failed;
	for (i = 0; i < due->n_gone; i++)
		if (store_forget_notified(t->st, due->gone[i], f) == -1)
			goto failed;
	return store_commit(t->st, f);
failed:
	store_rollback(t->st);
	return -1;
}

static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

/*
 * Tell all there is.  A command that fails does not keep the next from being
 * told; the fault is then that of the first, and how many were not told.
 */
static int
tell_all(struct telling *t, struct fault *f)
{
	struct fault later = { 0 }, *to = f;
	struct notice notice;
	size_t i, told = 0, all = t->n_causes + (t->n_rest > 0);

	for (i = 0; i < all && !stop; i++) {
		if (i < t->n_causes)
			notice_of_cause(&notice, &t->due, t->cause[i].change,
			    t->cause[i].places, t->cause[i].n, t->host);
		else
			notice_of_rest(
			    &notice, &t->due, t->rest, t->n_rest, t->host);
		if (run_command(t->config, &notice, to) == -1) {
			if (to->scope == FAULT_HOST)
				break;
			to = &later;
			continue;
		}
		if ((i < t->n_causes
			    ? remember_cause(t, &t->cause[i], f)
			    : remember(t->st, t->rest, t->n_rest, f)) == -1)
			return -1;
		told++;
	}
	if (told < all && f->status == 0)
		return fault(f, FAULT_HOST, EX_TEMPFAIL,
		    "notify: stopped: the next run tells the rest");
	if (told == all)
		return 0;
	return fault(f, FAULT_HOST, f->status,
	    "%s; %zu of %zu not told: the next run tries again; to try it: "
	    "tlsrua notify --test",
	    arena_strdup(&t->due.mem, f->text), all - told, all);
}

static int
read_due(struct telling *t, struct fault *f)
{
	const struct notify_source *source = t->source;
	struct store *st = t->st;
	int rc = -1;

	if (source != NULL)
		st = source->open(source->arg, f);
	if (st != NULL)
		rc = due_changes_read(&t->due, st, t->st, f);
	if (source != NULL)
		source->close(source->arg);
	return rc;
}

static int
tell(struct telling *t, struct fault *f)
{
	if (store_attach(t->st, f) == -1 ||
	    store_lock_to_notify(t->st, SECONDS + SECONDS / 2, f) == -1 ||
	    read_due(t, f) == -1 || remember_quiet(t, f) == -1)
		return -1;
	read_host(t->host);
	group_changes(t);
	return tell_all(t, f);
}

/*
 * What the child process does.  It leaves the group of its parent, so that it
 * is not killed with it; asked to stop, it first waits for the command that
 * runs.
 */
static _Noreturn void
be_teller(struct telling *t)
{
	static const struct itimerval never;
	struct sigaction act = { .sa_handler = on_stop };
	struct fault f = { 0 };
	int status = 0;

	setsid();
	setitimer(ITIMER_REAL, &never, NULL);
	sigemptyset(&act.sa_mask);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	if (tell(t, &f) == -1) {
		log_error("%s", f.text);
		status = f.status;
	}
	due_changes_free(&t->due);
	store_close(t->st);
	fflush(stderr);
	_exit(status); /* stdout is the parent's to flush */
}

/*
 * Wait for the child process, passing on a request to stop.  Returns its exit
 * code; it has logged why it failed.
 */
static int
await(pid_t pid)
{
	int status;
	pid_t ended;

	do {
		if (stop_requested())
			kill(pid, SIGTERM);
		ended = waitpid(pid, &status, 0);
	} while (ended == -1 && errno == EINTR);
	if (ended == pid && WIFEXITED(status))
		return WEXITSTATUS(status);
	log_error("notify: the process that runs the command was killed; the "
		  "next run tells the rest");
	return EX_SOFTWARE;
}

int
notify_changes(struct store *st, const struct notify_source *source,
    const struct config *c)
{
	struct telling t = { .st = st, .source = source, .config = c };
	pid_t pid;

	if (c->notify_command[0] == '\0')
		return 0;
	store_detach(st);
	fflush(NULL);
	if ((pid = fork()) == 0)
		be_teller(&t);
	if (pid != -1)
		return await(pid);
	log_error(
	    "notify: %s; the next run tells what is new", strerror(errno));
	return EX_OSERR;
}

int
notify_test(const struct config *c, struct fault *f)
{
	struct arena mem = { 0 };
	struct notice notice;
	char host[HOST_NAME];
	int rc;

	if (c->notify_command[0] == '\0')
		return fault(f, FAULT_HOST, EX_CONFIG,
		    "%s: [notify] command: is not set: tlsrua.conf(5) shows "
		    "how",
		    c->path);
	read_host(host);
	notice_of_test(&notice, &mem, host);
	rc = run_command(c, &notice, f);
	arena_free(&mem);
	return rc;
}
