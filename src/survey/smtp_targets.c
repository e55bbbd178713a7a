#include <openssl/x509.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/side_by_side.h"
#include "model/check_options.h"
#include "model/domain_setup.h"
#include "net/address.h"
#include "net/wait.h"
#include "probe/dane_verdict.h"
#include "probe/probe.h"
#include "probe/smtp_session.h"
#include "survey/domain_view.h"
#include "survey/smtp_targets.h"

enum {
	DOMAIN_TIMEOUTS = 6, /* that a domain may take */
	PER_DOMAIN = 2	     /* connections for each domain at once */
};

/* An address of a host. */
struct target {
	const char *host, *address;
	struct smtp_found found;
	STACK_OF(X509) * chain; /* where its match depends on the domain */
	/* of the domain that wanted it first, while it is looked at */
	struct domain_view *view;
	const struct mx_host *mx;
};

struct smtp_targets {
	const struct probe *probe;
	struct arena arena;
	struct target **item; /* by host and address */
	size_t n, room;
	struct target **new; /* those to be looked at, by address */
	size_t n_new, new_room;
	size_t *group; /* where in `new` each address begins, and the end */
	size_t n_groups;
	pthread_mutex_t lock; /* of the arena and `smtp_until` of views */
	bool has_answered;
};

struct smtp_targets *
smtp_targets_new(const struct probe *p)
{
	struct smtp_targets *t = xcalloc(1, sizeof *t);

	t->probe = p;
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void
smtp_targets_free(struct smtp_targets *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->n; i++) {
		sk_X509_pop_free(t->item[i]->chain, X509_free);
		free(t->item[i]);
	}
	free(t->item);
	free(t->new);
	arena_free(&t->arena);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

bool
smtp_targets_answered(const struct smtp_targets *t)
{
	return t->has_answered;
}

/* -- the list */

static int
compare(const struct target *t, const char *host, const char *address)
{
	int c = strcmp(t->host, host);

	return c != 0 ? c : strcmp(t->address, address);
}

/* Where it stands, or would. */
static size_t
place_of(const struct smtp_targets *t, const char *host, const char *address)
{
	size_t low = 0, high = t->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(t->item[middle], host, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct target *
find(const struct smtp_targets *t, const char *host, const char *address)
{
	size_t at = place_of(t, host, address);

	if (at == t->n || compare(t->item[at], host, address) != 0)
		return NULL;
	return t->item[at];
}

static void
add(struct smtp_targets *t, struct domain_view *v, const struct mx_host *mx,
    const char *address)
{
	struct target *new;
	size_t at = place_of(t, mx->name, address);

	if (at < t->n && compare(t->item[at], mx->name, address) == 0)
		return;
	new = xcalloc(1, sizeof *new);
	new->host = arena_strdup(&t->arena, mx->name);
	new->address = arena_strdup(&t->arena, address);
	new->view = v;
	new->mx = mx;
	t->item = xgrow(t->item, t->n, &t->room, sizeof *t->item);
	memmove(t->item + at + 1, t->item + at, (t->n - at) * sizeof *t->item);
	t->item[at] = new;
	t->n++;
	t->new = xgrow(t->new, t->n_new, &t->new_room, sizeof *t->new);
	t->new[t->n_new++] = new;
}

static int
by_address(const void *a, const void *b)
{
	const struct target *const *x = a, *const *y = b;

	return strcmp((*x)->address, (*y)->address);
}

/* Put those of one address together. */
static void
group(struct smtp_targets *t)
{
	size_t i;

	qsort(t->new, t->n_new, sizeof *t->new, by_address);
	t->group = xcalloc(t->n_new + 1, sizeof *t->group);
	t->n_groups = 0;
	for (i = 0; i < t->n_new; i++)
		if (i == 0 || by_address(&t->new[i - 1], &t->new[i]) != 0)
			t->group[t->n_groups++] = i;
	t->group[t->n_groups] = t->n_new;
}

/* -- looking */

static const char *
keep(struct smtp_targets *t, const char *text)
{
	return text != NULL ? arena_strdup(&t->arena, text) : "";
}

/* What was found, with strings that live as long as the run. */
static void
keep_found(
    struct smtp_targets *t, struct target *it, const struct smtp_found *found)
{
	struct certificate_found *c = &it->found.certificate;

	it->found = *found;
	it->found.address = it->address;
	it->found.said = keep(t, found->said);
	it->found.tls = keep(t, found->tls);
	c->names = keep(t, c->names);
	c->reason = keep(t, c->reason);
	c->remedy = keep(t, c->remedy);
	c->digest = keep(t, c->digest);
	if (found->result >= SMTP_TURNED_AWAY && address_is_global(it->address))
		t->has_answered = true;
}

/* Until when, for that domain; its time begins with its first connection. */
static int64_t
time_of(struct smtp_targets *t, struct domain_view *v)
{
	int64_t until;

	pthread_mutex_lock(&t->lock);
	if (v->smtp_until == 0)
		v->smtp_until =
		    wait_clock() + DOMAIN_TIMEOUTS * 1000 *
				       (int64_t)t->probe->options->timeout;
	until = v->smtp_until;
	pthread_mutex_unlock(&t->lock);
	return until;
}

static void
look_at(struct smtp_targets *t, struct target *it)
{
	struct smtp_target what = { it->mx, it->view->setup.domain,
		it->address };
	int64_t until = time_of(t, it->view);
	struct arena scratch = { 0 };
	struct smtp_found found = { .result = SMTP_NOT_TRIED };

	if (t->probe->stop == NULL || !*t->probe->stop)
		smtp_look(t->probe, &what, until, &scratch, &found, &it->chain);
	pthread_mutex_lock(&t->lock);
	keep_found(t, it, &found);
	pthread_mutex_unlock(&t->lock);
	arena_free(&scratch);
}

/* All that is to be looked at on one address, one behind the other. */
static void
look_at_group(void *arg, size_t i)
{
	struct smtp_targets *t = arg;
	size_t k;

	for (k = t->group[i]; k < t->group[i + 1]; k++)
		look_at(t, t->new[k]);
}

/* -- handing out */

static void
take_host(struct smtp_targets *t, struct domain_view *v, size_t i)
{
	struct mx_host *mx = &v->host[i];
	struct host_view *view = &v->hosts[i];
	const struct target *it;
	size_t k;

	mx->address = view->found;
	mx->n_addresses = view->addresses.n;
	mx->addresses_left_out = view->addresses.left_out;
	for (k = 0; k < view->addresses.n; k++) {
		view->found[k] =
		    (struct smtp_found){ .address = view->addresses.item[k] };
		it = find(t, mx->name, view->addresses.item[k]);
		if (it == NULL)
			continue;
		view->found[k] = it->found;
		if (it->chain != NULL)
			dane_judge(it->chain, t->probe, mx, v->setup.domain,
			    &view->found[k]);
		if (it->found.result == SMTP_NOT_TRIED)
			v->is_cut = true;
	}
}

void
smtp_targets_look(struct smtp_targets *t, struct domain_view **view, size_t n)
{
	size_t i, k, a;

	t->n_new = 0;
	for (i = 0; i < n && t->probe->options->smtp; i++)
		for (k = 0; k < view[i]->setup.n_hosts; k++)
			for (a = 0; a < view[i]->hosts[k].addresses.n; a++)
				add(t, view[i], &view[i]->host[k],
				    view[i]->hosts[k].addresses.item[a]);
	if (t->n_new > 0) {
		group(t);
		side_by_side(PER_DOMAIN * t->probe->options->parallel,
		    t->n_groups, look_at_group, t);
		free(t->group);
	}
	for (i = 0; i < n; i++)
		for (k = 0; k < view[i]->setup.n_hosts; k++)
			take_host(t, view[i], k);
}
