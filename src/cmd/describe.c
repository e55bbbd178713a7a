#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "cmd/describe.h"
#include "examine.h"
#include "output/text.h"

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

/* " at mx2.example.com (192.0.2.1)", whatever of it is known. */
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
	fputc('\n', stdout);
	if (x->failure_reason_code[0] != '\0')
		text_wrap(stdout, "      reason: ", x->failure_reason_code);
	if (x->additional_information[0] != '\0')
		text_wrap(stdout, "      see: ", x->additional_information);
	text_wrap(stdout, "      ",
	    type != NULL ? type->meaning
			 : "This result type is not in the registry.");
}

static void
put_policy(const struct policy *p)
{
	char good[GROUPED], bad[GROUPED];
	size_t i;

	fputc('\n', stdout);
	text_put(stdout, p->domain[0] != '\0' ? p->domain : "(domain unknown)");
	fputs(", policy type ", stdout);
	text_put(stdout, p->type);
	if (p->mode[0] != '\0')
		printf(", mode %s", p->mode);
	printf(": %s sessions succeeded, %s failed%s\n",
	    text_grouped(p->successful_sessions, good),
	    text_grouped(p->failed_sessions, bad),
	    p->skipped ? " (not one of our domains: not counted)" : "");
	for (i = 0; i < p->n_failures; i++)
		put_failure(&p->failures[i]);
}

/* The findings of a class, with what they mean. */
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
		printf("  %s%s%s\n", e->name,
		    fs->item[i].where[0] != '\0' ? " at " : "",
		    fs->item[i].where);
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
		fputs(" at ", stdout);
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

static uint64_t
all_failed(const struct report *r)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < r->n_policies; i++)
		sum += r->policies[i].counted_failed;
	return sum;
}

void
describe_words(
    const char *source, const struct mail_head *head, const struct candidate *c)
{
	const struct report *r = c->report;
	size_t i;

	put_mail(source, head);
	describe_field("File", c->filename);
	if (r == NULL) {
		describe_refusal(code_entry(c->findings->reject.code)->name,
		    c->findings->reject.where);
		return;
	}
	describe_field("Sender",
	    r->organization[0] != '\0' ? r->organization : r->reporter_domain);
	describe_field("Contact", r->contact);
	describe_field("Report", r->report_id);
	put_period(r);
	describe_field("Verdict", has_class(c->findings, CLASS_WARN)
				      ? "accepted, with warnings"
				      : "accepted");
	describe_field("In short",
	    all_failed(r) == 0 ? "no failures" : "there are failed sessions");
	for (i = 0; i < r->n_policies; i++)
		put_policy(&r->policies[i]);
	put_findings("Warnings", c->findings, CLASS_WARN);
	put_findings("Notes, of no consequence", c->findings, CLASS_NOTE);
}

void
describe_no_report_words(const char *source, const struct mail_head *head)
{
	put_mail(source, head);
	describe_field("Verdict",
	    "no TLS report in it, nor anything that claims "
	    "to be one");
}

static void
put_codes_json(const struct findings *fs, enum code_class class)
{
	bool first = true;
	enum code c;

	fputc('[', stdout);
	for (c = CODE_NONE + 1; c < CODE_COUNT; c++) {
		if (code_entry(c)->class != class || !findings_has(fs, c))
			continue;
		printf("%s\"%s\"", first ? "" : ",", code_entry(c)->name);
		first = false;
	}
	fputc(']', stdout);
}

static void
put_policies_json(const struct report *r)
{
	size_t i;

	fputs(",\"policies\":[", stdout);
	for (i = 0; i < r->n_policies; i++) {
		const struct policy *p = &r->policies[i];

		fputs(i > 0 ? ",{\"type\":" : "{\"type\":", stdout);
		text_put_json(stdout, p->type);
		fputs(",\"domain\":", stdout);
		text_put_json(stdout, p->domain);
		printf(",\"successful\":%" PRIu64 ",\"failed\":%" PRIu64
		       ",\"details\":%zu}",
		    p->successful_sessions, p->failed_sessions, p->n_failures);
	}
	fputc(']', stdout);
}

static void
put_report_json(const struct report *r)
{
	char start[UTC_TEXT], end[UTC_TEXT];

	utc_format(r->start, start);
	utc_format(r->end, end);
	fputs(",\"organization\":", stdout);
	text_put_json(stdout, r->organization);
	fputs(",\"report_id\":", stdout);
	text_put_json(stdout, r->report_id);
	printf(",\"start\":\"%s\",\"end\":\"%s\"", start, end);
	put_policies_json(r);
}

void
describe_json(const char *source, const struct candidate *c)
{
	const struct findings *fs = c->findings;

	fputs("{\"source\":", stdout);
	text_put_json(stdout, source);
	if (c->report == NULL) {
		printf(",\"verdict\":\"reject\",\"codes\":[\"%s\"],\"notes\":"
		       "[]}\n",
		    code_entry(fs->reject.code)->name);
		return;
	}
	printf(",\"verdict\":\"%s\",\"codes\":",
	    has_class(fs, CLASS_WARN) ? "warn" : "accept");
	put_codes_json(fs, CLASS_WARN);
	fputs(",\"notes\":", stdout);
	put_codes_json(fs, CLASS_NOTE);
	put_report_json(c->report);
	fputs("}\n", stdout);
}

void
describe_no_report_json(const char *source)
{
	fputs("{\"source\":", stdout);
	text_put_json(stdout, source);
	fputs(
	    ",\"verdict\":\"no_report\",\"codes\":[],\"notes\":[]}\n", stdout);
}
