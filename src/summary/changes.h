#ifndef SUMMARY_CHANGES_H
#define SUMMARY_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/announced.h"

struct words;

enum change {
	CHANGE_NEW,
	CHANGE_WORSE, /* a week has twice the failures, and ten more */
	CHANGE_CURED, /* or a silent sender reports again */
	N_CHANGES
};

enum change_subject {
	SUBJECT_PROBLEM,
	SUBJECT_SENDER, /* gone silent */
	SUBJECT_DOMAIN	/* ready for enforce */
};

/* Something that changed since people were last told of it. */
struct change_item {
	enum change change;
	enum change_subject subject;
	size_t at; /* its place in the overview's list of that kind */
};

/*
 * How a problem that is not muted has changed; N_CHANGES: not enough to be
 * told. Its last 7 days have `now` failed sessions; they had `*before` when
 * people were last told of it (NULL: they never were).  `*figure` gets the
 * number to remember for the next time, unless the problem is cured.
 */
enum change change_of_problem(
    bool is_cured, const uint64_t *before, uint64_t now, uint64_t *figure);

struct changes {
	struct change_item *item;
	size_t n;
	struct announced *announced; /* to be stored once this was told */
	size_t n_announced;
};

/* Compare the overview with what was told; the result lives in the arena. */
void changes_find(
    const struct words *, const struct announced *, size_t n, struct changes *);

/*
 * Print what changed in words: the host, the days and the totals, then the
 * changes by kind.  Nothing when nothing changed.
 */
void changes_print(FILE *, const struct words *, const struct changes *,
    const char *host, bool colour);

/* The same as one line of JSON, without a head. */
void changes_print_json(FILE *, const struct words *, const struct changes *);

#endif
