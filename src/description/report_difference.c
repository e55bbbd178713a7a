#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "description/report_difference.h"
#include "model/tls_report.h"
#include "output/terminal_text.h"

enum {
	PATH = 96
};

/* A comparison of two copies. */
struct pair {
	size_t differences;
};

static void
differ(struct pair *p, const char *path, const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return;
	p->differences++;
	printf("  %s\n    counted: ", path);
	text_put(stdout, a);
	fputs("\n    other:   ", stdout);
	text_put(stdout, b);
	fputc('\n', stdout);
}

static void
differ_number(struct pair *p, const char *path, uint64_t a, uint64_t b)
{
	char left[24], right[24];

	snprintf(left, sizeof left, "%" PRIu64, a);
	snprintf(right, sizeof right, "%" PRIu64, b);
	differ(p, path, left, right);
}

__attribute__((format(printf, 2, 3))) static const char *
path_of(char out[static PATH], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out, PATH, fmt, ap);
	va_end(ap);
	return out;
}

static void
differ_list(struct pair *p, const char *path, const char *const *a, size_t n,
    const char *const *b, size_t m)
{
	char at[PATH];
	size_t i;

	for (i = 0; i < n || i < m; i++)
		differ(p, path_of(at, "%.80s[%zu]", path, i),
		    i < n ? a[i] : "(absent)", i < m ? b[i] : "(absent)");
}

static void
differ_failure(struct pair *p, const char *path, const struct failure *a,
    const struct failure *b)
{
	const struct {
		const char *name, *a, *b;
	} rows[] = {
		{ "result-type", a->result_type, b->result_type },
		{ "sending-mta-ip", a->sending_mta_ip, b->sending_mta_ip },
		{ "receiving-ip", a->receiving_ip, b->receiving_ip },
		{ "receiving-mx-hostname", a->receiving_mx_hostname,
		    b->receiving_mx_hostname },
		{ "receiving-mx-helo", a->receiving_mx_helo,
		    b->receiving_mx_helo },
		{ "failure-reason-code", a->failure_reason_code,
		    b->failure_reason_code },
		{ "additional-information", a->additional_information,
		    b->additional_information },
	};
	char at[PATH];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		differ(p, path_of(at, "%.60s.%s", path, rows[i].name),
		    rows[i].a, rows[i].b);
	differ_number(p, path_of(at, "%.60s.failed-session-count", path),
	    a->failed_sessions, b->failed_sessions);
}

static void
differ_policy(
    struct pair *p, size_t k, const struct policy *a, const struct policy *b)
{
	char at[PATH];
	size_t i, most;

	differ(p, path_of(at, "policies[%zu].policy.policy-type", k), a->type,
	    b->type);
	differ(p, path_of(at, "policies[%zu].policy.policy-domain", k),
	    a->domain, b->domain);
	differ_list(p, path_of(at, "policies[%zu].policy.policy-string", k),
	    a->strings, a->n_strings, b->strings, b->n_strings);
	differ_list(p, path_of(at, "policies[%zu].policy.mx-host", k),
	    a->mx_hosts, a->n_mx_hosts, b->mx_hosts, b->n_mx_hosts);
	differ_number(p,
	    path_of(
		at, "policies[%zu].summary.total-successful-session-count", k),
	    a->successful_sessions, b->successful_sessions);
	differ_number(p,
	    path_of(at, "policies[%zu].summary.total-failure-session-count", k),
	    a->failed_sessions, b->failed_sessions);
	most = a->n_failures < b->n_failures ? a->n_failures : b->n_failures;
	for (i = 0; i < most; i++)
		differ_failure(p,
		    path_of(at, "policies[%zu].failure-details[%zu]", k, i),
		    &a->failures[i], &b->failures[i]);
	differ_number(p, path_of(at, "policies[%zu]: number of details", k),
	    a->n_failures, b->n_failures);
}

void
report_difference_print(
    const struct report *counted, const struct report *other)
{
	struct pair p = { 0 };
	size_t i, most = counted->n_policies < other->n_policies
			     ? counted->n_policies
			     : other->n_policies;

	fputs("Two reports claim to be ", stdout);
	text_put(stdout, counted->report_id);
	fputs(" of ", stdout);
	text_put(stdout, counted->organization);
	puts("; they differ in");
	differ(&p, "contact-info", counted->contact, other->contact);
	for (i = 0; i < most; i++)
		differ_policy(
		    &p, i, &counted->policies[i], &other->policies[i]);
	differ_number(
	    &p, "number of policies", counted->n_policies, other->n_policies);
	if (p.differences == 0)
		puts("  how their members are written alone: what is counted "
		     "is the same");
}
