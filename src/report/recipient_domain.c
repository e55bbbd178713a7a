#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/result_types.h"
#include "model/tls_report.h"
#include "report/host_name.h"
#include "report/members.h"
#include "report/recipient_domain.h"
#include "report/report_parser.h"

enum {
	DOMAIN_MAX = 255 /* bytes; no name has more (RFC 1035 §2.3.4) */
};

/*
 * The recipient domains that a report names.  The policy-domain of sts and
 * no-policy-found is the recipient domain; that of tlsa is the TLSA base
 * domain, which is the MX host (RFC 8460 §1.1).
 */
struct recipients {
	const char **domain; /* sorted, each once */
	size_t n;
	const char *header; /* TLS-Report-Domain in normal form, or "" */
};

/* Whether the policy-domain of this policy is the recipient domain. */
static bool
names_recipient(const struct policy *p)
{
	enum policy_kind kind = policy_kind_of(p->type);

	return kind == POLICY_STS || kind == POLICY_NONE_FOUND;
}

static const char *
header_domain(const struct report_parser *rp)
{
	const char *d = rp->context->report_domain;
	unsigned deviation;

	if (d != NULL)
		d = name_domain(span_trim(span_of(d)), rp->arena, &deviation);
	return d != NULL ? d : "";
}

/* The policy-domain, if all policies that have one have the same; or "". */
static const char *
only_domain(const struct report *report)
{
	const char *only = "";
	size_t i;

	for (i = 0; i < report->n_policies; i++) {
		const char *d = report->policies[i].domain;

		if (*d == '\0' || strcmp(d, only) == 0)
			continue;
		if (*only != '\0')
			return "";
		only = d;
	}
	return only;
}

/* R35: put another domain in place of a policy-domain that is missing. */
static void
fill_missing(struct report *report, const char *header)
{
	const char *fill = *header != '\0' ? header : only_domain(report);
	size_t i;

	for (i = 0; i < report->n_policies; i++)
		if (*report->policies[i].domain == '\0')
			report->policies[i].domain = fill;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
find_recipients(struct report_parser *rp, struct recipients *to)
{
	const struct report *report = rp->report;
	size_t i, n = 0;

	to->n = 0;
	to->domain =
	    arena_alloc(rp->arena, report->n_policies * sizeof *to->domain);
	for (i = 0; i < report->n_policies; i++)
		if (names_recipient(&report->policies[i]) &&
		    *report->policies[i].domain != '\0')
			to->domain[n++] = report->policies[i].domain;
	qsort(to->domain, n, sizeof *to->domain, compare);
	for (i = 0; i < n; i++)
		if (i == 0 || strcmp(to->domain[i - 1], to->domain[i]) != 0)
			to->domain[to->n++] = to->domain[i];
	if (to->n > 1)
		warn_of(rp, CODE_POLICY_DOMAIN_MIXED, MEMBER_POLICIES);
}

/* `domain`, or the nearest domain above it, that is a recipient; or NULL. */
static const char *
nearest(const struct recipients *to, const char *domain)
{
	const char **found;

	while (to->n > 0 && domain != NULL && *domain != '\0') {
		found = bsearch(
		    &domain, to->domain, to->n, sizeof *to->domain, compare);
		if (found != NULL)
			return *found;
		if ((domain = strchr(domain, '.')) != NULL)
			domain++;
	}
	return NULL;
}

static const char *
recipient_of(const struct recipients *to, const struct policy *p)
{
	const char *d;

	if (names_recipient(p))
		return p->domain;
	if ((d = nearest(to, p->domain)) != NULL)
		return d;
	if (to->n == 1)
		return to->domain[0];
	return *to->header != '\0' ? to->header : p->domain;
}

static bool
is_in_list(const struct report_context *c, const char *name)
{
	return bsearch(&name, c->our_domains, c->n_our_domains,
		   sizeof *c->our_domains, compare) != NULL;
}

/* Whether a domain is listed itself, or by "*." and one above it. */
static bool
is_listed(const struct report_context *c, const char *domain)
{
	char pattern[DOMAIN_MAX + sizeof "*."];

	if (is_in_list(c, domain))
		return true;
	while ((domain = strchr(domain, '.')) != NULL) {
		snprintf(pattern, sizeof pattern, "*%s", domain++);
		if (is_in_list(c, pattern))
			return true;
	}
	return false;
}

/*
 * The domain of ours that an entry is about; NULL when it is about others.
 * R51: an MX host below a domain of ours stands for that domain, when nothing
 * else says whose it is.
 */
static const char *
our_domain(const struct report_context *c, const struct policy *p)
{
	const char *d = p->domain;

	if (is_listed(c, p->recipient_domain))
		return p->recipient_domain;
	if (policy_kind_of(p->type) != POLICY_TLSA)
		return NULL;
	for (; d != NULL && *d != '\0'; d = strchr(d, '.')) {
		d += *d == '.';
		if (is_listed(c, d))
			return d;
	}
	return NULL;
}

static void
skip_foreign(struct report_parser *rp)
{
	struct report *report = rp->report;
	size_t i, skipped = 0;

	if (rp->context->n_our_domains == 0)
		return;
	for (i = 0; i < report->n_policies; i++) {
		const char *ours =
		    our_domain(rp->context, &report->policies[i]);

		if (ours != NULL) {
			report->policies[i].recipient_domain = ours;
			continue;
		}
		report->policies[i].skipped = true;
		skipped++;
		rp->policy = i;
		warn_of(rp, CODE_DOMAIN_SKIPPED, MEMBER_DOMAIN);
	}
	rp->policy = NOT_INSIDE;
	if (skipped > 0 && skipped == report->n_policies)
		refuse_value(rp, 51, CODE_DOMAIN_NOT_OURS, MEMBER_POLICIES);
}

void
recipient_domains_settle(struct report_parser *rp)
{
	struct recipients to = { .header = header_domain(rp) };
	struct report *report = rp->report;
	size_t i;

	fill_missing(report, to.header);
	find_recipients(rp, &to);
	for (i = 0; i < report->n_policies; i++)
		report->policies[i].recipient_domain =
		    recipient_of(&to, &report->policies[i]);
	skip_foreign(rp);
}
