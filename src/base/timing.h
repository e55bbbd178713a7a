#ifndef BASE_TIMING_H
#define BASE_TIMING_H

/* Where the time of a run goes; for `--timing`. */
enum room {
	ROOM_OTHER, /* start, login, the end */
	ROOM_WIRE,  /* waiting for and reading from the source */
	ROOM_MIME,
	ROOM_UNPACK,
	ROOM_JSON,
	ROOM_WAIT, /* for the store, which works beside the others */
	ROOM_CSV,
	ROOM_STORE, /* its own time: not in the sum of the others */
	ROOM_COUNT
};

/* A stopwatch that is always in one room. */
struct timing {
	enum room room;
	double since; /* seconds of a monotonic clock */
	double seconds[ROOM_COUNT];
};

/* Seconds of a monotonic clock. */
double timing_now(void);

void timing_start(struct timing *);

/*
 * Go into a room; returns the one that was left, to go back to.  With NULL
 * nothing happens, not even a look at the clock.
 */
enum room timing_enter(struct timing *, enum room);

/* One line on stderr: each room's seconds. */
void timing_print(struct timing *);

#endif
