#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "base/timing.h"

double
timing_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void
timing_start(struct timing *t)
{
	*t = (struct timing){ .room = ROOM_OTHER, .since = timing_now() };
}

enum room
timing_enter(struct timing *t, enum room room)
{
	enum room left;
	double now;

	if (t == NULL)
		return ROOM_OTHER;
	now = timing_now();
	left = t->room;
	t->seconds[left] += now - t->since;
	t->since = now;
	t->room = room;
	return left;
}

void
timing_add(struct timing *sum, struct timing *other)
{
	enum room r;

	if (sum == NULL)
		return;
	for (r = 0; r < ROOM_COUNT; r++)
		if (r != ROOM_OTHER)
			sum->seconds[r] += other->seconds[r];
	timing_start(other);
}

void
timing_print(struct timing *t)
{
	static const char *const names[ROOM_COUNT] = { "other", "wire", "mime",
		"unpack", "json", "store", "csv" };
	enum room r;

	timing_enter(t, ROOM_OTHER);
	fputs("tlsrua: seconds:", stderr);
	for (r = 0; r < ROOM_COUNT; r++)
		fprintf(stderr, " %s %.3f", names[r], t->seconds[r]);
	fputc('\n', stderr);
}
