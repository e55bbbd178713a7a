#ifndef UPKEEP_PROBLEMS_H
#define UPKEEP_PROBLEMS_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;

/*
 * What the caller knows of a result type, for those who read the store with
 * their own SQL: kept in the table result_types, from which the view of
 * problems takes it.  In `remedy`, MX and DOMAIN stand for their names.
 */
struct store_result_type {
	const char *name, *side, *remedy;
};

/* Write those that are not stored like this; nothing most of the time. */
int store_set_result_types(
    struct store *, const struct store_result_type *, size_t n, struct fault *);

/* A problem: one result type at one MX host for mail to one domain. */
struct store_problem {
	int64_t number;
	const char *domain, *mx, *result_type;
	const char *muted_until, *mute_note; /* "" when it was never muted */
};

/* Read the problem of that number, with strings in the arena.  Exit code 66
 * when there is none. */
int store_get_problem(struct store *, int64_t number, struct arena *,
    struct store_problem *, struct fault *);

/* Mute a problem up to and including a day, "2026-11-23". */
int store_mute(struct store *, int64_t number, const char *until,
    const char *note, struct fault *);

/* End a mute.  Exit code 66 when the problem is not muted. */
int store_end_mute(struct store *, int64_t number, struct fault *);

/* Call `fn` for every muted problem, in order of number. */
typedef void store_mute_fn(void *arg, const struct store_problem *);
int store_read_mutes(
    struct store *, store_mute_fn *, void *arg, struct fault *);

#endif
