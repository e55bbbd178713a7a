#ifndef TESTS_SENT_H
#define TESTS_SENT_H

#include "scenes/stores.h"

/* A report of an organization about example.com, `day` of November 2026. */
struct sent {
	struct policy policy;
	struct failure failure;
	struct report report;
	char id[32];
};

static inline void
make(struct sent *x, const char *organization, int day, uint64_t good,
    uint64_t bad)
{
	static int number;

	x->policy = some_policy;
	x->failure = some_failure;
	x->policy.successful_sessions = good;
	x->policy.failed_sessions = x->failure.failed_sessions = bad;
	x->policy.counted_sessions = good + bad;
	x->policy.counted_failed = bad;
	x->policy.failures = &x->failure;
	x->policy.n_failures = bad > 0;
	x->report = some_report(&x->policy, 1);
	x->report.organization = organization;
	x->report.start = utc_of(2026, 11, day, 0, 0, 0);
	x->report.end = x->report.start + UTC_DAY - 1;
	snprintf(x->id, sizeof x->id, "n-%d", ++number);
	x->report.report_id = x->id;
}

static inline void
send_one(struct scene *s, const char *organization, int day, uint64_t good,
    uint64_t bad)
{
	struct sent x;

	make(&x, organization, day, good, bad);
	add(s, &x.report);
}

#endif
