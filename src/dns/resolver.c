#include <errno.h>
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
#include "base/arena.h"
#include "base/span.h"
#include "dns/resolver.h"
#include "net/wait.h"

enum {
	CLASS_IN = 1,
	SILENT_NAMES = 2,      /* of a party that are waited for */
	SILENT_PARTIES = 3,    /* in a row, before nobody is waited for */
	WAIT_MOST = 60 * 1000, /* milliseconds of waiting in all */
	CACHE_MOST = 10000,    /* names that are remembered */
	NXDOMAIN = 3
};

static const char resolv_conf[] = "/etc/resolv.conf";
static const char system_anchor[] = "/usr/share/dns/root.key";

/* A name that was asked for, or a party; found by name and type. */
struct lookup {
	char *name;
	enum dns_type type; /* DNS_NO_TYPE: of a party */
	unsigned silent;    /* of a party: how many of its names stayed so */
	struct dns_answer answer;
	struct ub_result *result; /* what the answer points into */
	struct span *record;
	/* while it is asked */
	bool pending;
	int id;
	struct resolver *resolver;
};

struct resolver {
	struct dns_settings set;
	struct ub_ctx *ctx;    /* NULL before the first question */
	bool failed;	       /* it could not be opened */
	struct lookup **known; /* sorted */
	size_t n_known, room;
	size_t n_pending;
	int64_t waited; /* milliseconds */
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
	return r->set.n_servers > 0 ? r->set.servers[0] : resolv_conf;
}

/* -- opening */

/* Whether resolv.conf names a server; without one libunbound would ask the
 * root servers itself. */
static bool
system_has_server(void)
{
	FILE *f = fopen(resolv_conf, "re");
	char line[256];
	bool found = false;

	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof line, f) != NULL)
		found = strncmp(line, "nameserver", 10) == 0;
	fclose(f);
	return found;
}

static int
add_servers(const struct resolver *r, struct ub_ctx *ctx)
{
	size_t i;

	for (i = 0; i < r->set.n_servers; i++)
		if (ub_ctx_set_fwd(ctx, r->set.servers[i]) != 0)
			return -1;
	if (r->set.n_servers > 0)
		return 0;
	if (!system_has_server())
		return ub_ctx_set_fwd(ctx, "127.0.0.1");
	return ub_ctx_resolvconf(ctx, resolv_conf);
}

/* A context of libunbound; `anchor` NULL: nothing is validated. */
static struct ub_ctx *
open_context(const struct resolver *r, const char *anchor)
{
	struct ub_ctx *ctx = ub_ctx_create();

	if (ctx == NULL)
		return NULL;
	ub_ctx_debugout(ctx, NULL);
	if (add_servers(r, ctx) != 0 || ub_ctx_async(ctx, 1) != 0 ||
	    ub_ctx_set_option(ctx, "do-not-query-localhost:", "no") != 0 ||
	    /* else silence of a server near by reads as SERVFAIL */
	    ub_ctx_set_option(ctx, "infra-cache-min-rtt:", "1000") != 0 ||
	    (anchor != NULL && ub_ctx_add_ta_file(ctx, anchor) != 0)) {
		ub_ctx_delete(ctx);
		return NULL;
	}
	/* names that libunbound else answers by itself; it takes no settings
	 * after this */
	ub_ctx_zone_remove(ctx, "test.");
	ub_ctx_zone_remove(ctx, "invalid.");
	return ctx;
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
		    .reason = "not asked, since nobody answers" },
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
	if (err != 0 || result == NULL) {
		a->reason = ub_strerror(err);
		return;
	}
	l->result = result;
	a->secure = result->secure != 0;
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
	else
		a->reason = "the server failed";
}

/* The thread that libunbound starts takes no signals: they are for the one
 * that waits. */
static void
send_question(struct resolver *r, struct lookup *l)
{
	sigset_t all, before;
	int err;

	l->answer.reason = "";
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

/* Wait until all that is pending is answered, the time is over, or a stop. */
static void
wait_for_answers(struct resolver *r)
{
	int64_t began = wait_clock(), until = began + r->set.timeout * 1000;
	struct pollfd fd = { .fd = ub_fd(r->ctx), .events = POLLIN };

	if (until > began + WAIT_MOST - r->waited)
		until = began + WAIT_MOST - r->waited;
	while (r->n_pending > 0 &&
	       wait_for(&fd, 1, until, r->set.stop) == WAIT_READY)
		if (ub_process(r->ctx) != 0)
			break;
	r->waited += wait_clock() - began;
}

static void
give_up(struct resolver *r, struct lookup *l)
{
	if (!l->pending)
		return;
	ub_cancel(r->ctx, l->id);
	l->pending = false;
	r->n_pending--;
	l->answer.reason = "no answer in time";
}

/* Whether a resolver keeps the signatures that a trust anchor needs. */
static bool
keeps_signatures(struct resolver *r)
{
	struct lookup *root = remember(r, ".", DNS_DNSKEY);

	send_question(r, root);
	wait_for_answers(r);
	give_up(r, root);
	return root->answer.status == DNS_ANSWERED && root->answer.secure;
}

/* At the first question. */
static void
open_resolver(struct resolver *r)
{
	const char *anchor = r->set.trust_anchor;

	if (strcmp(anchor, "none") == 0)
		anchor = NULL;
	else if (strcmp(anchor, "auto") == 0)
		anchor =
		    access(system_anchor, R_OK) == 0 ? system_anchor : NULL;
	r->ctx = open_context(r, anchor);
	if (r->ctx != NULL && anchor != NULL &&
	    strcmp(r->set.trust_anchor, "auto") == 0 && !keeps_signatures(r)) {
		ub_ctx_delete(r->ctx);
		r->ctx = open_context(r, NULL);
	}
	r->failed = r->ctx == NULL;
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
	if (r->dead || find_party(r, q->party)->silent >= SILENT_NAMES)
		return false;
	if (r->ctx == NULL && !r->failed)
		open_resolver(r);
	return r->ctx != NULL;
}

void
resolver_ask(struct resolver *r, struct dns_question *question, size_t n)
{
	struct lookup **asked = xcalloc(n + 1, sizeof *asked), *l;
	size_t i;

	/* strangers can make up names without end */
	if (r->n_known > CACHE_MOST)
		forget_all(r);
	for (i = 0; i < n; i++) {
		l = recall(r, question[i].name, question[i].type);
		if (l == NULL) {
			l = remember(r, question[i].name, question[i].type);
			if (is_worth_asking(r, &question[i]))
				send_question(r, asked[i] = l);
		}
		question[i].answer = &l->answer;
	}
	if (r->n_pending > 0)
		wait_for_answers(r);
	for (i = 0; i < n; i++)
		if (asked[i] != NULL) {
			give_up(r, asked[i]);
			note_silence(r, &question[i]);
		}
	if (r->waited >= WAIT_MOST)
		r->dead = true;
	free(asked);
}

bool
dns_text(struct span record, struct arena *arena, struct span *text)
{
	char *out = arena_alloc(arena, record.n + 1);
	size_t n = 0, length;

	while (record.n > 0) {
		length = (unsigned char)record.p[0];
		record = span_skip(record, 1);
		if (length > record.n)
			return false;
		memcpy(out + n, record.p, length);
		n += length;
		record = span_skip(record, length);
	}
	*text = (struct span){ out, n };
	return true;
}
