/*
 * make build/tests/tools/fill_store, then
 * fill_store [-r REPORTS] [-d DOMAINS] [-s SENDERS] [-n DAYS] [-l LAST]
 *     [-k BYTES] [-t TRUTH] STORE
 *
 * Fill a store as years of polling would, up to the day LAST: each sender
 * reports on each domain every day, as often as it takes to come to so many
 * reports, each with BYTES of a gzip file; every tenth report has failures.
 * What was stored is told in TRUTH, for those who count it again: lines of
 * fields separated by tabs, a report (R), its entries (P), their failures (F).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/timing.h"
#include "base/utc.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "store/messages.h"
#include "store/reports.h"
#include "store/store.h"

enum {
	NAME = 64,
	BATCH = 5000,
	HOSTS = 2,
	RAW_MAX = 1 << 16
};

static const char *const types[] = { "certificate-expired",
	"certificate-host-mismatch", "starttls-not-supported",
	"validation-failure", "sts-policy-fetch-error" };

struct plan {
	long reports, domains, senders, days;
	int64_t last; /* midnight of the last day */
	struct store *store;
	uint64_t random;
	uint32_t uid;
	long stored;
	size_t raw;
	FILE *truth; /* NULL: nobody asks */
};

static void
check(int rc, const struct fault *f)
{
	if (rc == -1) {
		fprintf(stderr, "fill_store: %s\n", f->text);
		exit(1);
	}
}

/* xorshift64: the same numbers every time */
static unsigned
any(struct plan *p, unsigned below)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (unsigned)(p->random >> 33) % below;
}

static void
set_failure(struct plan *p, struct failure *d, const char *mx, const char *ip)
{
	*d = (struct failure){
		.result_type = types[any(p, sizeof types / sizeof *types)],
		.sending_mta_ip = "198.51.100.1",
		.receiving_ip = ip,
		.receiving_mx_hostname = mx,
		.receiving_mx_helo = mx,
		.failure_reason_code = any(p, 3) == 0 ? "X509_V_ERR" : "",
		.additional_information = "",
		.failed_sessions = 1 + any(p, 9),
	};
	d->side = strcmp(d->result_type, "validation-failure") == 0 ? "unclear"
								    : "ours";
}

/* The entry with more sessions, or as many and more failures, counts. */
static void
set_counted(struct policy *p, size_t n)
{
	uint64_t first = p[0].successful_sessions + p[0].failed_sessions;
	uint64_t second = p[1].successful_sessions + p[1].failed_sessions;
	bool other =
	    n == 2 &&
	    (second > first || (second == first && p[1].failed_sessions >
						       p[0].failed_sessions));

	p[other].counted_sessions = other ? second : first;
	p[other].counted_failed = p[other].failed_sessions;
}

static void
tell(const struct plan *p, const struct report *r)
{
	char date[UTC_TEXT];
	size_t i, j;

	if (p->truth == NULL)
		return;
	utc_format_date(r->start, date);
	fprintf(p->truth, "R\t%s\t%s\t%s\t%s\n", date, r->organization,
	    r->contact, r->report_id);
	for (i = 0; i < r->n_policies; i++) {
		const struct policy *x = &r->policies[i];

		fprintf(p->truth, "P\t%s\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\n",
		    x->type, x->domain, x->mode, x->successful_sessions,
		    x->failed_sessions);
		for (j = 0; j < x->n_failures; j++)
			fprintf(p->truth,
			    "F\t%s\t%" PRIu64 "\t%s\t%s\t%s\t%s\n",
			    x->failures[j].result_type,
			    x->failures[j].failed_sessions,
			    x->failures[j].sending_mta_ip,
			    x->failures[j].receiving_ip,
			    x->failures[j].receiving_mx_hostname,
			    x->failures[j].failure_reason_code);
	}
}

/*
 * Digests and bytes that no other report has.  Bodies grow, so that filling
 * their index stays cheap.
 */
static void
set_content(struct plan *p, struct report *r, unsigned char *raw)
{
	size_t i;

	for (i = 0; i < sizeof r->content; i++)
		r->content[i] = (unsigned char)any(p, 256);
	memcpy(r->body, r->content, sizeof r->body);
	for (i = 0; i < sizeof p->stored; i++)
		r->body[i] = (unsigned char)(p->stored >> (56 - 8 * i));
	for (i = 0; i < p->raw; i += sizeof p->random) {
		any(p, 2);
		memcpy(raw + i, &p->random, sizeof p->random);
	}
}

static void
add_report(struct plan *p, int64_t day, long domain, long sender, long turn)
{
	char name[NAME], mx[NAME], ip[NAME], who[NAME], whom[NAME], id[100];
	char contact[NAME + 4];
	static unsigned char raw[RAW_MAX + sizeof(uint64_t)];
	const char *lines[] = { "version: STSv1", "mode: enforce", "mx: *" };
	struct failure details[2];
	struct policy policies[2] = { 0 };
	struct report r = { .organization = who,
		.report_id = id,
		.start = day,
		.end = day + UTC_DAY - 1,
		.contact = contact,
		.reporter_domain = whom,
		.policies = policies,
		.n_policies = sender % 4 == 1 ? 2 : 1,
		.warnings = sender % 4 == 1 ? "policy-string-nested" : "",
		.dkim = "",
		.dkim_domain = "",
		.dkim_selector = "" };
	struct message m = {
		.source = "fill", .mailbox = 0, .size = 4000 + ++p->uid
	};
	struct mail_head head = mail_head_empty;
	struct store_added added;
	struct fault f = { 0 };
	int64_t message;
	size_t i;

	snprintf(name, sizeof name, "domain%03ld.example", domain);
	snprintf(
	    mx, sizeof mx, "mx%u.domain%03ld.example", any(p, HOSTS), domain);
	snprintf(ip, sizeof ip, "192.0.2.%ld", domain % 250);
	snprintf(who, sizeof who, "Sender %ld Inc.", sender);
	snprintf(whom, sizeof whom, "sender%ld.example", sender);
	snprintf(id, sizeof id, "%" PRId64 "-%ld-%ld-%ld", day, domain, sender,
	    turn);
	snprintf(contact, sizeof contact, "tls@%s", whom);
	set_content(p, &r, raw);
	for (i = 0; i < r.n_policies; i++)
		policies[i] = (struct policy){
			.type = i == 0 ? "sts" : "tlsa",
			.domain = name,
			.recipient_domain = name,
			.mode = i == 0 ? "enforce" : "",
			.strings = lines,
			.n_strings = i == 0 ? 3 : 0,
			.successful_sessions = 1 + any(p, 500),
		};
	if (any(p, 10) == 0) {
		set_failure(p, &details[0], mx, ip);
		set_failure(p, &details[1], mx, ip);
		policies[0].failures = details;
		policies[0].n_failures = 1 + any(p, 2);
		for (i = 0; i < policies[0].n_failures; i++)
			policies[0].failed_sessions +=
			    details[i].failed_sessions;
	}
	set_counted(policies, r.n_policies);
	check(store_add_message(p->store, &m, &head, &message, &f), &f);
	check(store_add_report(p->store, message, &r,
		  (struct span){ (const char *)raw, p->raw }, &added, &f),
	    &f);
	tell(p, &r);
	if (++p->stored % BATCH == 0) {
		check(store_commit(p->store, &f), &f);
		check(store_begin(p->store, &f), &f);
	}
}

/* So many a day that they come to all of them. */
static void
add_day(struct plan *p, long n)
{
	int64_t day = p->last - (p->days - 1 - n) * (int64_t)UTC_DAY;
	long from = p->reports * n / p->days,
	     to = p->reports * (n + 1) / p->days;
	long each = p->domains * p->senders, i;

	for (i = 0; i < to - from; i++)
		add_report(p, day, i / p->senders % p->domains, i % p->senders,
		    i / each);
}

int
main(int argc, char **argv)
{
	struct plan p = { .reports = 1000000,
		.domains = 300,
		.senders = 2,
		.days = 1826,
		.random = 88172645463325252u };
	struct fault f = { 0 };
	double began;
	int option;
	long n;

	utc_parse_date(span_of("2026-11-23"), &p.last);
	while ((option = getopt(argc, argv, "r:d:s:n:l:k:t:")) != -1)
		switch (option) {
		case 'r':
			p.reports = atol(optarg);
			break;
		case 'd':
			p.domains = atol(optarg);
			break;
		case 's':
			p.senders = atol(optarg);
			break;
		case 'n':
			p.days = atol(optarg);
			break;
		case 'l':
			check(utc_parse_date(span_of(optarg), &p.last), &f);
			break;
		case 'k':
			p.raw = strtoul(optarg, NULL, 10);
			break;
		case 't':
			p.truth = fopen(optarg, "w");
			break;
		default:
			return 64;
		}
	if (optind != argc - 1 || p.reports < 1 || p.domains < 1 ||
	    p.senders < 1 || p.days < 1 || p.raw > RAW_MAX)
		return 64;
	began = timing_now();
	if ((p.store = store_open(argv[optind], STORE_WRITE, &f)) == NULL)
		check(-1, &f);
	check(store_begin(p.store, &f), &f);
	for (n = 0; n < p.days; n++)
		add_day(&p, n);
	check(store_commit(p.store, &f), &f);
	store_close(p.store);
	if (p.truth != NULL && fclose(p.truth) == EOF)
		return 73;
	printf("%ld reports in %.1f s\n", p.stored, timing_now() - began);
	return 0;
}
