#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "model/domain_setup.h"
#include "published/judge_mx.h"
#include "published/judging.h"
#include "published/points.h"

static bool
is_address(const char *host)
{
	unsigned char binary[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, binary) == 1 ||
	       inet_pton(AF_INET6, host, binary) == 1;
}

/* Whether an MX record before that one names the same host. */
static bool
is_repeated(const struct domain_setup *s, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (judging_is_same_host(judging_text(s->mx[k].host),
			judging_text(s->mx[i].host)))
			return true;
	return false;
}

/* "10 mx1.example.com, 20 mx2.example.com" */
static void
say_hosts(struct judging *j)
{
	const struct domain_setup *s = j->s;
	struct saying what = { .x = "", .seconds = s->mx_lookup.seconds };
	size_t i;

	for (i = 0; i < s->n_hosts; i++)
		what.x = judging_join(j->arena, what.x, ", ",
		    arena_printf(j->arena, "%u %s", s->host[i].preference,
			s->host[i].name));
	if (s->hosts_left_out > 0)
		what.x =
		    arena_printf(j->arena, "%s (%zu more were not looked at)",
			what.x, s->hosts_left_out);
	if (s->n_hosts > 0)
		judging_say(j, POINT_MX_FOUND, &what);
}

/* What is wrong with MX records as such. */
static void
judge_records(struct judging *j)
{
	const struct domain_setup *s = j->s;
	struct saying what = { .seconds = s->mx_lookup.seconds };
	bool null = false;
	size_t i, k;

	for (i = 0; i < s->n_mx; i++)
		null |= judging_text(s->mx[i].host)[0] == '\0';
	if (null && s->n_mx == 1) {
		judging_say(j, POINT_MX_NULL, &what);
		return;
	}
	j->takes_mail = true;
	say_hosts(j);
	if (null)
		judging_say(j, POINT_MX_NULL_MIXED, &what);
	for (i = 0; i < s->n_mx; i++) {
		what.subject = what.h = judging_text(s->mx[i].host);
		if (is_repeated(s, i))
			continue;
		if (is_address(what.h))
			judging_say(j, POINT_MX_IS_ADDRESS, &what);
		for (k = i + 1; k < s->n_mx && what.h[0] != '\0'; k++)
			if (judging_is_same_host(
				judging_text(s->mx[k].host), what.h)) {
				judging_say(j, POINT_MX_DUPLICATE, &what);
				break;
			}
	}
}

/* Without MX records the domain's own address takes mail (RFC 5321 §5.1). */
static void
judge_implicit(struct judging *j)
{
	struct saying what = { .seconds = j->s->mx_lookup.seconds };

	switch (judging_address(j, &j->s->a, &j->s->aaaa)) {
	case ADDRESS_FOUND:
		j->takes_mail = true;
		judging_say(j, POINT_MX_IMPLICIT, &what);
		break;
	case ADDRESS_NONE:
		judging_say(j, POINT_MX_NONE, &what);
		break;
	case ADDRESS_UNKNOWN:
		break;
	}
}

/* Names of hosts that only lead to others. */
static void
judge_aliases(struct judging *j)
{
	struct saying what = { 0 };
	const struct mx_host *host;
	size_t i;

	if (j->s->mx_lookup.status != LOOKUP_FOUND)
		return;
	for (i = 0; i < j->s->n_hosts; i++) {
		host = &j->s->host[i];
		what.subject = what.h = host->name;
		what.x = judging_text(host->a.alias)[0] != '\0'
			     ? host->a.alias
			     : judging_text(host->aaaa.alias);
		if (what.x[0] != '\0')
			judging_say(j, POINT_MX_ALIAS, &what);
	}
}

void
judge_mx(struct judging *j)
{
	if (!judging_is_answered(j, &j->s->mx_lookup))
		return;
	if (j->s->mx_lookup.status == LOOKUP_FOUND)
		judge_records(j);
	else
		judge_implicit(j);
	judge_aliases(j);
}
