#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

struct config;
struct fault;
struct store;

/*
 * A store to read in place of the one that remembers what was told, such as the
 * mirror of a shared store.  notify_changes() runs the command in a process of
 * its own, in which these functions are called.
 */
struct notify_source {
	/* with an overview of the last DUE_DAYS in it; NULL with the fault */
	struct store *(*open)(void *arg, struct fault *);
	void (*close)(void *arg);
	void *arg;
};

/*
 * Run [notify] command once for each cause that is new, worse or cured since
 * the command was last told of it, and remember in `told` that it was.  A cause
 * is one failure at one MX host, for mail to whichever domains.  Muted problems
 * are left out.  After the first twenty causes the command is only told how
 * many more there are.
 *
 * This is done in a child process, which goes on when this one is killed; the
 * next run waits for it.  So nothing is told twice, unless that process itself
 * dies between the end of a command and the commit after it.  What the command
 * fails to take is told by the next run.
 *
 * `told` must be open for writing, without a transaction; it is detached
 * afterwards.  With `source` NULL the problems are read from it, too.
 *
 * Returns 0, or the exit code once what is wrong was logged: 73 when the
 * command failed, 78 when it cannot be run, 75 when another process still tells
 * or this one was stopped.
 */
int notify_changes(struct store *told, const struct notify_source *source,
    const struct config *);

/*
 * Run the command once with a test; needs no store.  Returns 0, or -1 with the
 * same exit codes.
 */
int notify_test(const struct config *, struct fault *);

#endif
