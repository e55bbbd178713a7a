#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "codes/codes.h"
#include "codes/result_types.h"
#include "model/tls_report.h"
#include "report/counted_sessions.h"
#include "report/members.h"
#include "report/report_parser.h"

/*
 * Counted sessions may be added up across policy types.  A sender that judges
 * one session under two policies reports it under each (RFC 8460 §4.2), so for
 * each recipient domain only one of the types sts and tlsa is counted.
 */
struct sum {
	uint64_t sessions, failed;
};

static int
compare(const void *a, const void *b)
{
	const struct policy *p = *(struct policy *const *)a;
	const struct policy *q = *(struct policy *const *)b;

	return strcmp(p->recipient_domain, q->recipient_domain);
}

static void
count(struct policy *p)
{
	p->counted_sessions = p->successful_sessions + p->failed_sessions;
	p->counted_failed = p->failed_sessions;
}

static struct sum
add_up(struct policy **p, size_t n, enum policy_kind kind)
{
	struct sum s = { 0, 0 };
	size_t i;

	for (i = 0; i < n; i++)
		if (policy_kind_of(p[i]->type) == kind) {
			s.sessions +=
			    p[i]->successful_sessions + p[i]->failed_sessions;
			s.failed += p[i]->failed_sessions;
		}
	return s;
}

/* Count the policies of one type: `p` are sts and tlsa of one domain. */
static void
count_group(struct policy **p, size_t n)
{
	struct sum sts = add_up(p, n, POLICY_STS);
	struct sum tlsa = add_up(p, n, POLICY_TLSA);
	enum policy_kind carrier = POLICY_STS;
	size_t i;

	if (tlsa.sessions > sts.sessions ||
	    (tlsa.sessions == sts.sessions && tlsa.failed > sts.failed))
		carrier = POLICY_TLSA;
	for (i = 0; i < n; i++)
		if (policy_kind_of(p[i]->type) == carrier)
			count(p[i]);
}

/* Whether all counts of the report add up within 64 bits. */
static bool
adds_up(const struct report *report)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < report->n_policies; i++) {
		sum += report->policies[i].successful_sessions +
		       report->policies[i].failed_sessions;
		if (sum > INT64_MAX)
			return false;
	}
	return true;
}

void
counted_sessions_settle(struct report_parser *rp)
{
	struct report *report = rp->report;
	struct policy **both, *p;
	size_t i, first, n = 0;

	if (!adds_up(report)) {
		refuse_value(rp, 43, CODE_COUNT_OVERFLOW, MEMBER_POLICIES);
		return;
	}
	both = arena_alloc(rp->arena, report->n_policies * sizeof *both);
	for (i = 0; i < report->n_policies; i++) {
		p = &report->policies[i];
		if (p->skipped)
			continue;
		if (policy_kind_of(p->type) == POLICY_STS ||
		    policy_kind_of(p->type) == POLICY_TLSA)
			both[n++] = p;
		else
			count(p);
	}
	qsort(both, n, sizeof *both, compare);
	for (first = 0; first < n; first = i) {
		for (i = first + 1; i < n; i++)
			if (compare(&both[first], &both[i]) != 0)
				break;
		count_group(both + first, i - first);
	}
}
