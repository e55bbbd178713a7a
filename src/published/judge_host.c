#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "model/domain_setup.h"
#include "published/judge_certificate.h"
#include "published/judge_dane.h"
#include "published/judge_host.h"
#include "published/judging.h"
#include "published/points.h"

/* What a result of SMTP is told as; POINT_NONE: not at all. */
static const enum point_code codes[] = {
	[SMTP_NOT_TRIED] = POINT_NONE,
	[SMTP_NO_FAMILY] = POINT_SMTP_NO_FAMILY,
	[SMTP_PRIVATE] = POINT_NONE,
	[SMTP_UNREACHED] = POINT_SMTP_LATE,
	[SMTP_REFUSED] = POINT_SMTP_CONNECT,
	[SMTP_LATE] = POINT_SMTP_LATE,
	[SMTP_TURNED_AWAY] = POINT_SMTP_TURNED_AWAY,
	[SMTP_GARBAGE] = POINT_SMTP_GARBAGE,
	[SMTP_NO_EHLO] = POINT_SMTP_NO_EHLO,
	[SMTP_NO_STARTTLS] = POINT_STARTTLS_MISSING,
	[SMTP_STARTTLS_HIDDEN] = POINT_STARTTLS_HIDDEN,
	[SMTP_STARTTLS_REFUSED] = POINT_STARTTLS_REFUSED,
	[SMTP_INJECTED] = POINT_STARTTLS_INJECTED,
	[SMTP_TLS_FAILED] = POINT_TLS_FAILED,
	[SMTP_TLS_OLD] = POINT_TLS_OLD,
	[SMTP_TLS] = POINT_STARTTLS_FOUND,
	[SMTP_SILENT_AFTER] = POINT_STARTTLS_FOUND,
};

/* Whether somebody at that address took or refused a connection. */
static bool
answered(const struct smtp_found *a)
{
	return a->result >= SMTP_REFUSED;
}

/* Whether another host of the run than those that are silent answered. */
static bool
is_reachable_elsewhere(const struct judging *j)
{
	const struct domain_setup *s = j->s;
	size_t i, k;

	for (i = 0; i < s->n_hosts; i++)
		for (k = 0; k < s->host[i].n_addresses; k++)
			if (answered(&s->host[i].address[k]))
				return true;
	return s->others_answered;
}

/* Whether somebody tried, and nobody answered anywhere. */
static bool
is_blocked(const struct judging *j)
{
	const struct domain_setup *s = j->s;
	size_t i, k;

	if (is_reachable_elsewhere(j))
		return false;
	for (i = 0; i < s->n_hosts; i++)
		for (k = 0; k < s->host[i].n_addresses; k++)
			if (s->host[i].address[k].result == SMTP_UNREACHED)
				return true;
	return false;
}

/* Whether two addresses share a line. */
static bool
is_alike(const struct smtp_found *a, const struct smtp_found *b)
{
	return codes[a->result] == codes[b->result] && a->waited == b->waited &&
	       strcmp(judging_text(a->said), judging_text(b->said)) == 0 &&
	       strcmp(judging_text(a->tls), judging_text(b->tls)) == 0;
}

/* Whether another address of the host takes connections. */
static bool
has_better(const struct mx_host *host)
{
	size_t i;

	for (i = 0; i < host->n_addresses; i++)
		if (host->address[i].result > SMTP_REFUSED)
			return true;
	return false;
}

/* The line of an address, and of all behind it that came out alike. */
static void
say_result(struct judging *j, const struct mx_host *host, size_t first,
    struct saying *what)
{
	const struct smtp_found *a = &host->address[first];
	enum point_code code = codes[a->result];
	const char *addresses = "";
	size_t i;

	what->seconds = 0;
	for (i = first; i < host->n_addresses; i++)
		if (is_alike(a, &host->address[i])) {
			addresses = judging_join(
			    j->arena, addresses, " ", host->address[i].address);
			what->seconds += host->address[i].seconds;
		}
	what->x = addresses;
	what->y = judging_text(a->said);
	what->lighter = false;
	if (code == POINT_STARTTLS_FOUND)
		what->x = arena_printf(
		    j->arena, "%s, %s", addresses, judging_text(a->tls));
	else if (code == POINT_TLS_OLD)
		what->y = judging_text(a->tls);
	else if (code == POINT_SMTP_CONNECT)
		what->lighter = has_better(host);
	else if (code == POINT_SMTP_LATE)
		what->y = arena_printf(j->arena, "%u", a->waited);
	/* who takes a connection and then dawdles may mean this machine */
	if (a->result == SMTP_UNREACHED)
		what->lighter = is_reachable_elsewhere(j);
	judging_say(j, code, what);
}

static void
judge_starttls(struct judging *j, size_t n)
{
	const struct mx_host *host = &j->s->host[n];
	struct saying what = {
		.subject = host->name, .h = host->name, .host = n + 1
	};
	size_t i, k;

	for (i = 0; i < host->n_addresses; i++) {
		for (k = 0; k < i; k++)
			if (is_alike(&host->address[k], &host->address[i]))
				break;
		if (k < i || codes[host->address[i].result] == POINT_NONE)
			continue; /* it was said with that one */
		if (host->address[i].result != SMTP_UNREACHED || !is_blocked(j))
			say_result(j, host, i, &what);
	}
	for (i = 0; i < host->n_addresses; i++)
		if (host->address[i].result == SMTP_SILENT_AFTER) {
			what.x = host->address[i].address;
			what.lighter = false;
			what.seconds = 0;
			judging_say(j, POINT_SMTP_AFTER, &what);
		}
}

/* The addresses of a host, separated by blanks; how many are private. */
static const char *
list_addresses(struct judging *j, const struct mx_host *host, size_t *private)
{
	const char *out = "";
	size_t i;

	*private = 0;
	for (i = 0; i < host->n_addresses; i++) {
		*private += host->address[i].result == SMTP_PRIVATE;
		out =
		    judging_join(j->arena, out, " ", host->address[i].address);
	}
	if (host->addresses_left_out > 0)
		out = arena_printf(j->arena, "%s (%zu more were not looked at)",
		    out, host->addresses_left_out);
	return out;
}

/* Whether a host other than `n` has an address. */
static bool
has_other(const struct judging *j, size_t n)
{
	size_t i;

	for (i = 0; i < j->s->n_hosts; i++)
		if (i != n && (j->s->host[i].a.status == LOOKUP_FOUND ||
				  j->s->host[i].aaaa.status == LOOKUP_FOUND))
			return true;
	return false;
}

/* Whether there is an address that may be tried, after what is to be said. */
static bool
judge_addresses(struct judging *j, size_t n)
{
	const struct mx_host *host = &j->s->host[n];
	struct saying what = { .subject = host->name,
		.h = host->name,
		.host = n + 1,
		.seconds = host->a.seconds + host->aaaa.seconds };
	enum found_address found = judging_address(j, &host->a, &host->aaaa);
	size_t private;

	what.x = list_addresses(j, host, &private);
	if (found == ADDRESS_NONE) {
		what.lighter = has_other(j, n);
		judging_say(j, POINT_MX_NO_ADDRESS, &what);
	} else if (private > 0 && private == host->n_addresses) {
		judging_say(j, POINT_ADDRESS_PRIVATE, &what);
	} else if (host->n_addresses > 0 &&
		   (j->s->smtp_off || host->addresses_left_out > 0)) {
		judging_say(j, POINT_ADDRESS_FOUND, &what);
	}
	return found == ADDRESS_FOUND;
}

void
judge_hosts(struct judging *j)
{
	struct saying what = { 0 };
	size_t i;

	if (!j->takes_mail)
		return;
	if (is_blocked(j))
		judging_say(j, POINT_SMTP_BLOCKED, &what);
	for (i = 0; i < j->s->n_hosts; i++) {
		if (!judge_addresses(j, i))
			continue;
		judge_starttls(j, i);
		judge_certificates(j, i);
		judge_host_dane(j, i);
	}
}
