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

/* One cause, as it is known by its number. */
struct store_problem {
	int64_t number;
	const char *domain, *mx, *result_type;
	const char *muted_until, *mute_note; /* "" when it never was */
};

/* Exit code 66 when there is none of that number. */
int store_get_problem(struct store *, int64_t number, struct arena *,
    struct store_problem *, struct fault *);

/* Be silent about a problem up to a day, that one included. */
int store_mute(struct store *, int64_t number, const char *until,
    const char *note, struct fault *);

/* End a mute.  Exit code 66 when the problem is not muted. */
int store_end_mute(struct store *, int64_t number, struct fault *);

/* Give every problem with a mute to `fn`, by number; -1 when that fails. */
typedef void store_mute_fn(void *arg, const struct store_problem *);
int store_read_mutes(
    struct store *, store_mute_fn *, void *arg, struct fault *);

#endif
