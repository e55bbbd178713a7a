#ifndef SUMMARY_SUMMARY_ITEMS_H
#define SUMMARY_SUMMARY_ITEMS_H

#include <stddef.h>

struct arena;
struct overview_problem;
struct words;

/* Findings of a summary, each a few finished lines of text. */
struct item {
	const char *text; /* ends with a line feed */
	size_t lines;
};

struct items {
	struct item *item;
	size_t n, cap;
};

void items_add(struct items *, struct arena *, const char *text);

/* A problem with what to do about it. */
const char *item_problem(const struct words *, const struct overview_problem *);

/* What is to fix, to watch, is cured, and the steps that can be taken. */
void items_fix(struct items *, const struct words *);
void items_watch(struct items *, const struct words *);
void items_cured(struct items *, const struct words *);
void items_steps(struct items *, const struct words *);

#endif
