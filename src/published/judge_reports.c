#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/span.h"
#include "model/domain_setup.h"
#include "published/judge_domain.h"
#include "published/judge_reports.h"
#include "published/judging.h"
#include "published/points.h"
#include "published/sts_policy.h"
#include "published/tlsa.h"

/* How a sender's policy stands to the one that is published now. */
enum agreement {
	AGREE_NOT_COMPARED,
	AGREE_SAME,
	AGREE_OTHER,
	AGREE_MISSED /* it saw none, though one is published */
};

/* Whether every mx of one policy stands in the other, without case. */
static bool
has_all_mx(const struct sts_policy *a, const struct sts_policy *b)
{
	size_t i, k;

	for (i = 0; i < a->n_mx; i++) {
		for (k = 0; k < b->n_mx; k++)
			if (strcasecmp(a->mx[i], b->mx[k]) == 0)
				break;
		if (k == b->n_mx)
			return false;
	}
	return true;
}

/* The strings of a report as one text, a line each. */
static struct span
lines_of(struct judging *j, const struct sender_policy *p)
{
	const char *out = "";
	size_t i;

	for (i = 0; i < p->n_strings; i++)
		out = arena_printf(j->arena, "%s%s\n", out, p->strings[i]);
	return span_of(out);
}

static enum agreement
compare_sts(
    struct judging *j, const struct sender_policy *p, const char **words)
{
	const struct sts_policy *now = &j->v->policy;
	struct sts_policy seen;

	if (p->n_strings == 0 || !now->valid)
		return AGREE_NOT_COMPARED;
	sts_policy_read(lines_of(j, p), j->arena, &seen);
	if (!seen.valid) {
		*words = "one that cannot be read";
		return AGREE_OTHER;
	}
	*words = judging_policy_words(j->arena, &seen);
	return seen.mode == now->mode && seen.max_age == now->max_age &&
		       has_all_mx(&seen, now) && has_all_mx(now, &seen)
		   ? AGREE_SAME
		   : AGREE_OTHER;
}

/* Whether two texts are the same without blanks and case. */
static bool
is_same_record(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == ' ' || *a == '\t')
			a++;
		while (*b == ' ' || *b == '\t')
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (*a == '\0')
			return true;
	}
}

/* Whether a host's TLSA records and those of a report are the same set. */
static bool
has_same_records(struct judging *j, const struct mx_host *host,
    const struct sender_policy *p)
{
	size_t i, k;

	if (host->n_records == 0)
		return false;
	for (i = 0; i < p->n_strings; i++) {
		for (k = 0; k < host->n_records; k++)
			if (is_same_record(p->strings[i],
				tlsa_shown(&host->record[k], false, j->arena)))
				break;
		if (k == host->n_records)
			return false;
	}
	for (k = 0; k < host->n_records; k++) {
		for (i = 0; i < p->n_strings; i++)
			if (is_same_record(p->strings[i],
				tlsa_shown(&host->record[k], false, j->arena)))
				break;
		if (i == p->n_strings)
			return false;
	}
	return true;
}

static enum agreement
compare_tlsa(
    struct judging *j, const struct sender_policy *p, const char **words)
{
	const struct mx_host *host;
	bool known = false;
	size_t i;

	*words = "";
	for (i = 0; i < p->n_strings; i++)
		*words = judging_join(j->arena, *words, ", ", p->strings[i]);
	for (i = 0; i < j->s->n_hosts; i++) {
		host = &j->s->host[i];
		/* where the policy is that of one host, no other counts */
		if (!judging_is_same_host(
			judging_text(p->policy_domain), j->s->domain) &&
		    !judging_is_same_host(
			judging_text(p->policy_domain), host->name))
			continue;
		known |= host->n_records > 0;
		if (has_same_records(j, host, p))
			return AGREE_SAME;
	}
	return known && p->n_strings > 0 ? AGREE_OTHER : AGREE_NOT_COMPARED;
}

static enum agreement
compare(struct judging *j, const struct sender_policy *p, const char **words)
{
	if (strcmp(p->type, "sts") == 0)
		return compare_sts(j, p, words);
	if (strcmp(p->type, "tlsa") == 0)
		return compare_tlsa(j, p, words);
	if (strcmp(p->type, "no-policy-found") == 0 &&
	    (j->mode != STS_NO_MODE || j->dane_everywhere))
		return AGREE_MISSED;
	return AGREE_NOT_COMPARED;
}

/* What each sender's policy is, and how many hold the one of now. */
static void
judge_senders(struct judging *j)
{
	const struct reports_found *r = &j->s->reports;
	const struct sender_policy *p;
	struct saying what = { 0 };
	const char *last = "", *organization = NULL;
	size_t i, same = 0, said = 0;
	enum agreement agreement;

	for (i = 0; i < r->n_senders; i++) {
		p = &r->sender[i];
		agreement = compare(j, p, &what.x);
		what.h = p->organization;
		what.y = p->day;
		if (agreement == AGREE_SAME) {
			/* a sender of both types counts once */
			same += organization == NULL ||
				strcmp(organization, p->organization) != 0;
			organization = p->organization;
			last = strcmp(p->day, last) > 0 ? p->day : last;
		} else if (agreement == AGREE_OTHER && said++ < JUDGING_MOST) {
			judging_say(j, POINT_REPORTS_DIFFER, &what);
		} else if (agreement == AGREE_MISSED && said++ < JUDGING_MOST) {
			judging_say(j, POINT_REPORTS_NO_POLICY, &what);
		}
	}
	if (same > 0)
		judging_say(j, POINT_REPORTS_AGREE,
		    &(struct saying){ .y = last,
			.x = same == 1 ? "1 sender holds"
				       : arena_printf(j->arena,
					     "%zu senders hold", same) });
}

/* The MX host of that name: 1 + its index; 0 when it is none now. */
static size_t
host_number(const struct judging *j, const char *name)
{
	size_t i;

	for (i = 0; i < j->s->n_hosts; i++)
		if (judging_is_same_host(j->s->host[i].name, name))
			return i + 1;
	return 0;
}

/* Hosts that senders met and that are no MX hosts now. */
static void
judge_met_hosts(struct judging *j)
{
	const struct reports_found *r = &j->s->reports;
	struct saying what = { 0 };
	size_t i, said = 0;

	for (i = 0; i < r->n_mx && j->s->n_hosts > 0; i++) {
		what.subject = what.h = r->mx[i];
		if (r->mx[i][0] != '\0' && host_number(j, r->mx[i]) == 0 &&
		    said++ < JUDGING_MOST)
			judging_say(j, POINT_REPORTS_MX, &what);
	}
}

/* Open problems stand with the host that they are about. */
static void
judge_problems(struct judging *j)
{
	const struct reports_found *r = &j->s->reports;
	struct saying what = { 0 };
	size_t i;

	for (i = 0; i < r->n_problems && i < JUDGING_MOST; i++) {
		what.subject = judging_text(r->problem[i].mx);
		what.host = host_number(j, what.subject);
		what.x =
		    arena_printf(j->arena, "%" PRId64, r->problem[i].number);
		what.y = r->problem[i].words;
		judging_say(j, POINT_REPORTS_PROBLEM, &what);
	}
}

void
judge_reports(struct judging *j)
{
	const struct reports_found *r = &j->s->reports;
	const char *newest = judging_text(r->newest);
	struct saying what = { .x = newest };

	if (!r->looked)
		return;
	if (newest[0] == '\0')
		judging_say(j, POINT_REPORTS_NONE, &what);
	else if (r->n_senders == 0)
		judging_say(j, POINT_REPORTS_STALE, &what);
	judge_senders(j);
	judge_met_hosts(j);
	judge_problems(j);
}
