#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "model/domain_setup.h"
#include "published/judge_dane.h"
#include "published/judge_domain.h"
#include "published/judge_host.h"
#include "published/judge_mx.h"
#include "published/judge_policy.h"
#include "published/judge_record.h"
#include "published/judge_reports.h"
#include "published/judging.h"
#include "published/points.h"
#include "published/sts_record.h"
#include "published/tlsrpt_record.h"

/*
 * What DNS says of the domain as such.  False when there is no more to judge:
 * it does not exist, its signatures are broken or its servers are silent.
 */
static bool
judge_dns(struct judging *j)
{
	const struct domain_setup *s = j->s;
	struct saying what = { .seconds = s->soa.seconds };

	if (s->soa.status == LOOKUP_NO_NAME) {
		judging_say(j, POINT_DNS_NO_DOMAIN, &what);
		return false;
	}
	if (!judging_is_answered(j, &s->soa) &&
	    s->soa.status != LOOKUP_NOT_ASKED)
		return s->soa.status != LOOKUP_BOGUS &&
		       judging_is_answered(j, &s->mx_lookup);
	if (s->dnssec == DNSSEC_STRIPPED) {
		what.x = s->resolver;
		judging_say(j, POINT_DNSSEC_UNAVAILABLE, &what);
	} else if (s->dnssec == DNSSEC_JUDGED) {
		judging_say(j,
		    s->soa.secure ? POINT_DNSSEC_SIGNED : POINT_DNSSEC_UNSIGNED,
		    &what);
	}
	return true;
}

/* What the points add up to, in words. */
static const char *
sum_up(const struct domain_verdict *v, struct arena *arena)
{
	const char *out = "";

	if (v->failed > 0)
		out = arena_printf(arena, "%zu failed", v->failed);
	if (v->warnings > 0)
		out = judging_join(arena, out, ", ",
		    arena_printf(arena, "%zu warning%s", v->warnings,
			v->warnings == 1 ? "" : "s"));
	if (v->unknown > 0)
		out = judging_join(arena, out, ", ",
		    arena_printf(arena, "%zu unknown", v->unknown));
	return out[0] != '\0' ? out : "all well";
}

void
judge_domain(
    const struct domain_setup *s, struct arena *arena, struct domain_verdict *v)
{
	struct judging j = { .s = s, .arena = arena, .v = v };

	memset(v, 0, sizeof *v);
	tlsrpt_read(&s->tlsrpt, arena, &v->tlsrpt);
	sts_record_read(&s->sts, arena, &v->sts);
	if (judge_dns(&j)) {
		judge_tlsrpt(&j);
		judge_mx(&j);
		judge_dane(&j);
		judge_sts(&j);
		judge_hosts(&j);
		judge_reports(&j);
	}
	v->about = sum_up(v, arena);
}
