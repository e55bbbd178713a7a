#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "dns/resolver.h"
#include "model/domain_setup.h"
#include "published/rua_uri.h"
#include "published/tlsrpt_record.h"
#include "published/txt_record.h"
#include "survey/ask_dns.h"
#include "survey/dns_wishes.h"
#include "survey/domain_view.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/*
 * Where the records are published by mistake; %s is the domain, the last one
 * where the form of a DNS provider appends it once more.
 */
static const char *const tlsrpt_names[] = { "%s", "_tls._smtp.%s",
	"_smtp.tls.%s", "smtp._tls.%s", "_smtp_tls.%s", "_smtp-tls.%s",
	"_tls.%s", "_smtp._tls.%s.%s" };
static const char *const sts_names[] = { "mta-sts.%s", "_mta_sts.%s",
	"_mtasts.%s", "%s", "_mta-sts.%s.%s" };

static const char *
name_of(struct domain_view *v, const char *prefix, const char *name)
{
	return arena_printf(&v->arena, "%s%s", prefix, name);
}

/* The addresses of a name, both kinds. */
static void
wish_addresses(struct wishes *w, struct domain_view *v, const char *name,
    struct lookup *a, struct lookup *aaaa, struct address_list *into)
{
	wish(w, &v->arena, name, DNS_A, a, WISH_ADDRESS, into);
	wish(w, &v->arena, name, DNS_AAAA, aaaa, WISH_ADDRESS, into);
}

/* -- what is asked of each domain */

static void
ask_domain(struct wishes *w, struct domain_view *v)
{
	struct domain_setup *s = &v->setup;
	const char *d = s->domain;

	wish(w, &v->arena, d, DNS_SOA, &s->soa, WISH_STATUS, NULL);
	wish(w, &v->arena, d, DNS_MX, &s->mx_lookup, WISH_MX, v);
	wish_addresses(w, v, d, &s->a, &s->aaaa, &v->addresses);
	wish(w, &v->arena, name_of(v, "_smtp._tls.", d), DNS_TXT,
	    &s->tlsrpt.lookup, WISH_TXT, &s->tlsrpt);
	wish(w, &v->arena, name_of(v, "_mta-sts.", d), DNS_TXT, &s->sts.lookup,
	    WISH_TXT, &s->sts);
	wish_addresses(w, v, name_of(v, "mta-sts.", d), &s->policy.a,
	    &s->policy.aaaa, &v->policy);
}

/* -- what follows from the records */

/* Whether DNS was heard, and has no such record. */
static bool
is_missing(const struct txt_answer *a, const char *prefix, struct arena *arena)
{
	const struct txt_record *first;

	return a->lookup.status == LOOKUP_NO_NAME ||
	       a->lookup.status == LOOKUP_NO_DATA ||
	       (a->lookup.status == LOOKUP_FOUND &&
		   txt_count(a, prefix, arena, &first) == 0);
}

/* The name by a pattern with one %s, or two of them. */
static const char *
misplaced_name(struct domain_view *v, const char *pattern)
{
	const char *rest = strstr(pattern, "%s");
	const char *d = v->setup.domain;

	return arena_printf(&v->arena, "%.*s%s%s%s", (int)(rest - pattern),
	    pattern, d, rest[2] != '\0' ? "." : "", rest[2] != '\0' ? d : "");
}

static void
ask_misplaced(struct wishes *w, struct domain_view *v,
    const char *const *pattern, size_t n, struct txt_answer **list)
{
	size_t i;

	*list = arena_alloc(&v->arena, n * sizeof **list);
	for (i = 0; i < n; i++)
		wish(w, &v->arena, misplaced_name(v, pattern[i]), DNS_TXT,
		    &(*list)[i].lookup, WISH_TXT, &(*list)[i]);
}

static void
ask_where_else(struct wishes *w, struct domain_view *v)
{
	struct domain_setup *s = &v->setup;

	if (is_missing(&s->tlsrpt, "v=TLSRPTv1", &v->arena)) {
		ask_misplaced(w, v, tlsrpt_names, COUNT(tlsrpt_names),
		    &v->tlsrpt_misplaced);
		s->tlsrpt_misplaced = v->tlsrpt_misplaced;
		s->n_tlsrpt_misplaced = COUNT(tlsrpt_names);
	}
	if (is_missing(&s->sts, "v=STSv1", &v->arena)) {
		ask_misplaced(
		    w, v, sts_names, COUNT(sts_names), &v->sts_misplaced);
		s->sts_misplaced = v->sts_misplaced;
		s->n_sts_misplaced = COUNT(sts_names);
	}
}

/* Where the reports would go. */
static void
ask_targets(struct wishes *w, struct domain_view *v)
{
	struct rua_target *t;
	size_t i;

	v->record = arena_alloc(&v->arena, sizeof *v->record);
	tlsrpt_read(&v->setup.tlsrpt, &v->arena, v->record);
	v->target = arena_alloc(&v->arena, v->record->n * sizeof *v->target);
	v->target_addresses =
	    arena_alloc(&v->arena, v->record->n * sizeof *v->target_addresses);
	for (i = 0; i < v->record->n; i++) {
		const struct rua_uri *uri = &v->record->uri[i];

		t = &v->target[i];
		t->uri = uri->text;
		if ((uri->kind != RUA_MAILTO && uri->kind != RUA_HTTPS) ||
		    uri->host[0] == '[')
			continue;
		if (uri->kind == RUA_MAILTO)
			wish(w, &v->arena, uri->host, DNS_MX, &t->mx,
			    WISH_NULL_MX, &t->null_mx);
		wish_addresses(
		    w, v, uri->host, &t->a, &t->aaaa, &v->target_addresses[i]);
	}
	v->setup.target = v->target;
	v->setup.n_targets = v->record->n;
}

/* -- MX hosts */

static bool
is_address(const char *name)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, bytes) == 1 ||
	       inet_pton(AF_INET6, name, bytes) == 1;
}

static bool
is_listed(const struct domain_view *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->setup.n_hosts; i++)
		if (strcmp(v->host[i].name, name) == 0)
			return true;
	return false;
}

/* By preference; among equals in the order of the answer. */
static void
add_host(struct domain_view *v, const char *name, unsigned preference)
{
	size_t at = v->setup.n_hosts;

	if (name[0] == '\0' || is_address(name) || is_listed(v, name))
		return;
	if (at == VIEW_HOSTS) {
		v->setup.hosts_left_out++;
		return;
	}
	for (; at > 0 && v->host[at - 1].preference > preference; at--)
		v->host[at] = v->host[at - 1];
	v->host[at] =
	    (struct mx_host){ .name = name, .preference = preference };
	v->setup.n_hosts++;
}

static void
list_hosts(struct domain_view *v)
{
	struct domain_setup *s = &v->setup;
	bool is_without = s->mx_lookup.status == LOOKUP_NO_DATA ||
			  s->mx_lookup.status == LOOKUP_NO_NAME;
	size_t i;

	for (i = 0; i < s->n_mx; i++)
		add_host(v, s->mx[i].host, s->mx[i].preference);
	if (is_without && v->addresses.n > 0)
		add_host(v, s->domain, 0);
	s->host = v->host;
	v->hosts = arena_alloc(&v->arena, s->n_hosts * sizeof *v->hosts);
}

static void
ask_hosts(struct wishes *w, struct domain_view *v)
{
	size_t i;

	list_hosts(v);
	for (i = 0; i < v->setup.n_hosts; i++)
		wish_addresses(w, v, v->host[i].name, &v->host[i].a,
		    &v->host[i].aaaa, &v->hosts[i].addresses);
}

/* Where aliases of a host lead, as far as DNSSEC vouches for that (RFC 7672
 * §2.2.2); "" without. */
static const char *
base_of(const struct mx_host *h)
{
	if (h->a.secure && h->a.alias[0] != '\0')
		return h->a.alias;
	if (h->aaaa.secure && h->aaaa.alias[0] != '\0')
		return h->aaaa.alias;
	return "";
}

static void
ask_tlsa(struct wishes *w, struct domain_view *v)
{
	struct host_view *view;
	const char *base;
	size_t i;

	for (i = 0; i < v->setup.n_hosts; i++) {
		view = &v->hosts[i];
		wish(w, &v->arena, name_of(v, "_25._tcp.", v->host[i].name),
		    DNS_TLSA, &v->host[i].tlsa, WISH_TLSA, &view->tlsa);
		if ((base = base_of(&v->host[i]))[0] != '\0')
			wish(w, &v->arena, name_of(v, "_25._tcp.", base),
			    DNS_TLSA, &view->alias_lookup, WISH_TLSA,
			    &view->alias_tlsa);
	}
}

/* The records where the aliases lead count, if there are any. */
static void
choose_tlsa(struct domain_view *v)
{
	struct host_view *view;
	const struct tlsa_list *list;
	size_t i;

	for (i = 0; i < v->setup.n_hosts; i++) {
		view = &v->hosts[i];
		list = &view->tlsa;
		if (view->alias_lookup.status != LOOKUP_NOT_ASKED &&
		    view->alias_lookup.status != LOOKUP_NO_NAME &&
		    view->alias_lookup.status != LOOKUP_NO_DATA) {
			v->host[i].tlsa = view->alias_lookup;
			list = &view->alias_tlsa;
		}
		v->host[i].record = list->record;
		v->host[i].n_records = list->n;
		v->host[i].records_left_out = list->left_out;
	}
}

static bool
exists(const struct domain_view *v)
{
	return v->setup.soa.status != LOOKUP_NO_NAME &&
	       v->setup.soa.status != LOOKUP_BOGUS;
}

void
ask_dns(struct resolver *r, struct domain_view **view, size_t n)
{
	struct wishes w = { 0 };
	size_t i;

	for (i = 0; i < n; i++)
		ask_domain(&w, view[i]);
	wishes_grant(&w, r);
	for (i = 0; i < n; i++)
		if (exists(view[i])) {
			ask_where_else(&w, view[i]);
			ask_targets(&w, view[i]);
			ask_hosts(&w, view[i]);
		}
	wishes_grant(&w, r);
	for (i = 0; i < n; i++)
		if (view[i]->hosts != NULL)
			ask_tlsa(&w, view[i]);
	wishes_grant(&w, r);
	for (i = 0; i < n; i++)
		if (view[i]->hosts != NULL)
			choose_tlsa(view[i]);
	wishes_free(&w);
}
