#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "codes/codes.h"
#include "model/not_detailed.h"
#include "model/tls_report.h"
#include "report/amplification.h"
#include "report/members.h"
#include "report/report_parser.h"

/*
 * Compression makes a thousand policies or details of a few bytes each, while
 * each of them becomes rows of several tables and CSV files that repeat its
 * names.  What follows is how large these rows get: an upper bound for the
 * store (indexes with it) and for the folder, whichever is more.
 */
enum {
	/* the tenth time is for the bytes of the mail that are kept */
	TIMES = 9,
	SMALL_MAIL = 16 << 10,

	/* bytes of rows without their texts */
	REPORT_ROWS = 1200,
	POLICY_ROWS = 220,
	SKIPPED_ROW = 64, /* of an entry about another's domain */
	DETAIL_ROW = 72,
	CAUSE_ROWS = 160,      /* of a result type at an MX host of a domain */
	HOST_ROWS = 64,	       /* of a cause at one address */
	DIGITS_OF_POLICY = 19, /* so often its counts are written */
	PACKED = 200, /* text is packed again to no less than so many times */

	/* a longer row, or key of an index, takes a page of the store besides
	 */
	LONG_ROW = 1900,
	PAGE = 8192,

	SLOTS = 256
};

/* A detail that stands for all of its cause, or of its cause and address. */
struct known {
	const struct policy *policy;
	const struct failure *detail;
};

/* Those counted lately: details of a cause counted before add but one row. */
struct lately {
	struct known cause[SLOTS], host[SLOTS];
};

uint64_t
amplification_budget(uint64_t size)
{
	return size > SMALL_MAIL / TIMES ? size * TIMES : SMALL_MAIL;
}

/* Bytes of a text in a CSV file, where quotes are doubled. */
static uint64_t
width(const char *s)
{
	uint64_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '"' ? 2 : 1;
	return n;
}

static uint64_t
width_of_all(const char *const *s, size_t n)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += width(s[i]) + 1;
	return sum;
}

/* Of a row, with what SQLite wastes on one that is long. */
static uint64_t
in_pages(uint64_t row)
{
	return row > LONG_ROW ? row + PAGE : row;
}

static uint64_t
digits(uint64_t n)
{
	uint64_t count = 1;

	for (; n > 9; n /= 10)
		count++;
	return count;
}

static uint32_t
hash(uint32_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619U;
	return h;
}

static bool
is_same_cause(const struct known *a, const struct known *b)
{
	return strcmp(a->detail->receiving_mx_hostname,
		   b->detail->receiving_mx_hostname) == 0 &&
	       strcmp(a->detail->result_type, b->detail->result_type) == 0 &&
	       strcmp(a->policy->recipient_domain,
		   b->policy->recipient_domain) == 0;
}

/* Whether its cause is in the table; it is afterwards. */
static bool
is_known_cause(struct lately *l, const struct known *k)
{
	uint32_t h = hash(hash(hash(0, k->detail->receiving_mx_hostname),
			      k->detail->result_type),
	    k->policy->recipient_domain);
	struct known *slot = &l->cause[h % SLOTS];
	bool is_known = slot->detail != NULL && is_same_cause(slot, k);

	*slot = *k;
	return is_known;
}

/* Likewise with its cause and address. */
static bool
is_known_host(struct lately *l, const struct known *k)
{
	uint32_t h = hash(hash(hash(0, k->detail->receiving_mx_hostname),
			      k->detail->receiving_ip),
	    k->detail->result_type);
	struct known *slot = &l->host[h % SLOTS];
	bool is_known =
	    slot->detail != NULL && is_same_cause(slot, k) &&
	    strcmp(slot->detail->receiving_ip, k->detail->receiving_ip) == 0 &&
	    strcmp(slot->policy->type, k->policy->type) == 0;

	*slot = *k;
	return is_known;
}

/* Of the names that each row of a policy or detail repeats. */
static uint64_t
width_of_names(const struct report *r, const struct policy *p)
{
	return width(p->recipient_domain) + width(p->domain) +
	       width(r->organization) + width(r->reporter_domain) +
	       width(p->type) + width(p->mode);
}

/* Its row in the table and the file of failures. */
static uint64_t
cost_of_row(const struct report *r, const struct known *k)
{
	const struct failure *d = k->detail;

	return in_pages(
	    DETAIL_ROW + width_of_names(r, k->policy) + width(d->result_type) +
	    width(d->receiving_mx_hostname) + width(d->receiving_mx_helo) +
	    width(d->receiving_ip) + width(d->sending_mta_ip) +
	    width(d->failure_reason_code) + width(d->additional_information) +
	    digits(d->failed_sessions));
}

static uint64_t
cost_of_cause(const struct report *r, const struct known *k)
{
	return CAUSE_ROWS +
	       2 * (width(k->policy->recipient_domain) +
		       width(k->detail->result_type) +
		       digits(k->detail->failed_sessions)) +
	       3 * width(k->detail->receiving_mx_hostname) +
	       width(k->policy->type) + width(r->organization);
}

static uint64_t
cost_of_host(const struct known *k)
{
	return HOST_ROWS + width(k->policy->recipient_domain) +
	       width(k->policy->type) +
	       width(k->detail->receiving_mx_hostname) +
	       width(k->detail->result_type) +
	       2 * width(k->detail->receiving_ip) +
	       digits(k->detail->failed_sessions);
}

static uint64_t
cost_of_detail(const struct report *r, const struct known *k, struct lately *l)
{
	uint64_t cost = cost_of_row(r, k);

	if (!is_known_cause(l, k))
		cost += cost_of_cause(r, k);
	if (!is_known_host(l, k))
		cost += cost_of_host(k);
	return cost;
}

/* What a policy has failed that no detail speaks of becomes one of its own. */
static uint64_t
cost_of_rest(const struct report *r, const struct policy *p)
{
	struct policy bare = *p;
	struct failure rest;
	const struct known k = { p, &rest };

	bare.n_failures = 0;
	if (!failure_not_detailed(&bare, &rest))
		return 0;
	return cost_of_row(r, &k) + cost_of_cause(r, &k) + cost_of_host(&k);
}

/* Of a policy without its details. */
static uint64_t
cost_of_policy(const struct report *r, const struct policy *p)
{
	uint64_t names = width_of_names(r, p);
	uint64_t own = width_of_all(p->strings, p->n_strings) +
		       width_of_all(p->mx_hosts, p->n_mx_hosts);
	uint64_t most = digits(p->successful_sessions + p->failed_sessions);

	if (p->skipped)
		return in_pages(SKIPPED_ROW + names + own);
	return POLICY_ROWS + in_pages(names + own) + 3 * names +
	       2 * (width(p->recipient_domain) + width(r->organization) +
		       width(r->reporter_domain)) +
	       DIGITS_OF_POLICY * most + cost_of_rest(r, p);
}

static uint64_t
cost_of_report(const struct report_parser *rp)
{
	const struct report *r = rp->report;
	uint64_t key = width(r->organization) + width(r->report_id);
	uint64_t cost = REPORT_ROWS + rp->pieces.text.n / PACKED +
			2 * in_pages(key) +
			2 * (width(r->contact) + width(r->reporter_domain));
	size_t i;

	for (i = 0; i < r->n_policies; i++)
		cost += cost_of_policy(r, &r->policies[i]);
	return cost;
}

/* Keep the details of a policy up to the first that is beyond the budget. */
static void
settle_details(struct report_parser *rp, struct policy *p, struct lately *l)
{
	uint64_t *left = rp->context->left;
	size_t i;

	for (i = 0; i < p->n_failures; i++) {
		const struct known k = { p, &p->failures[i] };
		uint64_t cost = cost_of_detail(rp->report, &k, l);

		if (cost > *left) {
			rp->failure = i;
			warn_of(rp, CODE_DETAILS_LEFT_OUT, MEMBER_ROOT);
			rp->failure = NOT_INSIDE;
			p->n_failures = i;
			return;
		}
		*left -= cost;
	}
}

void
amplification_settle(struct report_parser *rp)
{
	struct report *r = rp->report;
	struct lately lately = { 0 };
	uint64_t cost;

	if (rp->context->left == NULL)
		return;
	cost = cost_of_report(rp);
	if (cost > *rp->context->left) {
		refuse_value(rp, 25, CODE_REPORT_INFLATED, MEMBER_POLICIES);
		return;
	}
	*rp->context->left -= cost;
	for (rp->policy = 0; rp->policy < r->n_policies; rp->policy++)
		settle_details(rp, &r->policies[rp->policy], &lately);
	rp->policy = NOT_INSIDE;
}
