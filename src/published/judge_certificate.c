#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "model/domain_setup.h"
#include "published/judge_certificate.h"
#include "published/judging.h"
#include "published/points.h"
#include "published/tlsa.h"

enum {
	DAY = 86400
};

static const enum point_code codes[] = {
	[CERTIFICATE_GOOD] = POINT_CERT_GOOD,
	[CERTIFICATE_EXPIRED] = POINT_CERT_EXPIRED,
	[CERTIFICATE_FUTURE] = POINT_CERT_FUTURE,
	[CERTIFICATE_NAME] = POINT_CERT_NAME,
	[CERTIFICATE_CN_ONLY] = POINT_CERT_CN,
	[CERTIFICATE_CHAIN] = POINT_CERT_CHAIN,
	[CERTIFICATE_WEAK] = POINT_CERT_WEAK,
};

/* Whether TLS came about, so that there is a certificate. */
static bool
has_certificate(const struct smtp_found *a)
{
	return a->result == SMTP_TLS || a->result == SMTP_SILENT_AFTER;
}

/* Whether senders without DANE judge two addresses alike. */
static bool
is_alike(const struct smtp_found *a, const struct smtp_found *b)
{
	const struct certificate_found *c = &a->certificate,
				       *d = &b->certificate;

	return c->fault == d->fault && c->not_before == d->not_before &&
	       c->not_after == d->not_after &&
	       strcmp(judging_text(c->names), judging_text(d->names)) == 0 &&
	       strcmp(judging_text(c->reason), judging_text(d->reason)) == 0;
}

/* Whole days between two times, with the word. */
static const char *
days(struct arena *arena, int64_t seconds)
{
	int64_t n = seconds / DAY;

	return arena_printf(arena, "%lld", (long long)n);
}

/* Fill in what was found; the point that it makes. */
static enum point_code
describe(struct judging *j, const struct mx_host *host,
    const struct certificate_found *c, struct saying *what)
{
	int64_t left = c->not_after - j->s->now;

	what->x = judging_text(c->reason);
	switch (c->fault) {
	case CERTIFICATE_GOOD:
		if (left < JUDGING_SOON * (int64_t)DAY) {
			what->x = days(j->arena, left);
			return POINT_CERT_SOON;
		}
		what->x = arena_printf(j->arena, "for %s, %s days left",
		    host->name, days(j->arena, left));
		break;
	case CERTIFICATE_EXPIRED:
		what->x = days(j->arena, -left);
		break;
	case CERTIFICATE_FUTURE:
		what->x = days(j->arena, c->not_before - j->s->now + DAY - 1);
		break;
	case CERTIFICATE_NAME:
		what->x =
		    judging_text(c->names)[0] != '\0' ? c->names : "no host";
		break;
	case CERTIFICATE_CHAIN:
		what->y = judging_text(c->remedy)[0] != '\0'
			      ? c->remedy
			      : "serve the certificate with its chain, of a "
				"public CA";
		break;
	case CERTIFICATE_CN_ONLY:
	case CERTIFICATE_WEAK:
		break;
	}
	return codes[c->fault];
}

/* Say it of the addresses, named when other addresses came out otherwise. */
static void
say_certificate(struct judging *j, const struct mx_host *host, size_t first,
    struct saying *what)
{
	const struct smtp_found *a = &host->address[first];
	enum point_code code = describe(j, host, &a->certificate, what);
	const char *alike = "";
	bool differ = false;
	size_t i;

	what->excused = true;
	for (i = 0; i < host->n_addresses; i++) {
		if (!has_certificate(&host->address[i]))
			continue;
		if (!is_alike(a, &host->address[i])) {
			differ = true;
			continue;
		}
		alike = judging_join(
		    j->arena, alike, " ", host->address[i].address);
		what->excused &= host->address[i].dane == DANE_MATCHES &&
				 host->address[i].dane_usage == TLSA_EE;
	}
	what->at = differ ? alike : "";
	judging_say(j, code, what);
}

void
judge_certificates(struct judging *j, size_t n)
{
	const struct mx_host *host = &j->s->host[n];
	struct saying what = {
		.subject = host->name, .h = host->name, .host = n + 1
	};
	size_t i, k;

	for (i = 0; i < host->n_addresses; i++) {
		if (!has_certificate(&host->address[i]))
			continue;
		for (k = 0; k < i; k++)
			if (has_certificate(&host->address[k]) &&
			    is_alike(&host->address[k], &host->address[i]))
				break;
		if (k == i)
			say_certificate(j, host, i, &what);
	}
}
