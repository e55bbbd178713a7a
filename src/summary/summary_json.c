#include <inttypes.h>
#include <string.h>

#include "base/utc.h"
#include "summary/summary.h"
#include "summary/summary_json.h"
#include "output/terminal_text.h"
#include "summary/sentences.h"

static const char *const group_names[N_GROUPS] = {
	[GROUP_FIX] = "fix",
	[GROUP_WATCH] = "watch",
	[GROUP_MUTED] = "muted",
	[GROUP_CURED] = "cured",
};

static const char *const state_names[] = {
	[PROBLEM_NEW] = "new",
	[PROBLEM_OPEN] = "open",
	[PROBLEM_CURED] = "cured",
	[PROBLEM_RECURRING] = "recurring",
};

static const char *const standing_names[] = {
	[STANDING_FIX] = "fix",
	[STANDING_MUTED] = "muted",
	[STANDING_WATCH] = "watch",
	[STANDING_FINE] = "fine",
};

static const char *const step_names[] = {
	[STEP_NONE] = "",
	[STEP_ENFORCE] = "enforce",
	[STEP_POLICY] = "publish-policy",
	[STEP_MODE] = "testing",
};

/* The next members of an object; its first one is printed by other means. */
static void
text_member(FILE *out, const char *name, const char *value)
{
	fprintf(out, ",\"%s\":", name);
	text_put_json(out, value);
}

static void
number_member(FILE *out, const char *name, uint64_t value)
{
	fprintf(out, ",\"%s\":%" PRIu64, name, value);
}

void
json_problem(FILE *out, const struct words *w, size_t i)
{
	const struct overview_problem *p = &w->o->problems[i];

	fprintf(out, "{\"problem\":%" PRId64, p->number);
	text_member(out, "group", group_names[w->j->problem[i]]);
	text_member(out, "domain", p->domain);
	text_member(out, "receiving_mx_hostname", p->mx);
	text_member(out, "result_type", p->result_type);
	text_member(out, "policy_types", p->policy_types);
	text_member(out, "policy_mode", p->policy_mode);
	text_member(out, "side", p->side);
	text_member(out, "state", state_names[p->state]);
	text_member(out, "first_day", p->first_day);
	text_member(out, "last_day", p->last_day);
	number_member(out, "days", p->days);
	number_member(out, "organizations", p->organizations);
	number_member(out, "reporters", p->reporters);
	text_member(out, "organization_names", p->organization_names);
	number_member(out, "failed_sessions", p->failed);
	number_member(out, "failed_last_7_days", p->failed_last_7_days);
	number_member(out, "domain_sessions", p->domain_sessions);
	text_member(out, "failure_reason_code", p->reason);
	text_member(out, "muted_until", p->muted_until);
	text_member(out, "remedy", words_brief(w, p));
	text_member(out, "command", words_look(w, p));
	fputc('}', out);
}

void
json_domain(FILE *out, const struct words *w, size_t i,
    const struct summary_alarm *alarm)
{
	const struct overview_domain *d = &w->o->domains[i];

	fputs("{\"domain\":", out);
	text_put_json(out, d->name);
	text_member(out, "shown", d->shown);
	text_member(out, "standing", standing_names[w->j->domain[i]]);
	text_member(out, "step", step_names[w->j->step[i]]);
	text_member(out, "first_day", d->first_day);
	text_member(out, "last_day", d->last_day);
	number_member(out, "organizations", d->organizations);
	number_member(out, "sessions", d->sessions);
	number_member(out, "failed", d->failed);
	number_member(out, "sessions_before", d->sessions_before);
	number_member(out, "failed_before", d->failed_before);
	text_member(out, "policy_types", d->policy_types);
	text_member(out, "policy_mode", d->policy_mode);
	number_member(out, "clean_days", d->clean_days);
	text_member(out, "policies_differ", d->policies_differ);
	if (alarm != NULL && alarm->percent >= 0)
		fprintf(out, ",\"over\":%s",
		    judge_over(w->o, d, alarm->percent, alarm->min_sessions)
			? "true"
			: "false");
	fputc('}', out);
}

void
json_sender(FILE *out, const struct words *w, size_t i)
{
	const struct overview_sender *s = &w->o->senders[i];

	fputs("{\"organization\":", out);
	text_put_json(out, s->organization);
	text_member(out, "reporter_domain", s->reporter_domain);
	text_member(out, "domain", s->domain);
	text_member(out, "last_day", s->last_day);
	number_member(out, "silent_days", s->silent_days);
	number_member(out, "longest_gap", s->longest_gap);
	fputc('}', out);
}

static void
print_senders(FILE *out, const struct words *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->o->n_senders; i++)
		if (w->o->senders[i].silent) {
			fputs(n++ > 0 ? "," : "", out);
			json_sender(out, w, i);
		}
}

static void
print_warnings(FILE *out, const struct words *w)
{
	size_t i;

	for (i = 0; i < w->o->n_warnings; i++) {
		fprintf(out, "%s{\"code\":", i > 0 ? "," : "");
		text_put_json(out, w->o->warnings[i].code);
		number_member(out, "reports", w->o->warnings[i].reports);
		fputc('}', out);
	}
}

static void
print_totals(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	char text[UTC_TEXT];

	fputs("{\"from\":", out);
	text_put_json(out, o->from);
	text_member(out, "to", o->to);
	number_member(out, "days", o->n_days);
	number_member(out, "reports", o->reports);
	number_member(out, "organizations", o->organizations);
	number_member(out, "sessions", o->sessions);
	number_member(out, "failed", o->failed);
	number_member(out, "sessions_before", o->sessions_before);
	number_member(out, "failed_before", o->failed_before);
	number_member(out, "verified_domains", w->j->n_verified);
	number_member(out, "quarantined", o->quarantined);
	number_member(out, "conflicts", o->conflicts);
	if (o->last_good_poll > 0) {
		utc_format(o->last_good_poll, text);
		text_member(out, "last_good_poll", text);
	} else {
		fputs(",\"last_good_poll\":null", out);
	}
	number_member(out, "domains_left_out", o->domains_left_out);
	number_member(out, "problems_left_out", o->problems_left_out);
	number_member(out, "senders_left_out", o->senders_left_out);
	text_member(out, "answer", words_answer(w));
}

void
summary_print_json(
    FILE *out, const struct words *w, const struct summary_alarm *alarm)
{
	size_t i;

	print_totals(out, w);
	fputs(",\"problems\":[", out);
	for (i = 0; i < w->o->n_problems; i++) {
		fputs(i > 0 ? "," : "", out);
		json_problem(out, w, i);
	}
	fputs("],\"domains\":[", out);
	for (i = 0; i < w->o->n_domains; i++) {
		fputs(i > 0 ? "," : "", out);
		json_domain(out, w, i, alarm);
	}
	fputs("],\"silent\":[", out);
	print_senders(out, w);
	fputs("],\"warnings\":[", out);
	print_warnings(out, w);
	fputs("]}\n", out);
}
