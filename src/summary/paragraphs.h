#ifndef SUMMARY_PARAGRAPHS_H
#define SUMMARY_PARAGRAPHS_H

#include <stddef.h>

#include "summary/judge.h"
#include "summary/problem_verdict.h"

struct arena;
struct overview_problem;
struct words;

/*
 * The findings of a summary as paragraphs of finished lines, 80 columns wide,
 * so that whoever prints them knows how many lines each takes.  All of it lives
 * in the arena of the words.
 */
struct paragraph {
	const char *text; /* ends with a line feed */
	size_t lines;
};

struct paragraphs {
	struct paragraph *item;
	size_t n, room;
};

/* Append finished lines. */
void paragraphs_add(struct paragraphs *, struct arena *, const char *text);

/* The lines of a problem: its number, what it is, and what to do about it. */
const char *paragraph_of_problem(
    const struct words *, const struct overview_problem *);

/* Append all problems of a group. */
void paragraphs_of_group(struct paragraphs *, const struct words *, enum group);

/* Append what is to watch: problems, silent senders, policies that differ. */
void paragraphs_to_watch(struct paragraphs *, const struct words *);

/* Append the steps that can be taken, each with all its domains. */
void paragraphs_of_steps(struct paragraphs *, const struct words *);

#endif
