#ifndef BASE_TIMING_H
#define BASE_TIMING_H

/* What a run spends its time on, for `--timing`. */
enum room {
	ROOM_OTHER, /* start, login, end */
	ROOM_WIRE,  /* waiting for and reading from the source */
	ROOM_MIME,
	ROOM_UNPACK,
	ROOM_JSON,
	ROOM_STORE,
	ROOM_CSV,
	ROOM_COUNT
};

/* A stopwatch that counts for one room at a time. */
struct timing {
	enum room room;
	double since; /* when the room was entered, as timing_now() */
	double seconds[ROOM_COUNT];
};

/* Seconds of a monotonic clock. */
double timing_now(void);

void timing_start(struct timing *);

/*
 * Count for another room from now on.  Returns the room before, to go back to.
 * Does nothing when the stopwatch is NULL.
 */
enum room timing_enter(struct timing *, enum room);

/*
 * Add what the stopwatch of another thread counted, but for ROOM_OTHER, when it
 * had nothing to do; that one begins again.  Does nothing when `sum` is NULL.
 */
void timing_add(struct timing *sum, struct timing *other);

/* One line on stderr: each room's seconds. */
void timing_print(struct timing *);

#endif
