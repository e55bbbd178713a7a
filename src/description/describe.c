#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/domain_label.h"
#include "base/span.h"
#include "base/utc.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "codes/result_types.h"
#include "description/describe.h"
#include "description/describe_voucher.h"
#include "ingest/examine.h"
#include "model/tls_report.h"
#include "output/json_line.h"
#include "output/terminal_text.h"

void
describe_field(const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	printf("%-10s", name);
	text_put(stdout, value);
	fputc('\n', stdout);
}

static void
put_mail(const char *source, const struct mail_head *head)
{
	describe_field("Source", source);
	describe_field("Mail from", head->from);
	describe_field("Subject", head->subject);
}

static void
put_period(const struct report *r)
{
	char start[UTC_TEXT], end[UTC_TEXT];

	if (r->start % UTC_DAY == 0 && r->end - r->start >= UTC_DAY - 1 &&
	    r->end - r->start <= UTC_DAY) {
		utc_format_date(r->start, start);
		printf("%-10s%s (the whole day, UTC)\n", "Period", start);
		return;
	}
	utc_format(r->start, start);
	utc_format(r->end, end);
	printf("%-10s%s to %s\n", "Period", start, end);
}

/* Print " at mx2.example.com (192.0.2.1)", or what of it is known. */
static void
put_host(const char *word, const char *name, const char *ip)
{
	if (name[0] == '\0' && ip[0] == '\0')
		return;
	printf(" %s ", word);
	text_put(stdout, name[0] != '\0' ? name : ip);
	if (name[0] != '\0' && ip[0] != '\0') {
		fputs(" (", stdout);
		text_put(stdout, ip);
		fputc(')', stdout);
	}
}

/* Whose fault a result type is. */
static const char *
side_of(const struct result_type *type)
{
	if (type != NULL && strcmp(type->side, "ours") == 0)
		return " (at the receiving side: yours)";
	if (type != NULL && strcmp(type->side, "theirs") == 0)
		return " (at the sending side: theirs)";
	return "";
}

static void
put_failure(const struct failure *x)
{
	const struct result_type *type =
	    result_type_find(span_of(x->result_type));
	char n[GROUPED];

	printf("  %s failed: ", text_grouped(x->failed_sessions, n));
	text_put(stdout,
	    x->result_type[0] != '\0' ? x->result_type : "no result type");
	put_host("at", x->receiving_mx_hostname, x->receiving_ip);
	put_host("from", "", x->sending_mta_ip);
	printf("%s\n", side_of(type));
	if (x->failure_reason_code[0] != '\0')
		text_wrap(stdout, "      reason: ", x->failure_reason_code);
	if (x->additional_information[0] != '\0')
		text_wrap(stdout, "      see: ", x->additional_information);
	text_wrap(stdout, "      ",
	    type != NULL ? type->meaning
			 : "This result type is not in the registry.");
	if (type != NULL)
		printf("      Next: tlsrua explain %s\n", type->name);
}

/* Of two details, the one with more failed sessions first. */
static int
compare_failures(const void *a, const void *b)
{
	const struct failure *x = *(const struct failure *const *)a;
	const struct failure *y = *(const struct failure *const *)b;

	if (x->failed_sessions != y->failed_sessions)
		return x->failed_sessions < y->failed_sessions ? 1 : -1;
	return (x > y) - (x < y); /* the order of the report */
}

static void
put_failures(const struct policy *p)
{
	const struct failure **sorted =
	    xcalloc(p->n_failures, sizeof(const struct failure *));
	size_t i;

	for (i = 0; i < p->n_failures; i++)
		sorted[i] = &p->failures[i];
	qsort(sorted, p->n_failures, sizeof(const struct failure *),
	    compare_failures);
	for (i = 0; i < p->n_failures; i++)
		put_failure(sorted[i]);
	free(sorted);
}

/* Print a domain with U-labels, and as it is stored where that differs. */
static void
put_domain(const char *domain)
{
	struct arena arena = { 0 };
	const char *shown = domain_label_shown(&arena, domain);

	text_put(stdout, shown[0] != '\0' ? shown : "(domain unknown)");
	if (strcmp(shown, domain) != 0)
		printf(" (%s)", domain);
	arena_free(&arena);
}

static void
put_policy(const struct policy *p)
{
	char good[GROUPED], bad[GROUPED];

	fputc('\n', stdout);
	put_domain(p->domain);
	fputs(", policy type ", stdout);
	text_put(stdout, p->type);
	if (p->mode[0] != '\0')
		printf(", mode %s", p->mode);
	fputs(": ", stdout);
	if (p->failed_sessions == 0)
		printf("no failures, %s sessions succeeded",
		    text_grouped(p->successful_sessions, good));
	else
		printf("%s sessions failed, %s succeeded",
		    text_grouped(p->failed_sessions, bad),
		    text_grouped(p->successful_sessions, good));
	puts(p->skipped ? " (not one of our domains: not counted)" : "");
	if (p->failed_sessions > 0 && p->n_failures == 0)
		puts("  The sender does not say what failed.");
	put_failures(p);
}

static int
compare_policies(const void *a, const void *b)
{
	const struct policy *x = *(const struct policy *const *)a;
	const struct policy *y = *(const struct policy *const *)b;

	if (x->failed_sessions != y->failed_sessions)
		return x->failed_sessions < y->failed_sessions ? 1 : -1;
	return (x > y) - (x < y);
}

/* Print the policies, those with most failures first. */
static void
put_policies(const struct report *r)
{
	const struct policy **sorted =
	    xcalloc(r->n_policies, sizeof(const struct policy *));
	size_t i;

	for (i = 0; i < r->n_policies; i++)
		sorted[i] = &r->policies[i];
	qsort(sorted, r->n_policies, sizeof(const struct policy *),
	    compare_policies);
	for (i = 0; i < r->n_policies; i++)
		put_policy(sorted[i]);
	free(sorted);
}

/* Print the findings of a class and what they mean. */
static void
put_findings(
    const char *title, const struct findings *fs, enum code_class class)
{
	const struct code_entry *e;
	size_t i;

	for (i = 0; i < fs->n; i++) {
		e = code_entry(fs->item[i].code);
		if (e->class != class)
			continue;
		if (title != NULL)
			printf("\n%s\n", title);
		title = NULL;
		printf("  %s%s", e->name,
		    fs->item[i].where[0] != '\0' ? ": " : "");
		text_put(stdout, fs->item[i].where);
		fputc('\n', stdout);
		text_wrap(stdout, "      ", e->meaning);
	}
}

void
describe_refusal(const char *code, const char *where)
{
	enum code c = code_find(code);
	const struct code_entry *e = c != CODE_NONE ? code_entry(c) : NULL;

	describe_field("Verdict", "refused");
	printf("%-10s%s", "Reason", code);
	if (where[0] != '\0') {
		fputs(": ", stdout);
		text_put(stdout, where);
	}
	fputc('\n', stdout);
	if (e == NULL)
		return;
	text_wrap(stdout, "          ", e->meaning);
	text_wrap(stdout, "          ", e->advice);
}

static bool
has_class(const struct findings *fs, enum code_class class)
{
	size_t i;

	for (i = 0; i < fs->n; i++)
		if (code_entry(fs->item[i].code)->class == class)
			return true;
	return false;
}

/*
 * Print the outcome in one line.  Failures count here also under a policy type
 * that does not carry the counted figures.
 */
static void
put_short(const struct report *r)
{
	uint64_t sessions = 0, failed = 0, any = 0;
	char a[GROUPED], b[GROUPED];
	size_t i, details = 0;

	for (i = 0; i < r->n_policies; i++) {
		sessions += r->policies[i].counted_sessions;
		failed += r->policies[i].counted_failed;
		any |= r->policies[i].failed_sessions;
		details += r->policies[i].n_failures;
	}
	printf("%-10s", "In short");
	if (failed > 0)
		printf("%s of %s sessions failed\n", text_grouped(failed, a),
		    text_grouped(sessions, b));
	else if (any != 0)
		puts("failures under one policy type; see below");
	else if (details > 0)
		puts("no session failed, but the sender found faults");
	else if (sessions > 0)
		printf("no failures: all %s sessions succeeded\n",
		    text_grouped(sessions, a));
	else
		puts("no failures, and no sessions at all");
}

static void
put_report(const struct candidate *c)
{
	const struct report *r = c->report;

	put_short(r);
	describe_field("Verdict", has_class(c->findings, CLASS_WARN)
				      ? "accepted, with warnings"
				      : "accepted");
	describe_field("Sender",
	    r->organization[0] != '\0' ? r->organization : r->reporter_domain);
	describe_field("Contact", r->contact);
	describe_field("Report", r->report_id);
	put_period(r);
}

void
describe_words(
    const char *source, const struct mail_head *head, const struct candidate *c)
{
	if (c->report == NULL)
		describe_refusal(code_entry(c->findings->reject.code)->name,
		    c->findings->reject.where);
	else
		put_report(c);
	put_mail(source, head);
	describe_voucher(c->verdict);
	describe_field("File", c->filename);
	if (c->report == NULL)
		return;
	put_policies(c->report);
	put_findings("Warnings", c->findings, CLASS_WARN);
	put_findings("Notes, of no consequence", c->findings, CLASS_NOTE);
}

void
describe_no_report_words(const char *source, const struct mail_head *head)
{
	describe_field("Verdict",
	    "no TLS report in it, nor anything that claims "
	    "to be one");
	put_mail(source, head);
}

static struct json_object *
json_codes(const struct findings *fs, enum code_class class)
{
	struct json_object *list = json_new_array();
	enum code c;

	for (c = CODE_NONE + 1; c < CODE_COUNT; c++)
		if (code_entry(c)->class == class && findings_has(fs, c))
			json_append_text(list, code_entry(c)->name);
	return list;
}

static struct json_object *
json_policy(const struct policy *p)
{
	struct json_object *o = json_new_object();

	json_add_text(o, "type", p->type);
	json_add_text(o, "domain", p->domain);
	json_add_count(o, "successful", p->successful_sessions);
	json_add_count(o, "failed", p->failed_sessions);
	json_add_count(o, "details", p->n_failures);
	return o;
}

static void
add_report(struct json_object *o, const struct report *r)
{
	struct json_object *policies = json_new_array();
	char start[UTC_TEXT], end[UTC_TEXT];
	size_t i;

	utc_format(r->start, start);
	utc_format(r->end, end);
	json_add_text(o, "organization", r->organization);
	json_add_text(o, "report_id", r->report_id);
	json_add_text(o, "start", start);
	json_add_text(o, "end", end);
	json_add(o, "policies", policies);
	for (i = 0; i < r->n_policies; i++)
		json_append(policies, json_policy(&r->policies[i]));
}

void
describe_json(const char *source, const struct candidate *c)
{
	const struct findings *fs = c->findings;
	struct json_object *o = json_new_object(), *codes;

	json_add_text(o, "source", source);
	if (c->report == NULL) {
		json_add_text(o, "verdict", "reject");
		json_add(o, "codes", codes = json_new_array());
		json_append_text(codes, code_entry(fs->reject.code)->name);
		json_add(o, "notes", json_new_array());
	} else {
		json_add_text(o, "verdict",
		    has_class(fs, CLASS_WARN) ? "warn" : "accept");
		json_add(o, "codes", json_codes(fs, CLASS_WARN));
		json_add(o, "notes", json_codes(fs, CLASS_NOTE));
		add_report(o, c->report);
	}
	describe_voucher_json(o, c->verdict);
	json_line_print(stdout, o);
}

void
describe_no_report_json(const char *source)
{
	struct json_object *o = json_new_object();

	json_add_text(o, "source", source);
	json_add_text(o, "verdict", "no_report");
	json_add(o, "codes", json_new_array());
	json_add(o, "notes", json_new_array());
	json_line_print(stdout, o);
}
