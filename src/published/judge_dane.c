#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/domain_setup.h"
#include "published/judge_dane.h"
#include "published/judging.h"
#include "published/points.h"
#include "published/tlsa.h"

/* What senders make of a host's TLSA records (RFC 7672 §2.2). */
enum standing {
	STANDING_UNKNOWN, /* not to be judged from here, or no answer */
	STANDING_NONE,	  /* there are none */
	STANDING_INSECURE,
	STANDING_UNUSABLE,
	STANDING_USABLE
};

static bool
is_address_secure(const struct mx_host *host)
{
	return (host->a.status != LOOKUP_FOUND || host->a.secure) &&
	       (host->aaaa.status != LOOKUP_FOUND || host->aaaa.secure);
}

static enum standing
standing_of(const struct judging *j, const struct mx_host *host)
{
	enum point_code flaw;
	size_t i;

	if (j->s->dnssec != DNSSEC_JUDGED ||
	    host->tlsa.status > LOOKUP_NO_DATA ||
	    host->tlsa.status == LOOKUP_NOT_ASKED)
		return STANDING_UNKNOWN;
	if (host->tlsa.status != LOOKUP_FOUND)
		return STANDING_NONE;
	if (!host->tlsa.secure || !is_address_secure(host))
		return STANDING_INSECURE;
	for (i = 0; i < host->n_records; i++)
		if (tlsa_is_usable(&host->record[i], &flaw))
			return STANDING_USABLE;
	return STANDING_UNUSABLE;
}

/* Whether some host has TLSA records that senders see. */
static bool
has_some(const struct judging *j)
{
	size_t i;

	for (i = 0; i < j->s->n_hosts; i++)
		if (standing_of(j, &j->s->host[i]) >= STANDING_UNUSABLE)
			return true;
	return false;
}

void
judge_dane(struct judging *j)
{
	const struct domain_setup *s = j->s;
	struct saying what = { 0 };
	size_t i;

	if (!j->takes_mail || s->dnssec != DNSSEC_JUDGED)
		return;
	if (!s->mx_lookup.secure) {
		if (has_some(j))
			judging_say(j, POINT_MX_UNSIGNED, &what);
		return;
	}
	j->dane_everywhere = s->n_hosts > 0;
	for (i = 0; i < s->n_hosts; i++)
		if (standing_of(j, &s->host[i]) != STANDING_USABLE)
			j->dane_everywhere = false;
}

/* What is wrong with single records; whether one is usable. */
static bool
judge_records(
    struct judging *j, const struct mx_host *host, struct saying *what)
{
	const struct tlsa_record *r;
	enum point_code flaw;
	bool usable = false;
	size_t i;

	for (i = 0; i < host->n_records; i++) {
		r = &host->record[i];
		usable |= tlsa_is_usable(r, &flaw);
		what->x = tlsa_shown(r, true, j->arena);
		if (flaw == POINT_TLSA_USAGE)
			what->x = arena_printf(j->arena, "%u", r->usage);
		else if (flaw == POINT_TLSA_LENGTH)
			what->x = tlsa_shown(r, false, j->arena);
		if (flaw != POINT_NONE)
			judging_say(j, flaw, what);
	}
	return usable;
}

/* The record that would match what a host shows. */
static const char *
fitting(struct judging *j, const struct mx_host *host)
{
	const char *digest;
	size_t i;

	for (i = 0; i < host->n_addresses; i++) {
		digest = judging_text(host->address[i].certificate.digest);
		if (digest[0] != '\0' && host->address[i].dane != DANE_MATCHES)
			return arena_printf(j->arena, "3 1 1 %s", digest);
	}
	return "3 1 1 and the SHA-256 digest of the server's public key";
}

/* The records against the certificates that the host's addresses showed. */
static void
compare(struct judging *j, const struct mx_host *host, struct saying *what)
{
	const struct smtp_found *a;
	const char *match = "", *differ = "", *left_out = "";
	size_t i;

	if (host->records_left_out > 0)
		left_out = arena_printf(j->arena,
		    " (%zu more records were not looked at)",
		    host->records_left_out);
	for (i = 0; i < host->n_addresses; i++) {
		a = &host->address[i];
		if (a->dane == DANE_DIFFERS)
			differ =
			    judging_join(j->arena, differ, " ", a->address);
		else if (a->dane == DANE_MATCHES && match[0] == '\0' &&
			 a->matched < host->n_records)
			match = tlsa_shown(
			    &host->record[a->matched], true, j->arena);
	}
	if (differ[0] != '\0') {
		what->x = differ;
		what->y = fitting(j, host);
		judging_say(j, POINT_TLSA_MISMATCH, what);
	} else if (match[0] != '\0') {
		what->x = arena_printf(
		    j->arena, "TLSA %s matches%s", match, left_out);
		judging_say(j, POINT_DANE_MATCH, what);
	} else {
		what->x = arena_printf(j->arena, "%zu TLSA record%s%s",
		    host->n_records, host->n_records == 1 ? "" : "s", left_out);
		what->y = j->s->smtp_off ? "port 25 was not tried"
					 : "no TLS came about on port 25";
		judging_say(j, POINT_TLSA_UNCHECKED, what);
	}
}

/* What a host's TLSA records come to, once they are known. */
static void
judge_standing(
    struct judging *j, const struct mx_host *host, struct saying *what)
{
	switch (standing_of(j, host)) {
	case STANDING_UNKNOWN:
		break;
	case STANDING_NONE:
		judging_say(j,
		    has_some(j) ? POINT_TLSA_PARTIAL : POINT_DANE_NONE, what);
		break;
	case STANDING_INSECURE:
		judging_say(j, POINT_TLSA_INSECURE, what);
		break;
	case STANDING_UNUSABLE:
	case STANDING_USABLE:
		if (judge_records(j, host, what)) {
			compare(j, host, what);
			break;
		}
		what->x = fitting(j, host);
		judging_say(j, POINT_TLSA_UNUSABLE, what);
		break;
	}
}

void
judge_host_dane(struct judging *j, size_t i)
{
	const struct mx_host *host = &j->s->host[i];
	struct saying what = { .subject = host->name,
		.h = host->name,
		.host = i + 1,
		.seconds = host->tlsa.seconds };

	if (j->s->dnssec != DNSSEC_JUDGED || !j->s->mx_lookup.secure)
		return;
	/* senders ask only where addresses are secure (RFC 7672 §2.2.2) */
	if (host->tlsa.status == LOOKUP_REFUSED && is_address_secure(host)) {
		what.x = host->tlsa.reason;
		judging_say(j, POINT_TLSA_BROKEN, &what);
	} else if (host->tlsa.status != LOOKUP_REFUSED &&
		   judging_is_answered(j, &host->tlsa)) {
		judge_standing(j, host, &what);
	}
}
