#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/span.h"
#include "dns/rdata.h"
#include "dns/resolver.h"
#include "model/domain_setup.h"
#include "published/tlsa.h"
#include "survey/dns_wishes.h"
#include "survey/domain_view.h"

struct wish {
	struct arena *arena;
	struct lookup *lookup;
	enum wish_kind kind;
	void *into;
};

void
wish(struct wishes *w, struct arena *arena, const char *name,
    enum dns_type type, struct lookup *lookup, enum wish_kind kind, void *into)
{
	w->question =
	    xgrow(w->question, w->n, &w->question_room, sizeof *w->question);
	w->wish = xgrow(w->wish, w->n, &w->room, sizeof *w->wish);
	lookup->name = arena_strdup(arena, name);
	w->question[w->n] =
	    (struct dns_question){ .name = lookup->name, .type = type };
	w->wish[w->n++] = (struct wish){ arena, lookup, kind, into };
}

static enum lookup_status
status_of(const struct dns_answer *a)
{
	switch (a->status) {
	case DNS_ANSWERED:
		return LOOKUP_FOUND;
	case DNS_NO_NAME:
		return LOOKUP_NO_NAME;
	case DNS_NO_DATA:
		return LOOKUP_NO_DATA;
	case DNS_BOGUS:
		return LOOKUP_BOGUS;
	default:
		return a->has_failed ? LOOKUP_REFUSED : LOOKUP_SILENT;
	}
}

static struct span
own_copy(struct span bytes, struct arena *arena)
{
	return (struct span){ arena_strndup(arena, bytes.p, bytes.n), bytes.n };
}

/* A name without the final dot. */
static const char *
without_dot(const char *name, struct arena *arena)
{
	size_t n = strlen(name);

	if (n > 1 && name[n - 1] == '.')
		n--;
	return arena_strndup(arena, name, n);
}

static void
take_txt(
    struct txt_answer *into, const struct dns_answer *a, struct arena *arena)
{
	struct txt_record *list = arena_alloc(arena, a->n * sizeof *list);
	struct span bytes;
	size_t i;

	for (i = 0; i < a->n && into->n < VIEW_TXT; i++) {
		bytes = own_copy(a->record[i], arena);
		if (dns_strings(
			bytes, arena, &list[into->n].string, &list[into->n].n))
			into->n++;
	}
	into->record = list;
}

static void
take_mx(
    struct domain_view *into, const struct dns_answer *a, struct arena *arena)
{
	struct dns_mx mx;
	size_t i;

	for (i = 0; i < a->n && into->setup.n_mx < VIEW_MX; i++)
		if (dns_mx(a->record[i], arena, &mx))
			into->mx[into->setup.n_mx++] =
			    (struct mx_record){ mx.preference, mx.host };
	into->setup.mx = into->mx;
}

/* A null MX, or none at all (RFC 7505). */
static void
take_null_mx(bool *is_null, const struct dns_answer *a, struct arena *arena)
{
	struct dns_mx mx;

	*is_null =
	    a->n == 1 && dns_mx(a->record[0], arena, &mx) && mx.host[0] == '\0';
}

static void
take_addresses(
    struct address_list *into, const struct dns_answer *a, struct arena *arena)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (into->n == VIEW_ADDRESSES)
			into->left_out++;
		else if (dns_address(a->record[i], arena, &into->item[into->n]))
			into->n++;
}

static void
take_tlsa(
    struct tlsa_list *into, const struct dns_answer *a, struct arena *arena)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (into->n == VIEW_TLSA)
			into->left_out++;
		else if (tlsa_read(own_copy(a->record[i], arena),
			     &into->record[into->n]))
			into->n++;
}

/* The lookup first, then the records. */
static void
take_answer(const struct wish *w, const struct dns_answer *a)
{
	w->lookup->status = status_of(a);
	w->lookup->secure = a->secure;
	w->lookup->reason = arena_strdup(w->arena, a->reason);
	w->lookup->alias = without_dot(a->canonical, w->arena);
	w->lookup->seconds = a->seconds;
	if (a->status != DNS_ANSWERED)
		return;
	switch (w->kind) {
	case WISH_STATUS:
		break;
	case WISH_TXT:
		take_txt(w->into, a, w->arena);
		break;
	case WISH_MX:
		take_mx(w->into, a, w->arena);
		break;
	case WISH_NULL_MX:
		take_null_mx(w->into, a, w->arena);
		break;
	case WISH_ADDRESS:
		take_addresses(w->into, a, w->arena);
		break;
	case WISH_TLSA:
		take_tlsa(w->into, a, w->arena);
		break;
	}
}

void
wishes_grant(struct wishes *w, struct resolver *r)
{
	size_t i;

	resolver_ask(r, w->question, w->n);
	for (i = 0; i < w->n; i++)
		take_answer(&w->wish[i], w->question[i].answer);
	w->n = 0;
}

void
wishes_free(struct wishes *w)
{
	free(w->question);
	free(w->wish);
}
