#ifndef SUMMARY_CHANGES_H
#define SUMMARY_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
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

/* What is otherwise than when it was told last. */
struct change_item {
	enum change change;
	enum change_subject subject;
	size_t at; /* place in the list of the overview */
};

struct changes {
	struct change_item *item;
	size_t n;
	struct told *told; /* what is to be remembered then */
	size_t n_told;
};

/* Compare the overview with what was told; all of it lives in the arena. */
void changes_find(
    const struct words *, const struct told *, size_t n, struct changes *);

/* In words, by kind of change; nothing when nothing changed. */
void changes_print(
    FILE *, const struct words *, const struct changes *, bool colour);

/* The same as one line of JSON. */
void changes_print_json(FILE *, const struct words *, const struct changes *);

#endif
