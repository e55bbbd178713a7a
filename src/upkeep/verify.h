#ifndef UPKEEP_VERIFY_H
#define UPKEEP_VERIFY_H

struct fault;
struct store;

/* A figure that is not what counting from scratch gives. */
struct store_difference {
	const char *rollup; /* "daily" */
	const char *what;   /* "2026-11-23 example.com sts of Example Inc." */
	const char *stored, *counted; /* its figures; "" where there are none */
};
typedef void store_difference_fn(void *arg, const struct store_difference *);

/* Count all rollups from scratch, and tell what differs. */
int store_verify(
    struct store *, store_difference_fn *, void *arg, struct fault *);

#endif
