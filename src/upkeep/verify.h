#ifndef UPKEEP_VERIFY_H
#define UPKEEP_VERIFY_H

struct fault;
struct store;

/* A row of a rollup that differs from what counting the reports gives. */
struct store_difference {
	const char *rollup; /* "daily" */
	const char *what;   /* "2026-11-23 example.com sts of Example Inc." */
	/* its figures as stored and as counted; "" when there is no such row */
	const char *stored, *counted;
};
typedef void store_difference_fn(void *arg, const struct store_difference *);

/* Count all rollups anew, and call the function for each row that differs. */
int store_verify(
    struct store *, store_difference_fn *, void *arg, struct fault *);

#endif
