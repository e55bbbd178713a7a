#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
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

static int
compare_names(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* A policy's mx in order, each once; `*n` gets their number. */
static const char **
sorted_mx(struct judging *j, const struct sts_policy *p, size_t *n)
{
	const char **mx = arena_alloc(j->arena, (p->n_mx + 1) * sizeof *mx);
	size_t i;

	for (i = 0; i < p->n_mx; i++)
		mx[i] = p->mx[i];
	if (p->n_mx > 0)
		qsort(mx, p->n_mx, sizeof *mx, compare_names);
	for (i = *n = 0; i < p->n_mx; i++)
		if (*n == 0 || strcasecmp(mx[*n - 1], mx[i]) != 0)
			mx[(*n)++] = mx[i];
	return mx;
}

/* Whether two policies list the same hosts, without order and case. */
static bool
has_same_mx(
    struct judging *j, const struct sts_policy *a, const struct sts_policy *b)
{
	size_t i, n, m;
	const char **one = sorted_mx(j, a, &n), **other = sorted_mx(j, b, &m);

	for (i = 0; i < n && i < m; i++)
		if (strcasecmp(one[i], other[i]) != 0)
			return false;
	return n == m;
}

/* The strings of a report as one text, a line each. */
static struct span
lines_of(struct judging *j, const struct sender_policy *p)
{
	size_t i, len, n = 0;
	char *out;

	for (i = 0; i < p->n_strings; i++)
		n += strlen(p->strings[i]) + 1;
	out = arena_alloc(j->arena, n + 1);
	for (i = n = 0; i < p->n_strings; i++, n += len + 1) {
		len = strlen(p->strings[i]);
		memcpy(out + n, p->strings[i], len);
		out[n + len] = '\n';
	}
	return (struct span){ out, n };
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
		       has_same_mx(j, &seen, now)
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

/* Whether one of the texts is that record. */
static bool
has_record(const char *const *text, size_t n, const char *record)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_same_record(text[i], record))
			return true;
	return false;
}

/* Whether a host's TLSA records and those of a report are the same set. */
static bool
has_same_records(struct judging *j, const struct mx_host *host,
    const struct sender_policy *p)
{
	const char **shown =
	    arena_alloc(j->arena, (host->n_records + 1) * sizeof *shown);
	size_t i;

	for (i = 0; i < host->n_records; i++) {
		shown[i] = tlsa_shown(&host->record[i], false, j->arena);
		if (!has_record(p->strings, p->n_strings, shown[i]))
			return false;
	}
	for (i = 0; i < p->n_strings; i++)
		if (!has_record(shown, host->n_records, p->strings[i]))
			return false;
	return host->n_records > 0;
}

static enum agreement
compare_tlsa(
    struct judging *j, const struct sender_policy *p, const char **words)
{
	const struct mx_host *host;
	bool known = false;
	size_t i;

	*words = judging_list(j->arena, p->strings, p->n_strings, ", ");

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

/* How many points of a code were not made, of `n` that there are. */
static void
say_more(struct judging *j, enum point_code code, size_t n)
{
	if (n > JUDGING_MOST)
		judging_say(j, code,
		    &(struct saying){ .h = arena_printf(j->arena, "%zu more",
					  n - JUDGING_MOST),
			.x = "...",
			.y = "the days stored" });
}

/* What each sender's policy is, and how many hold the one of now. */
static void
judge_senders(struct judging *j)
{
	const struct reports_found *r = &j->s->reports;
	const struct sender_policy *p;
	struct saying what = { 0 };
	const char *last = "", *organization = NULL;
	size_t i, same = 0, other = 0, missed = 0;
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
		} else if (agreement == AGREE_OTHER && other++ < JUDGING_MOST) {
			judging_say(j, POINT_REPORTS_DIFFER, &what);
		} else if (agreement == AGREE_MISSED &&
			   missed++ < JUDGING_MOST) {
			judging_say(j, POINT_REPORTS_NO_POLICY, &what);
		}
	}
	say_more(j, POINT_REPORTS_DIFFER, other);
	say_more(j, POINT_REPORTS_NO_POLICY, missed);

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
	say_more(j, POINT_REPORTS_MX, said);
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
