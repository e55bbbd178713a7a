#ifndef TESTS_SETUPS_H
#define TESTS_SETUPS_H

/*
 * Domains as they were found, for the tests of what judges and prints them: one
 * in which all is well, and what may be wrong with it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/domain_setup.h"
#include "published/judge_domain.h"
#include "published/points.h"

#define SETUP_KEY \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum {
	SETUP_HOSTS = 3,
	SETUP_RECORDS = 4,
	SETUP_TEXT = 4096
};

/* All is well at alder.example, on 2026-11-28 at noon. */
struct setup {
	struct arena mem;
	struct domain_setup s;
	struct span string[6];
	struct txt_record tlsrpt[2], sts[2], elsewhere;
	struct txt_answer misplaced;
	struct mx_record mx[SETUP_HOSTS];
	struct mx_host host[SETUP_HOSTS];
	struct smtp_found address[SETUP_HOSTS][2];
	struct tlsa_record record[SETUP_HOSTS][SETUP_RECORDS];
	struct rua_target target[2];
	struct polled_mailbox mailbox;
	struct sender_policy sender[4];
	const char *met[2];
	struct open_problem problem[2];
	struct domain_verdict v;
	char points[SETUP_TEXT];
};

static inline struct lookup
lookup_of(const char *name, enum lookup_status status)
{
	return (struct lookup){ .name = name,
		.status = status,
		.secure = true,
		.reason = "",
		.alias = "" };
}

/* A TXT record of one string. */
static inline void
publish(struct txt_answer *answer, struct txt_record *record, size_t i,
    struct span *string, const char *text)
{
	*string = span_of(text);
	record[i] = (struct txt_record){ string, 1 };
	answer->record = record;
	answer->n = i + 1;
	answer->lookup.status = LOOKUP_FOUND;
}

static inline void
unpublish(struct txt_answer *answer)
{
	answer->n = 0;
	answer->lookup.status = LOOKUP_NO_NAME;
}

/* A host with one address and a TLSA record that matches. */
static inline void
add_host(struct setup *d, size_t i, const char *name, const char *address)
{
	static const char digest[33] = "\x01\x23\x45\x67\x89\xab\xcd\xef"
				       "\x01\x23\x45\x67\x89\xab\xcd\xef"
				       "\x01\x23\x45\x67\x89\xab\xcd\xef"
				       "\x01\x23\x45\x67\x89\xab\xcd\xef";
	const char *at = arena_printf(&d->mem, "_25._tcp.%s", name);

	d->mx[i] = (struct mx_record){ (unsigned)(i + 1) * 10, name };
	d->record[i][0] = (struct tlsa_record){ 3, 1, 1, { digest, 32 } };
	d->address[i][0] = (struct smtp_found){ .address = address,
		.result = SMTP_TLS,
		.said = "",
		.tls = "TLSv1.3",
		.waited = 15,
		.certificate = { .not_after = d->s.now + 59 * UTC_DAY + 60,
		    .names = name,
		    .reason = "",
		    .remedy = "",
		    .digest = SETUP_KEY },
		.dane = DANE_MATCHES,
		.dane_usage = 3 };
	d->host[i] = (struct mx_host){ .name = name,
		.preference = d->mx[i].preference,
		.a = lookup_of(name, LOOKUP_FOUND),
		.aaaa = lookup_of(name, LOOKUP_NO_DATA),
		.address = d->address[i],
		.n_addresses = 1,
		.tlsa = lookup_of(at, LOOKUP_FOUND),
		.record = d->record[i],
		.n_records = 1 };
	d->s.n_mx = d->s.n_hosts = i + 1;
}

static inline void
set_policy(struct setup *d, const char *mode, const char *mx)
{
	d->s.policy.body = span_of(arena_printf(&d->mem,
	    "version: STSv1\nmode: %s\nmx: %s\nmax_age: 604800\n", mode, mx));
}

/* Without a policy host, senders know of no MTA-STS. */
static inline void
drop_sts(struct setup *d)
{
	unpublish(&d->s.sts);
	d->s.policy = (struct web_fetch){
		.a = lookup_of("mta-sts.alder.example", LOOKUP_NO_NAME),
		.aaaa = lookup_of("mta-sts.alder.example", LOOKUP_NO_NAME)
	};
}

/* No host has a TLSA record. */
static inline void
drop_dane(struct setup *d)
{
	size_t i;

	for (i = 0; i < d->s.n_hosts; i++) {
		d->host[i].tlsa.status = LOOKUP_NO_NAME;
		d->host[i].n_records = 0;
		d->address[i][0].dane = DANE_NOT_COMPARED;
	}
}

static inline struct setup *
setup_well(void)
{
	static const char domain[] = "alder.example";
	struct setup *d = xcalloc(1, sizeof *d);
	struct domain_setup *s = &d->s;

	s->domain = domain;
	s->now = utc_of(2026, 11, 28, 12, 0, 0);
	s->resolver = "192.0.2.53";
	s->soa = lookup_of(domain, LOOKUP_FOUND);
	s->a = s->aaaa = lookup_of(domain, LOOKUP_NO_DATA);
	s->tlsrpt.lookup = lookup_of("_smtp._tls.alder.example", LOOKUP_FOUND);
	publish(&s->tlsrpt, d->tlsrpt, 0, &d->string[0],
	    "v=TLSRPTv1; rua=mailto:tls@alder.example");
	s->sts.lookup = lookup_of("_mta-sts.alder.example", LOOKUP_FOUND);
	publish(&s->sts, d->sts, 0, &d->string[2], "v=STSv1; id=20261101;");
	s->policy = (struct web_fetch){ .a = lookup_of("mta-sts.alder.example",
					    LOOKUP_FOUND),
		.aaaa = lookup_of("mta-sts.alder.example", LOOKUP_NO_DATA),
		.result = FETCH_ANSWERED,
		.status = 200,
		.media_type = "text/plain",
		.not_after = s->now + 60 * UTC_DAY };
	s->mx_lookup = lookup_of(domain, LOOKUP_FOUND);
	s->mx = d->mx;
	s->host = d->host;
	add_host(d, 0, "mx1.alder.example", "192.0.2.1");
	add_host(d, 1, "mx2.alder.example", "192.0.2.2");
	set_policy(d, "enforce", "*.alder.example");
	d->target[0] = (struct rua_target){ .uri = "mailto:tls@alder.example",
		.mx = lookup_of(domain, LOOKUP_FOUND) };
	s->target = d->target;
	s->n_targets = 1;
	s->configured = true;
	d->mailbox = (struct polled_mailbox){ "reports", "tls@alder.example" };
	s->mailbox = &d->mailbox;
	s->n_mailboxes = 1;
	return d;
}

static inline void
setup_free(struct setup *d)
{
	arena_free(&d->mem);
	free(d);
}

/* A record elsewhere than where senders look. */
static inline void
misplace(struct setup *d, const char *name, const char *text)
{
	d->misplaced.lookup = lookup_of(name, LOOKUP_FOUND);
	publish(&d->misplaced, &d->elsewhere, 0, &d->string[5], text);
}

/* The points that are not ok, in the order printed: "code:w code:f". */
static inline const char *
points_of(struct setup *d)
{
	size_t i, n = 0;
	const struct point *p;

	judge_domain(&d->s, &d->mem, &d->v);
	d->points[0] = '\0';
	for (i = 0; i < d->v.n; i++) {
		p = &d->v.point[i];
		if (p->state != POINT_OK)
			n += (size_t)snprintf(d->points + n,
			    sizeof d->points - n, "%s%s:%c", n > 0 ? " " : "",
			    point_entry(p->code)->name,
			    point_state_name(p->state)[0]);
	}
	return d->points;
}

static inline int
setup_begin(void **state)
{
	*state = setup_well();
	return 0;
}

static inline int
setup_end(void **state)
{
	setup_free(*state);
	return 0;
}

#define SETUP_TEST(f) cmocka_unit_test_setup_teardown(f, setup_begin, setup_end)

#define assert_points(d, want) assert_string_equal(points_of(d), want)

/* The detail of the first point of that code. */
static inline const char *
detail_of(const struct setup *d, enum point_code code)
{
	size_t i;

	for (i = 0; i < d->v.n; i++)
		if (d->v.point[i].code == code)
			return d->v.point[i].detail;
	return "";
}

static inline const char *
remedy_of(const struct setup *d, enum point_code code)
{
	size_t i;

	for (i = 0; i < d->v.n; i++)
		if (d->v.point[i].code == code)
			return d->v.point[i].remedy;
	return "";
}

#endif
