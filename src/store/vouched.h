#ifndef STORE_VOUCHED_H
#define STORE_VOUCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct report;
struct store;

/* In SQL, the words of a report's `dkim` by which somebody vouches for it. */
#define VOUCHED_WORDS "('pass', 'provider', 'host')"

/*
 * Give a stored report the verdict of a copy of it, in the transaction of that
 * copy; what is counted of reports that somebody vouches for follows.
 */
int vouched_set(
    struct store *, int64_t report, const struct report *copy, struct fault *);

/* Numbers of the mails in quarantine that wait for DNS, oldest first. */
struct store_waiting {
	int64_t *id; /* in the arena */
	size_t n;
};

/*
 * Those that came at `since` (seconds since 1970 UTC) or later, and whose bytes
 * are kept; of mails in that folder (its number), or with 0 of all that are not
 * in any.
 */
int store_find_waiting(struct store *, int64_t mailbox, int64_t since,
    struct arena *, struct store_waiting *, struct fault *);

/* How many wait, and since when: a date, "" for none. */
int store_count_waiting(
    struct store *, int64_t *n, char oldest[static 24], struct fault *);

/* Of the mails of a mailbox that arrived since then. */
struct store_refused {
	int64_t refused; /* mails, since nobody vouches for them */
	int64_t counted; /* reports */
};

/* All folders of the mailbox of that name; `since` is seconds since 1970. */
int store_count_refused(struct store *, const char *mailbox, int64_t since,
    struct store_refused *, struct fault *);

/*
 * Note that a folder's mails are judged from today on, unless that was noted
 * before; a day that is yet to come was noted when the clock was wrong, and is
 * none.  `*since` gets the first such day, as seconds since 1970 UTC.
 */
int store_judged_since(struct store *, int64_t mailbox, int64_t now,
    int64_t *since, struct fault *);

#endif
