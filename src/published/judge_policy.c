#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/span.h"
#include "model/domain_setup.h"
#include "published/flaws.h"
#include "published/judge_domain.h"
#include "published/judge_policy.h"
#include "published/judging.h"
#include "published/points.h"
#include "published/sts_policy.h"
#include "published/sts_record.h"
#include "published/txt_record.h"

enum {
	DAY = 86400,
	HTTP_OK = 200,
	HTTP_REDIRECT = 300,
	HTTP_REDIRECT_END = 400
};

/* Content-Type without its parameters (RFC 9110 §8.3). */
static bool
is_plain_text(const char *media_type)
{
	struct span type = { media_type, strcspn(media_type, ";") };

	return span_is_nocase(span_trim(type), "text/plain");
}

/* What keeps senders from a policy, in `*x` what was found. */
static enum point_code
find_fetch_fault(const struct web_fetch *f, struct arena *arena, const char **x)
{
	const char *type = judging_text(f->media_type);

	*x = judging_text(f->reason);
	switch (f->result) {
	case FETCH_FAILED:
		return POINT_STS_FETCH;
	case FETCH_TLS_OLD:
		return POINT_STS_TLS;
	case FETCH_CERTIFICATE:
		return POINT_STS_CERT;
	default:
		break;
	}
	if (f->status >= HTTP_REDIRECT && f->status < HTTP_REDIRECT_END) {
		*x = judging_text(f->location)[0] != '\0' ? f->location
							  : "another place";
		return POINT_STS_REDIRECT;
	}
	if (f->status != HTTP_OK && f->result == FETCH_ANSWERED) {
		*x = arena_printf(arena, "%u", f->status);
		return POINT_STS_HTTP_STATUS;
	}
	if (f->result == FETCH_TOO_LARGE)
		return POINT_STS_TOO_LARGE;
	*x = type[0] != '\0' ? type : "missing";
	if (!is_plain_text(type))
		return POINT_STS_MEDIA_TYPE;
	*x = judging_text(f->encoding);
	if ((*x)[0] != '\0' && !span_is_nocase(span_of(*x), "identity"))
		return POINT_STS_ENCODING;
	return POINT_NONE;
}

/* An id that is another than before: the time. */
static const char *
new_id(const struct judging *j)
{
	time_t t = (time_t)j->s->now;
	char text[32];
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y%m%dT%H%M%S", &tm) == 0)
		return "1";
	return arena_strdup(j->arena, text);
}

/* The lines of a policy to begin with. */
static const char *
first_policy(const struct judging *j)
{
	const char *out = "`version: STSv1`, `mode: testing`";
	size_t i;

	for (i = 0; i < j->s->n_hosts; i++)
		out = arena_printf(
		    j->arena, "%s, `mx: %s`", out, j->s->host[i].name);
	return arena_printf(j->arena, "%s, `max_age: 604800`", out);
}

/* No TXT record tells senders of a policy. */
static void
judge_no_record(struct judging *j, bool served)
{
	const struct domain_setup *s = j->s;
	struct saying what = { .h = judging_misplaced(j, s->sts_misplaced,
				   s->n_sts_misplaced, "v=STSv1;"),
		.seconds = s->sts.lookup.seconds };

	if (what.h != NULL) {
		judging_say(j, POINT_STS_WRONG_NAME, &what);
	} else if (served) {
		what.x = new_id(j);
		judging_say(j, POINT_STS_ORPHAN, &what);
	} else if (j->takes_mail && j->dane_everywhere) {
		judging_say(j, POINT_STS_NONE_DANE, &what);
	} else if (j->takes_mail) {
		what.x = new_id(j);
		what.y = first_policy(j);
		judging_say(j, POINT_STS_NONE, &what);
	}
}

/* The record as it is, and what is wrong with it. */
static void
judge_record(struct judging *j)
{
	const struct sts_record *r = &j->v->sts;
	struct saying what = { .seconds = j->s->sts.lookup.seconds };
	size_t i;

	if (r->valid) {
		what.x = txt_shown(r->record, j->arena);
		judging_say(j, POINT_STS_FOUND, &what);
	}
	/* fields that senders pass over are no matter here */
	for (i = 0; i < r->flaws.n; i++)
		if (r->flaws.item[i].code != POINT_EXT_UNKNOWN)
			judging_say_flaw(j, &r->flaws.item[i], what.seconds);
}

/* A host of the policy's against MX hosts, and the other way round. */
static void
judge_coverage(struct judging *j)
{
	const struct domain_setup *s = j->s;
	const struct sts_policy *p = &j->v->policy;
	struct saying what = { .lighter =
				   p->mode == STS_TESTING || !j->v->sts.valid };
	size_t i, k, unused = 0;

	what.x = p->mode == STS_TESTING
		     ? "senders would not deliver there under enforce"
		     : "senders do not deliver there";
	for (i = 0; i < s->n_hosts; i++) {
		for (k = 0; k < p->n_mx; k++)
			if (sts_mx_matches(p->mx[k], s->host[i].name))
				break;
		what.subject = what.h = s->host[i].name;
		if (k == p->n_mx)
			judging_say(j, POINT_STS_MX_UNCOVERED, &what);
	}
	what = (struct saying){ 0 };
	for (k = 0; k < p->n_mx && s->n_hosts > 0; k++) {
		for (i = 0; i < s->n_hosts; i++)
			if (sts_mx_matches(p->mx[k], s->host[i].name))
				break;
		what.subject = what.x = p->mx[k];
		if (i == s->n_hosts && unused++ < JUDGING_MOST)
			judging_say(j, POINT_STS_MX_UNUSED, &what);
	}
	if (unused > JUDGING_MOST) {
		what.subject = "";
		what.x =
		    arena_printf(j->arena, "%zu more", unused - JUDGING_MOST);
		judging_say(j, POINT_STS_MX_UNUSED, &what);
	}
}

/* What the policy says, once it was served as it must be. */
static void
judge_text(struct judging *j)
{
	const struct sts_policy *p = &j->v->policy;
	struct saying what = { .seconds = j->s->policy.seconds };
	struct flaw flaw;
	size_t i;

	if (p->valid) {
		what.x = judging_policy_words(j->arena, p);
		judging_say(j, POINT_STS_POLICY_FOUND, &what);
	}
	for (i = 0; i < p->flaws.n; i++) {
		flaw = p->flaws.item[i];
		if (flaw.code == POINT_STS_MAX_AGE_SHORT)
			flaw.x = judging_duration(j->arena, p->max_age);
		if (flaw.code == POINT_EXT_UNKNOWN ||
		    (flaw.code == POINT_STS_MAX_AGE_SHORT && !p->valid))
			continue;
		judging_say_flaw(j, &flaw, what.seconds);
	}
	if (p->mode == STS_TESTING)
		judging_say(j, POINT_STS_MODE_TESTING, &what);
	else if (p->mode == STS_NONE)
		judging_say(j, POINT_STS_MODE_NONE, &what);
	if (p->mode == STS_ENFORCE || p->mode == STS_TESTING)
		judge_coverage(j);
}

/* The policy host, when a record sends senders there. */
static void
judge_policy(struct judging *j, enum point_code fault, const char *x)
{
	const struct web_fetch *f = &j->s->policy;
	struct saying what = { .x = x, .seconds = f->seconds };
	enum found_address address = judging_address(j, &f->a, &f->aaaa);
	int64_t days = (f->not_after - j->s->now) / DAY;

	if (address == ADDRESS_NONE)
		judging_say(j, POINT_STS_NO_HOST, &what);
	else if (f->result == FETCH_NOT_TRIED)
		return;
	else if (fault != POINT_NONE)
		judging_say(j, fault, &what);
	else
		judge_text(j);
	if (f->not_after > 0 && days >= 0 && days < JUDGING_SOON) {
		what.x = arena_printf(j->arena, "%d", (int)days);
		judging_say(j, POINT_STS_CERT_SOON, &what);
	}
}

void
judge_sts(struct judging *j)
{
	const struct web_fetch *f = &j->s->policy;
	struct sts_policy *p = &j->v->policy;
	enum point_code fault = POINT_NONE;
	const char *x = "";

	if (f->result != FETCH_NOT_TRIED &&
	    (fault = find_fetch_fault(f, j->arena, &x)) == POINT_NONE)
		sts_policy_read(f->body, j->arena, p);
	if (!judging_is_answered(j, &j->s->sts.lookup))
		return;
	if (j->v->sts.valid && p->valid && p->mode != STS_NONE)
		j->mode = p->mode;
	if (j->v->sts.record == NULL) {
		judge_no_record(j, p->valid);
		return;
	}
	judge_record(j);
	judge_policy(j, fault, x);
}
