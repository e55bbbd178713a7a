#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "model/domain_setup.h"
#include "published/judge_domain.h"
#include "published/judge_record.h"
#include "published/judging.h"
#include "published/points.h"
#include "published/rua_uri.h"
#include "published/tlsrpt_record.h"
#include "published/txt_record.h"

/* The record as it is, and what is wrong with it. */
static void
say_record(struct judging *j)
{
	const struct tlsrpt_record *r = &j->v->tlsrpt;
	struct saying what = { .seconds = j->s->tlsrpt.lookup.seconds };
	size_t i;

	if (r->valid) {
		what.x = txt_shown(r->record, j->arena);
		if (r->left_out > 0)
			what.x = arena_printf(j->arena,
			    "%s (%zu more URIs were not looked at)", what.x,
			    r->left_out);
		judging_say(j, POINT_TLSRPT_FOUND, &what);
	}
	for (i = 0; i < r->flaws.n; i++)
		judging_say_flaw(j, &r->flaws.item[i], what.seconds);
}

/* The places where mail of a domain goes, as far as senders of reports ask. */
static bool
takes_mail(struct judging *j, const struct rua_target *t)
{
	if (t->mx.status == LOOKUP_NOT_ASKED)
		return true; /* an address in brackets */
	if (!judging_is_answered(j, &t->mx))
		return true;
	if (t->mx.status == LOOKUP_FOUND)
		return !t->null_mx;
	return t->a.status == LOOKUP_NOT_ASKED
		   ? t->mx.status != LOOKUP_NO_NAME
		   : judging_address(j, &t->a, &t->aaaa) != ADDRESS_NONE;
}

/* Whether somebody here reads what comes to an address. */
static void
judge_owner(struct judging *j, const struct rua_uri *uri,
    const struct rua_target *t, struct saying *what)
{
	size_t i;

	if (!j->s->configured)
		return;
	for (i = 0; i < j->s->n_mailboxes; i++)
		if (rua_reaches(
			uri->address, judging_text(j->s->mailbox[i].user))) {
			what->x = j->s->mailbox[i].name;
			judging_say(j, POINT_RUA_POLLED, what);
			return;
		}
	if (judging_text(t->arrived_in)[0] == '\0') {
		judging_say(j, POINT_RUA_NOT_POLLED, what);
		return;
	}
	what->x = t->arrived_in;
	what->y = t->arrived_on;
	judging_say(j, POINT_RUA_ARRIVES, what);
}

/* What the web server of a URL answered. */
static void
judge_web(
    struct judging *j, const struct rua_target *t, const struct saying *usual)
{
	const struct web_fetch *f = &t->web;
	struct saying what = *usual;

	what.seconds += f->seconds;
	what.x = judging_text(f->reason);
	if (f->result == FETCH_NOT_TRIED) {
		judging_say(j, POINT_RUA_WEB, &what);
	} else if (f->result == FETCH_CERTIFICATE) {
		judging_say(j, POINT_RUA_WEB_CERT, &what);
	} else if (f->result != FETCH_ANSWERED &&
		   f->result != FETCH_TOO_LARGE) {
		judging_say(j, POINT_RUA_WEB_FETCH, &what);
	} else if (f->status / 100 == 3) {
		what.x = judging_text(f->location);
		judging_say(j, POINT_RUA_WEB_REDIRECT, &what);
	} else {
		what.x = arena_printf(j->arena, "%u", f->status);
		judging_say(j,
		    t->posted ? f->status / 100 == 2 ? POINT_RUA_WEB_TAKEN
						     : POINT_RUA_WEB_REFUSED
		    : f->status == 405 ? POINT_RUA_WEB_ANSWERS
				       : POINT_RUA_WEB_STATUS,
		    &what);
	}
}

static void
judge_target(
    struct judging *j, const struct rua_uri *uri, const struct rua_target *t)
{
	struct saying what = { .subject = uri->text,
		.h = uri->text,
		.x = uri->host,
		.seconds = t->mx.seconds + t->a.seconds + t->aaaa.seconds };
	enum found_address address;

	if (uri->kind == RUA_MAILTO && !takes_mail(j, t)) {
		judging_say(j, POINT_RUA_NO_MAIL, &what);
	} else if (uri->kind == RUA_MAILTO) {
		judge_owner(j, uri, t, &what);
	} else {
		address = t->a.status == LOOKUP_NOT_ASKED
			      ? ADDRESS_FOUND
			      : judging_address(j, &t->a, &t->aaaa);
		if (address == ADDRESS_NONE)
			judging_say(j, POINT_RUA_NO_HOST, &what);
		else if (address == ADDRESS_FOUND)
			judge_web(j, t, &what);
	}
}

/* Where each URI that senders use leads to. */
static void
judge_targets(struct judging *j)
{
	const struct tlsrpt_record *r = &j->v->tlsrpt;
	size_t i, k;

	for (i = 0; i < r->n; i++) {
		if (!tlsrpt_is_used(r, &r->uri[i]))
			continue;
		for (k = 0; k < i; k++)
			if (strcmp(r->uri[k].text, r->uri[i].text) == 0)
				break;
		if (k < i)
			continue; /* it stands twice */
		for (k = 0; k < j->s->n_targets; k++)
			if (strcmp(j->s->target[k].uri, r->uri[i].text) == 0) {
				judge_target(j, &r->uri[i], &j->s->target[k]);
				break;
			}
	}
}

void
judge_tlsrpt(struct judging *j)
{
	const struct domain_setup *s = j->s;
	const struct lookup *l = &s->tlsrpt.lookup;
	const char *elsewhere;
	struct saying what = { .h = l->name, .seconds = l->seconds };

	if (!judging_is_answered(j, l))
		return;
	elsewhere = judging_misplaced(
	    j, s->tlsrpt_misplaced, s->n_tlsrpt_misplaced, "v=TLSRPTv1;");
	if (j->v->tlsrpt.record == NULL && elsewhere != NULL) {
		what.h = elsewhere;
		judging_say(j, POINT_DNS_WRONG_NAME, &what);
	} else {
		say_record(j);
	}
	if (j->v->tlsrpt.others)
		judging_say(j, POINT_DNS_OTHER_TXT, &what);
	if (judging_text(l->alias)[0] != '\0') {
		what.h = l->name;
		what.x = l->alias;
		judging_say(j, POINT_DNS_ALIAS, &what);
	}
	judge_targets(j);
}
