#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/mail_comparison.h"
#include "report/report.h"

/*
 * JSON text to report.  The last byte chooses the context, so that a corpus of
 * plain reports stays one.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_policy(const struct policy *p)
{
	size_t i;

	check(strlen(p->type) <= 64 && strlen(p->domain) <= 253);
	check(strlen(p->recipient_domain) <= 253 && p->mode != NULL);
	check(p->counted_failed <= p->counted_sessions);
	check(
	    p->counted_sessions <= p->successful_sessions + p->failed_sessions);
	for (i = 0; i < p->n_strings; i++)
		check(strlen(p->strings[i]) <= 4096);
	for (i = 0; i < p->n_mx_hosts; i++)
		check(p->mx_hosts[i] != NULL);
	for (i = 0; i < p->n_failures; i++) {
		const struct failure *f = &p->failures[i];

		check(strlen(f->result_type) <= 64 && f->side != NULL);
		check(f->sending_mta_ip != NULL && f->receiving_ip != NULL);
		check(f->receiving_mx_hostname != NULL);
		check(f->receiving_mx_helo != NULL);
		check(f->failure_reason_code != NULL);
		check(f->additional_information != NULL);
	}
}

/* What holds for every report that was taken. */
static void
check_report(const struct report *r, const struct findings *fs)
{
	size_t i;

	check(fs->reject.code == CODE_NONE);
	check(utc_of(2016, 1, 1, 0, 0, 0) <= r->start);
	check(r->start <= r->end && r->end - r->start <= 31 * UTC_DAY);
	check(*r->report_id != '\0' && strlen(r->report_id) <= 4096);
	check(strlen(r->organization) <= 255 && strlen(r->contact) <= 255);
	check(strlen(r->reporter_domain) <= 253 && r->warnings != NULL);
	for (i = 0; i < r->n_policies; i++)
		check_policy(&r->policies[i]);
}

static void
compare(const struct report *r, const char *text)
{
	struct mail_head head = { .from = "",
		.subject = text,
		.message_id = "",
		.date = "",
		.report_domain = r->contact,
		.report_submitter = r->organization };
	struct findings fs = { 0 };

	report_compare_mail(r, &head, text, &fs);
	check(fs.reject.code == CODE_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char before[] =
	    "{\"organization-name\":\"A \\u00e9\",\"date-range\":{"
	    "\"start-datetime\":\"2026-03-02T00:00:00Z\","
	    "\"end-datetime\":\"2026-03-02T23:59:59Z\"},"
	    "\"contact-info\":\"a@b.example\",\"report-id\":\"1\","
	    "\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
	    "\"policy-string\":[\"mode: testing\"],"
	    "\"policy-domain\":\"a.example\"},\"summary\":{"
	    "\"total-successful-session-count\":1,"
	    "\"total-failure-session-count\":\"x\"}}]}";
	static const char *const own[] = { "a.example", "*.example.com" };
	unsigned choice = size > 0 ? data[size - 1] : 0;
	struct limits limits = limits_default;
	struct report_context context = { .limits = &limits,
		.has_arrival = choice & 1,
		.arrival = utc_of(2026, 3, 3, 6, 0, 0),
		.now = utc_of(2027, 1, 1, 0, 0, 0),
		.report_domain = choice & 4 ? "" : "Header.Example.",
		.our_domains = own,
		.n_our_domains = choice & 8 ? 2 : 0 };
	struct findings fs = { 0 };
	struct report_parser *parser = report_parser_new();
	struct arena arena = { 0 };
	struct report report;
	char *text;

	if (choice & 16)
		limits.policies = limits.failures = 2;
	if (choice & 32) { /* behind another one */
		report_parse(
		    parser, span_of(before), &context, &arena, &report, &fs);
		fs.n = 0;
		fs.reject.code = CODE_NONE;
	}
	if (report_parse(parser, (struct span){ (const char *)data, size },
		&context, &arena, &report, &fs) == 0) {
		check_report(&report, &fs);
		text = arena_strndup(&arena, (const char *)data, size);
		compare(&report, text);
		compare(&report, report.report_id);
	} else {
		check(fs.reject.code != CODE_NONE && fs.n == 0);
		check(code_entry(fs.reject.code)->class == CLASS_REJECT);
	}
	arena_free(&arena);
	report_parser_free(parser);
	return 0;
}
