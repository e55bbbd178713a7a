#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unbound.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/span.h"
#include "dns/context.h"
#include "dns/resolver.h"
#include "net/wait.h"

enum {
	CLASS_IN = 1,
	SILENT_NAMES = 2,      /* of a party that are waited for */
	SILENT_PARTIES = 3,    /* in a row, before nobody is waited for */
	WAIT_MOST = 60 * 1000, /* milliseconds of waiting in all */
	CACHE_MOST = 10000,    /* names that are remembered; four times that
				  by a patient resolver */
	AT_ONCE = 100,	       /* questions that are open at the same time */
	NXDOMAIN = 3
};

/* A name that was asked for, or a party; found by name and type. */
struct lookup {
	char *name;
	enum dns_type type; /* DNS_NO_TYPE: of a party */
	unsigned silent;    /* of a party: how many of its names stayed so */
	struct dns_answer answer;
	struct ub_result *result; /* what the answer points into */
	int error;		  /* of libunbound, which did not ask then */
	struct span *record;
	/* while it is asked */
	bool pending;
	int id;
	int64_t asked_at, until; /* on wait_clock(); then it is given up */
	struct resolver *resolver;
};

struct resolver {
	struct dns_settings set;
	struct ub_ctx *ctx;    /* NULL before the first question */
	bool failed;	       /* it could not be opened */
	struct lookup **known; /* sorted */
	size_t n_known, room;
	size_t n_pending;
	int64_t waited;	  /* milliseconds */
	int64_t wait_end; /* of an impatient one: nothing is waited for then */
	unsigned silent_in_a_row;
	char last_silent[64]; /* the party of the last one that stayed so */
	bool dead;
};

struct resolver *
resolver_new(const struct dns_settings *set)
{
	struct resolver *r = xcalloc(1, sizeof *r);

	r->set = *set;
	return r;
}

static void
free_lookup(struct lookup *l)
{
	ub_resolve_free(l->result);
	free(l->record);
	free(l->name);
	free(l);
}

static void
forget_all(struct resolver *r)
{
	while (r->n_known > 0)
		free_lookup(r->known[--r->n_known]);
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	/* the context first: its thread may still have answers to give */
	if (r->ctx != NULL)
		ub_ctx_delete(r->ctx);
	forget_all(r);
	free(r->known);
	free(r);
}

const char *
resolver_server(const struct resolver *r)
{
	return dns_servers(&r->set);
}

/* -- remembering */

/* Where a name stands among those known, or would. */
static size_t
place_of(const struct resolver *r, const char *name, enum dns_type type)
{
	size_t low = 0, high = r->n_known, middle;
	const struct lookup *l;

	while (low < high) {
		middle = low + (high - low) / 2;
		l = r->known[middle];
		if (l->type < type ||
		    (l->type == type && strcasecmp(l->name, name) < 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* NULL when it was not asked for yet. */
static struct lookup *
recall(const struct resolver *r, const char *name, enum dns_type type)
{
	size_t at = place_of(r, name, type);

	if (at == r->n_known || r->known[at]->type != type ||
	    strcasecmp(r->known[at]->name, name) != 0)
		return NULL;
	return r->known[at];
}

static struct lookup *
remember(struct resolver *r, const char *name, enum dns_type type)
{
	size_t at = place_of(r, name, type);
	struct lookup *l = xcalloc(1, sizeof *l);

	*l = (struct lookup){ .name = xstrdup(name),
		.type = type,
		.answer = { .status = DNS_NO_ANSWER,
		    .reason = "not asked, since nobody answers",
		    .canonical = "" },
		.resolver = r };
	r->known = xgrow(r->known, r->n_known, &r->room, sizeof *r->known);
	memmove(r->known + at + 1, r->known + at,
	    (r->n_known - at) * sizeof *r->known);
	r->known[at] = l;
	r->n_known++;
	return l;
}

static struct lookup *
find_party(struct resolver *r, const char *name)
{
	struct lookup *party = recall(r, name, DNS_NO_TYPE);

	return party != NULL ? party : remember(r, name, DNS_NO_TYPE);
}

/* -- asking */

static void
read_records(struct lookup *l)
{
	size_t n = 0, i;

	while (l->result->data[n] != NULL)
		n++;
	l->record = xcalloc(n + 1, sizeof *l->record);
	for (i = 0; i < n; i++)
		l->record[i] = (struct span){ l->result->data[i],
			(size_t)l->result->len[i] };
	l->answer.record = l->record;
	l->answer.n = n;
}

/* libunbound calls this, from ub_process(). */
static void
take_answer(void *arg, int err, struct ub_result *result)
{
	struct lookup *l = arg;
	struct dns_answer *a = &l->answer;

	if (!l->pending) { /* it came too late */
		ub_resolve_free(result);
		return;
	}
	l->pending = false;
	l->resolver->n_pending--;
	a->seconds = (double)(wait_clock() - l->asked_at) / 1000;
	if (err != 0 || result == NULL) {
		l->error = err;
		a->reason = ub_strerror(err);
		return;
	}
	l->result = result;
	a->secure = result->secure != 0;
	if (result->canonname != NULL &&
	    strcasecmp(result->canonname, result->qname) != 0)
		a->canonical = result->canonname;
	if (result->bogus) {
		a->status = DNS_BOGUS;
		a->reason = result->why_bogus != NULL ? result->why_bogus : "";
	} else if (result->havedata) {
		a->status = DNS_ANSWERED;
		read_records(l);
	} else if (result->nxdomain || result->rcode == NXDOMAIN)
		a->status = DNS_NO_NAME;
	else if (result->rcode == 0)
		a->status = DNS_NO_DATA;
	else {
		a->reason = "the server failed";
		a->has_failed = true;
	}
}

/* The thread that libunbound starts takes no signals: they are for the one
 * that waits. */
static void
send_question(struct resolver *r, struct lookup *l)
{
	sigset_t all, before;
	int err;

	l->answer.reason = "";
	l->asked_at = wait_clock();
	l->until = l->asked_at + (int64_t)r->set.timeout * 1000;
	l->pending = true;
	r->n_pending++;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = ub_resolve_async(
	    r->ctx, l->name, (int)l->type, CLASS_IN, l, take_answer, &l->id);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err != 0)
		take_answer(l, err, NULL);
}

static void
give_up(struct resolver *r, struct lookup *l)
{
	if (!l->pending)
		return;
	ub_cancel(r->ctx, l->id);
	l->pending = false;
	r->n_pending--;
	l->answer.seconds = (double)(wait_clock() - l->asked_at) / 1000;
	l->answer.reason = "no answer in time";
}

/* Whether an impatient resolver has waited enough. */
static bool
is_over(const struct resolver *r)
{
	return !r->set.patient && wait_clock() >= r->wait_end;
}

/* How long the oldest question that is open may still be waited for. */
static int64_t
oldest_until(const struct resolver *r, struct lookup **asked, size_t n)
{
	int64_t until = INT64_MAX;
	size_t i;

	for (i = 0; i < n; i++)
		if (asked[i] != NULL && asked[i]->pending &&
		    asked[i]->until < until)
			until = asked[i]->until;
	if (!r->set.patient && until > r->wait_end)
		until = r->wait_end;
	return until;
}

/*
 * Send these and wait until each is answered or its time over, or for a stop.
 * Elements may be NULL.
 */
static void
wait_for_answers(struct resolver *r, struct lookup **asked, size_t n)
{
	struct pollfd fd = { .fd = ub_fd(r->ctx), .events = POLLIN };
	int64_t began = wait_clock();
	size_t sent = 0, first = 0, i;
	enum wait_result w = WAIT_READY;

	r->wait_end = began + WAIT_MOST - r->waited;
	while (w != WAIT_STOPPED) {
		for (; sent < n && r->n_pending < AT_ONCE; sent++)
			if (asked[sent] != NULL)
				send_question(r, asked[sent]);
		while (first < sent &&
		       (asked[first] == NULL || !asked[first]->pending))
			first++;
		if (r->n_pending == 0)
			break;
		w = wait_for(&fd, 1,
		    oldest_until(r, asked + first, sent - first), r->set.stop);
		if (w == WAIT_READY && ub_process(r->ctx) != 0)
			break;
		for (i = first; i < sent; i++)
			if (asked[i] != NULL &&
			    (asked[i]->until <= wait_clock() || is_over(r)))
				give_up(r, asked[i]);
	}
	for (i = first; i < sent; i++)
		if (asked[i] != NULL)
			give_up(r, asked[i]);
	r->waited += wait_clock() - began;
}

static const struct lookup *
ask_root_keys(struct resolver *r)
{
	struct lookup *root = remember(r, ".", DNS_DNSKEY);

	wait_for_answers(r, &root, 1);
	return root;
}

static bool
is_validated(const struct lookup *l)
{
	return l->answer.status == DNS_ANSWERED && l->answer.secure;
}

/* Go on without a trust anchor. */
static void
reopen_without_anchor(struct resolver *r)
{
	ub_ctx_delete(r->ctx);
	forget_all(r);
	r->ctx = dns_context(&r->set, NULL);
	r->failed = r->ctx == NULL;
}

/* At the first question. */
static void
open_resolver(struct resolver *r)
{
	const char *anchor = dns_anchor(&r->set);

	r->ctx = dns_context(&r->set, anchor);
	r->failed = r->ctx == NULL;
	if (anchor != NULL && strcmp(r->set.trust_anchor, "auto") == 0 &&
	    (r->failed || !is_validated(ask_root_keys(r))))
		reopen_without_anchor(r);
}

/* What to make of a context that was opened with that trust anchor. */
static enum dns_trust
find_trust(struct resolver *r, const char *anchor)
{
	const struct lookup *root = ask_root_keys(r);
	bool is_silent = root->answer.status == DNS_NO_ANSWER;

	if (root->error != 0)
		return anchor != NULL ? DNS_BAD_ANCHOR : DNS_DEAD;
	if (anchor == NULL)
		return is_silent ? DNS_DEAD : DNS_NO_ANCHOR;
	if (is_validated(root))
		return DNS_VALIDATED;
	if (is_silent && !root->answer.has_failed)
		return DNS_DEAD;
	reopen_without_anchor(r);
	if (r->failed || ask_root_keys(r)->answer.status == DNS_NO_ANSWER)
		return DNS_DEAD;
	return DNS_STRIPPED;
}

enum dns_trust
resolver_find_trust(struct resolver *r)
{
	const char *anchor = dns_anchor(&r->set);

	if (anchor != NULL && access(anchor, R_OK) != 0)
		return DNS_BAD_ANCHOR;
	r->ctx = dns_context(&r->set, anchor);
	r->failed = r->ctx == NULL;
	if (r->failed)
		return anchor != NULL ? DNS_BAD_ANCHOR : DNS_DEAD;
	return find_trust(r, anchor);
}

static void
note_silence(struct resolver *r, const struct dns_question *q)
{
	struct lookup *party = find_party(r, q->party);

	if (q->answer->status != DNS_NO_ANSWER) {
		r->silent_in_a_row = 0;
		r->last_silent[0] = '\0';
		return;
	}
	party->silent++;
	if (strncmp(r->last_silent, q->party, sizeof r->last_silent - 1) != 0)
		r->silent_in_a_row++;
	snprintf(r->last_silent, sizeof r->last_silent, "%s", q->party);
	if (r->silent_in_a_row >= SILENT_PARTIES)
		r->dead = true;
}

/* Whether an answer is to be waited for. */
static bool
is_worth_asking(struct resolver *r, const struct dns_question *q)
{
	if (!r->set.patient &&
	    (r->dead || find_party(r, q->party)->silent >= SILENT_NAMES))
		return false;
	return r->ctx != NULL;
}

void
resolver_ask(struct resolver *r, struct dns_question *question, size_t n)
{
	struct lookup **asked = xcalloc(n + 1, sizeof *asked), *l;
	bool is_any_asked = false;
	size_t i;

	/* before anything is remembered, for it may forget all */
	if (r->ctx == NULL && !r->failed && n > 0)
		open_resolver(r);
	/* strangers can make up names without end */
	if (r->n_known > (r->set.patient ? 4 * CACHE_MOST : CACHE_MOST))
		forget_all(r);
	for (i = 0; i < n; i++) {
		l = recall(r, question[i].name, question[i].type);
		if (l == NULL) {
			l = remember(r, question[i].name, question[i].type);
			if (is_worth_asking(r, &question[i])) {
				asked[i] = l;
				is_any_asked = true;
			}
		}
		question[i].answer = &l->answer;
	}
	if (is_any_asked)
		wait_for_answers(r, asked, n);
	for (i = 0; i < n && !r->set.patient; i++)
		if (asked[i] != NULL)
			note_silence(r, &question[i]);
	if (r->waited >= WAIT_MOST)
		r->dead = true;
	free(asked);
}
