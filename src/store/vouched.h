#ifndef STORE_VOUCHED_H
#define STORE_VOUCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct report;
struct store;

/* The words in a report's `dkim` that mean that somebody vouches, for SQL. */
#define VOUCHED_WORDS "('pass', 'provider', 'host')"

/*
 * Give a stored report the verdict of a copy of it, in the open transaction;
 * the rollups that count vouched reports follow.
 */
int vouched_set(
    struct store *, int64_t report, const struct report *copy, struct fault *);

/* Numbers of the mails in quarantine that wait for DNS, oldest first. */
struct store_waiting {
	int64_t *id; /* in the arena */
	size_t n;
};

/*
 * Find those that came at `since` (seconds since 1970 UTC) or later and whose
 * bytes are kept.  `mailbox` is the id of the folder that they came from; 0:
 * all that came from files.
 */
int store_find_waiting(struct store *, int64_t mailbox, int64_t since,
    struct arena *, struct store_waiting *, struct fault *);

/* Count all that wait.  `oldest` gets the day of the first; "" for none. */
int store_count_waiting(
    struct store *, int64_t *n, char oldest[static 24], struct fault *);

/* What became of the mails of a mailbox with `dkim = require`. */
struct store_refused {
	int64_t refused; /* mails, because nobody vouches for them */
	int64_t counted; /* reports */
};

/*
 * Count the mails that arrived at `since` (seconds since 1970) or later, in all
 * folders of the mailbox of that name.
 */
int store_count_refused(struct store *, const char *mailbox, int64_t since,
    struct store_refused *, struct fault *);

/*
 * Note that the mails of a folder are judged from today on (`now` is in seconds
 * since 1970 UTC), unless that was noted before.  `*since` gets the day that is
 * noted.  A day in the future was noted when the clock was wrong: it is
 * replaced.
 */
int store_judged_since(struct store *, int64_t mailbox, int64_t now,
    int64_t *since, struct fault *);

#endif
