#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

struct config;
struct fault;
struct store;

/*
 * A store that is read in place of the one that remembers what was told: opened
 * and closed in the process that tells.  NULL with the fault.
 */
struct notify_source {
	struct store *(*open)(void *arg, struct fault *);
	void (*close)(void *arg);
	void *arg;
};

/*
 * Run [notify] command once for each cause that is new, worse or cured since it
 * was told last, and remember each that it was told.  Muted problems are not
 * told.  Those beyond the first twenty are told together, as a number.
 *
 * A process of its own does it, which goes on when this one is killed; the next
 * to come waits for it.  So nothing is told twice, unless that process itself
 * dies between the end of a command and the commit behind it.  What the command
 * fails to take is told by the next run.
 *
 * Returns 0, or the exit code once what is wrong was logged: 73 when the
 * command failed, 78 when it cannot be run, 75 when another process still tells
 * or it was stopped.  The store must be open for writing, without a
 * transaction; it is detached afterwards.  It is read, too, if the source is
 * NULL.
 */
int notify_changes(
    struct store *, const struct notify_source *, const struct config *);

/*
 * Run the command once with a test; needs no store.  Returns 0, or -1 with the
 * same exit codes.
 */
int notify_test(const struct config *, struct fault *);

#endif
