#include <stddef.h>
#include <stdio.h>

#include "base/utc.h"
#include "model/overview.h"
#include "output/json_line.h"
#include "summary/judge.h"
#include "summary/problem_verdict.h"
#include "summary/summary_json.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"
#include "summary/words_of_vouching.h"

static const char *const group_names[N_GROUPS] = {
	[GROUP_FIX] = "fix",
	[GROUP_WATCH] = "watch",
	[GROUP_MUTED] = "muted",
	[GROUP_CURED] = "cured",
};

static const char *const doubt_names[] = {
	[DOUBT_NONE] = "",
	[DOUBT_OTHERS_FINE] = "others-fine",
	[DOUBT_THEIRS] = "theirs",
	[DOUBT_UNCLEAR] = "unclear",
	[DOUBT_SLIGHT] = "slight",
	[DOUBT_OLD] = "old",
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

struct json_object *
json_problem(const struct words *w, size_t i)
{
	const struct overview_problem *p = &w->o->problems[i];
	struct json_object *o = json_new_object();

	json_add_number(o, "problem", p->number);
	json_add_text(o, "group", group_names[w->j->problem[i].group]);
	json_add_text(o, "domain", p->domain);
	json_add_text(o, "receiving_mx_hostname", p->mx);
	json_add_text(o, "result_type", p->result_type);
	json_add_text(o, "policy_types", p->policy_types);
	json_add_text(o, "policy_mode", p->policy_mode);
	json_add_text(o, "side", p->side);
	json_add_text(o, "state", state_names[p->state]);
	json_add_text(o, "first_day", p->first_day);
	json_add_text(o, "last_day", p->last_day);
	json_add_count(o, "days", p->days);
	json_add_count(o, "organizations", p->organizations);
	json_add_count(o, "reporters", p->reporters);
	json_add_text(o, "organization_names", p->organization_names);
	json_add_count(o, "failed_sessions", p->failed);
	json_add_count(o, "failed_last_7_days", p->failed_last_7_days);
	json_add_count(o, "domain_sessions", p->domain_sessions);
	json_add_text(o, "failure_reason_code", p->reason);
	json_add_text(o, "muted_until", p->muted_until);
	json_add_text(o, "remedy", words_brief(w, p));
	json_add_text(o, "command", words_look(w, p));
	json_add_text(o, "doubt", doubt_names[w->j->problem[i].doubt]);
	return o;
}

struct json_object *
json_domain(const struct words *w, size_t i, const struct summary_alarm *alarm)
{
	const struct overview_domain *d = &w->o->domains[i];
	struct json_object *o = json_new_object();

	json_add_text(o, "domain", d->name);
	json_add_text(o, "shown", d->shown);
	json_add_text(o, "standing", standing_names[w->j->domain[i]]);
	json_add_text(o, "step", step_names[w->j->step[i]]);
	json_add_text(o, "first_day", d->first_day);
	json_add_text(o, "last_day", d->last_day);
	json_add_count(o, "organizations", d->organizations);
	json_add_count(o, "sessions", d->sessions);
	json_add_count(o, "failed", d->failed);
	json_add_count(o, "sessions_before", d->sessions_before);
	json_add_count(o, "failed_before", d->failed_before);
	json_add_text(o, "policy_types", d->policy_types);
	json_add_text(o, "policy_mode", d->policy_mode);
	json_add_count(o, "clean_days", d->clean_days);
	json_add_text(o, "policies_differ", d->policies_differ);
	json_add_count(o, "verified_sessions", d->vouched_sessions);
	json_add_count(o, "verified_failed", d->vouched_failed);
	if (alarm != NULL && alarm->percent >= 0)
		json_add_bool(o, "over",
		    judge_over(d, alarm->percent, alarm->min_sessions));
	return o;
}

struct json_object *
json_sender(const struct words *w, size_t i)
{
	const struct overview_sender *s = &w->o->senders[i];
	struct json_object *o = json_new_object();

	json_add_text(o, "organization", s->organization);
	json_add_text(o, "reporter_domain", s->reporter_domain);
	json_add_text(o, "domain", s->domain);
	json_add_text(o, "last_day", s->last_day);
	json_add_count(o, "silent_days", s->silent_days);
	json_add_count(o, "longest_gap", s->longest_gap);
	json_add_text(o, "dkim_domain", s->signed_by);
	return o;
}

static struct json_object *
warning(const struct overview_warning *warning)
{
	struct json_object *o = json_new_object();

	json_add_text(o, "code", warning->code);
	json_add_count(o, "reports", warning->reports);
	return o;
}

static struct json_object *
two_signers(const struct overview_signers *s)
{
	struct json_object *o = json_new_object(), *list = json_new_array();
	size_t i;

	json_add_text(o, "organization", s->organization);
	for (i = 0; i < s->n; i++)
		json_append_text(list, s->domain[i]);
	json_add(o, "dkim_domains", list);
	return o;
}

/* Who vouches for the reports. */
static void
add_vouching(struct json_object *json, const struct words *w)
{
	const struct overview_vouching *v = &w->o->vouching;
	struct json_object *list = json_new_array(), *o;
	size_t i;

	json_add_count(json, "verified_reports", v->vouched);
	json_add_count(json, "verified_sessions", w->o->vouched_sessions);
	json_add_count(json, "verified_failed", w->o->vouched_failed);
	json_add(json, "unverified", list);
	for (i = 0; i < v->n_doubts; i++) {
		o = json_new_object();
		json_add_text(o, "dkim", v->doubts[i].code);
		json_add_count(o, "reports", v->doubts[i].reports);
		json_append(list, o);
	}
	json_add(json, "two_signers", list = json_new_array());
	for (i = 0; i < v->n_signers; i++)
		if (judge_has_two_signers(&v->signers[i]))
			json_append(list, two_signers(&v->signers[i]));
	json_add_bool(
	    json, "ready_to_require", words_ready_to_require(w)[0] != '\0');
}

static void
add_totals(struct json_object *json, const struct words *w)
{
	const struct overview *o = w->o;
	char text[UTC_TEXT];

	json_add_text(json, "from", o->from);
	json_add_text(json, "to", o->to);
	json_add_count(json, "days", o->n_days);
	json_add_count(json, "reports", o->reports);
	json_add_count(json, "organizations", o->organizations);
	json_add_count(json, "sessions", o->sessions);
	json_add_count(json, "failed", o->failed);
	json_add_count(json, "sessions_before", o->sessions_before);
	json_add_count(json, "failed_before", o->failed_before);
	json_add_count(json, "verified_domains", w->j->n_verified);
	json_add_count(json, "quarantined", o->quarantined);
	json_add_count(json, "conflicts", o->conflicts);
	if (o->last_good_poll > 0) {
		utc_format(o->last_good_poll, text);
		json_add_text(json, "last_good_poll", text);
	} else {
		json_add_null(json, "last_good_poll");
	}
	json_add_count(json, "domains_left_out", o->domains_left_out);
	json_add_count(json, "problems_left_out", o->problems_left_out);
	json_add_count(json, "senders_left_out", o->senders_left_out);
	json_add_text(json, "answer", words_answer(w));
	json_add_count(json, "unchecked", w->j->unchecked);
	add_vouching(json, w);
}

void
summary_print_json(
    FILE *out, const struct words *w, const struct summary_alarm *alarm)
{
	struct json_object *json = json_new_object(), *list;
	size_t i;

	add_totals(json, w);
	json_add(json, "problems", list = json_new_array());
	for (i = 0; i < w->o->n_problems; i++)
		json_append(list, json_problem(w, i));
	json_add(json, "domains", list = json_new_array());
	for (i = 0; i < w->o->n_domains; i++)
		json_append(list, json_domain(w, i, alarm));
	json_add(json, "silent", list = json_new_array());
	for (i = 0; i < w->o->n_senders; i++)
		if (w->o->senders[i].silent)
			json_append(list, json_sender(w, i));
	json_add(json, "warnings", list = json_new_array());
	for (i = 0; i < w->o->n_warnings; i++)
		json_append(list, warning(&w->o->warnings[i]));
	json_line_print(out, json);
}
