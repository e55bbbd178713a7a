#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "model/tls_report.h"
#include "report/host_name.h"
#include "report/mail_comparison.h"

/*
 * A comparison of a report with the mail that carried it.  Where they differ
 * the report is right (RFC 8460 §5.6), so all that is found are notes.
 */
struct comparison {
	const struct report *report;
	struct findings *findings;
	struct arena arena; /* for domains in normal form */
};

/* A domain of a header field or a file name in normal form; "" when none. */
static const char *
domain_of(struct comparison *c, struct span s)
{
	unsigned deviation;
	const char *d = name_domain(span_trim(s), &c->arena, &deviation);

	return d != NULL ? d : "";
}

/*
 * Whether the report is about the domain `s`; true for a report that names no
 * domain, since then nobody can tell.
 */
static bool
is_about(struct comparison *c, struct span s)
{
	const char *d = domain_of(c, s);
	const struct policy *p;
	bool any = false;
	size_t i;

	for (i = 0; i < c->report->n_policies; i++) {
		p = &c->report->policies[i];
		if (name_same(d, p->domain) ||
		    name_same(d, p->recipient_domain))
			return true;
		any |= *p->domain != '\0';
	}
	return !any;
}

/*
 * Whether the domain `s` sent the report; true for a report without
 * contact-info, since then nobody can tell.
 */
static bool
is_sender(struct comparison *c, struct span s)
{
	return *c->report->reporter_domain == '\0' ||
	       name_same(domain_of(c, s), c->report->reporter_domain);
}

static void
compare_fields(struct comparison *c, const struct mail_head *head)
{
	struct span domain = span_of(head->report_domain);
	struct span submitter = span_of(head->report_submitter);

	if (domain.n == 0)
		findings_add(c->findings, CODE_HEADER_DOMAIN_MISSING,
		    "TLS-Report-Domain");
	else if (!is_about(c, domain))
		findings_add(c->findings, CODE_HEADER_DOMAIN_MISMATCH,
		    "TLS-Report-Domain: %s", head->report_domain);
	if (submitter.n == 0)
		findings_add(c->findings, CODE_SUBMITTER_MISSING,
		    "TLS-Report-Submitter");
	else if (!is_sender(c, submitter))
		findings_add(c->findings, CODE_SUBMITTER_MISMATCH,
		    "TLS-Report-Submitter: %s", head->report_submitter);
}

/* Take the next word off the front of `*rest`; whether it is `word`. */
static bool
take_word(struct span *rest, const char *word)
{
	struct span next;

	return span_next_word(rest, &next) && span_is(next, word);
}

/* "<left@right>" (RFC 5322 §3.6.4). */
static bool
is_msg_id(struct span s)
{
	const char *at;

	if (s.n < 5 || s.p[0] != '<' || s.p[s.n - 1] != '>')
		return false;
	at = memchr(s.p, '@', s.n);
	return at != NULL && at > s.p + 1 && at < s.p + s.n - 2;
}

/* RFC 8460 §5.3: "Report Domain: D Submitter: S Report-ID: <id>". */
static bool
parse_subject(struct span rest, struct span *domain, struct span *submitter)
{
	struct span id;

	if (!take_word(&rest, "Report") || !take_word(&rest, "Domain:"))
		return false;
	span_next_word(&rest, domain);
	if (!take_word(&rest, "Submitter:"))
		return false;
	span_next_word(&rest, submitter);
	return take_word(&rest, "Report-ID:") && span_next_word(&rest, &id) &&
	       is_msg_id(id) && span_trim(rest).n == 0;
}

/* The id is not compared: large senders have another one in the report. */
static void
compare_subject(struct comparison *c, const char *subject)
{
	struct span domain = { "", 0 }, submitter = { "", 0 };

	if (!parse_subject(span_of(subject), &domain, &submitter))
		findings_add(c->findings, CODE_SUBJECT_FORMAT, "Subject");
	if ((domain.n > 0 && !is_about(c, domain)) ||
	    (submitter.n > 0 && !is_sender(c, submitter)))
		findings_add(c->findings, CODE_SUBJECT_MISMATCH, "Subject");
}

/* The fields of a file name. */
struct file_name {
	struct span sender, domain;
	int64_t begin, end;
};

/*
 * Take the next field, which ends before "!", off the front of `*rest`, which
 * gets the pointer NULL after the last one.
 */
static bool
next_field(struct span *rest, struct span *field)
{
	const char *mark = rest->n > 0 ? memchr(rest->p, '!', rest->n) : NULL;

	*field = *rest;
	*rest = (struct span){ NULL, 0 };
	if (mark != NULL) {
		*rest = span_skip(*field, (size_t)(mark - field->p) + 1);
		field->n = (size_t)(mark - field->p);
	}
	return field->n > 0;
}

static bool
next_time(struct span *rest, int64_t *t)
{
	struct span s;
	size_t i;

	*t = 0;
	if (!next_field(rest, &s) || s.n > 15)
		return false;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*t = *t * 10 + (s.p[i] - '0');
	}
	return true;
}

static bool
is_alphanumeric(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
			(s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= 'A' && s.p[i] <= 'Z')))
			return false;
	return s.n > 0;
}

/* RFC 8460 §5.1: "sender!domain!begin!end[!unique-id].json[.gz]" */
static bool
parse_file_name(struct span s, struct file_name *f)
{
	if (span_ends_nocase(s, ".gz"))
		s.n -= strlen(".gz");
	if (!span_ends_nocase(s, ".json"))
		return false;
	s.n -= strlen(".json");
	if (!next_field(&s, &f->sender) || !next_field(&s, &f->domain) ||
	    !next_time(&s, &f->begin) || !next_time(&s, &f->end))
		return false;
	return s.p == NULL || is_alphanumeric(s);
}

/* The end may be the last second of a day or the midnight after it. */
static void
compare_file_name(struct comparison *c, const char *name)
{
	struct file_name f;
	int64_t end = c->report->end;

	if (!parse_file_name(span_of(name), &f)) {
		findings_add(
		    c->findings, CODE_FILENAME_FORMAT, "file name: %s", name);
		return;
	}
	if (!is_sender(c, f.sender) || !is_about(c, f.domain) ||
	    f.begin != c->report->start || f.end < end - 1 || f.end > end + 1)
		findings_add(
		    c->findings, CODE_FILENAME_MISMATCH, "file name: %s", name);
}

void
report_compare_mail(const struct report *report, const struct mail_head *head,
    const char *filename, struct findings *findings)
{
	struct comparison c = { .report = report, .findings = findings };

	compare_fields(&c, head);
	compare_subject(&c, head->subject);
	compare_file_name(&c, filename);
	arena_free(&c.arena);
}
