#include <string.h>

#include "report/host_name.h"
#include "report/reading.h"

/* Known types in lower case (RFC 8460 §4.4), others as sent. */
static const char *
read_type(struct reading *r, struct span s)
{
	const struct policy_type *known = policy_type_find(s);

	content_string(&r->content, MEMBER_TYPE, s);
	if (known == NULL) {
		reading_warn(r, CODE_UNKNOWN_POLICY_TYPE, MEMBER_TYPE);
		return reading_keep(r, s, MEMBER_TYPE, false);
	}
	if (!span_is(s, known->name))
		reading_warn(r, CODE_VALUE_CASE, MEMBER_TYPE);
	return known->name;
}

/* "" when it is absent; what then stands in is known at the end. */
static const char *
read_domain(struct reading *r, struct span s)
{
	const char *domain;
	unsigned deviation;

	if (s.n == 0) {
		reading_warn(r, CODE_POLICY_DOMAIN_MISSING, MEMBER_DOMAIN);
		return "";
	}
	content_string(&r->content, MEMBER_DOMAIN, s);
	domain = name_domain(s, r->arena, &deviation);
	if (domain == NULL) {
		reading_refuse(r, 35, CODE_DOMAIN_INVALID, MEMBER_DOMAIN);
		return "";
	}
	if (deviation & NAME_TRAILING_DOT)
		reading_warn(r, CODE_DOMAIN_FORMAT, MEMBER_DOMAIN);
	if (deviation & NAME_NOT_ALABEL)
		reading_warn(r, CODE_DOMAIN_NOT_ALABEL, MEMBER_DOMAIN);
	return domain;
}

/* The value of a policy line "mode: VALUE" (RFC 8461 §3.2), or NULL. */
static const char *
mode_of_line(struct span line)
{
	static const char *const modes[] = { "testing", "enforce", "none" };
	size_t i;

	line = span_trim(line);
	if (!span_begins_nocase(line, "mode:"))
		return NULL;
	line = span_trim(span_skip(line, strlen("mode:")));
	for (i = 0; i < sizeof modes / sizeof *modes; i++)
		if (span_is_nocase(line, modes[i]))
			return modes[i];
	return "";
}

/* The first mode among the lines; one string may hold several of them. */
static const char *
mode_of(const struct policy *p)
{
	const char *mode, *s, *end;
	size_t i;

	for (i = 0; i < p->n_strings; i++)
		for (s = p->strings[i]; *s != '\0'; s = end) {
			end = s + strcspn(s, "\r\n");
			mode =
			    mode_of_line((struct span){ s, (size_t)(end - s) });
			if (mode != NULL)
				return mode;
			end += *end != '\0';
		}
	return "";
}

/* The member "policy"; its strings are decoded as one piece. */
static void
read_policy(
    struct reading *r, const struct jsontext_node *node, struct policy *p)
{
	struct members m;
	struct list strings, hosts;
	size_t type, domain;

	members_of(&r->json, node, &m);
	strings_begin(r);
	type = strings_add(r, m.of[MEMBER_TYPE]);
	domain = strings_add(r, m.of[MEMBER_DOMAIN]);
	list_add(r, m.of[MEMBER_STRING], &strings);
	list_add(r, member_or_alias(&m, MEMBER_MX_HOST, MEMBER_MX_HOST_PATTERN),
	    &hosts);
	strings_decode(r);

	p->type = read_type(r, strings_get(r, type));
	p->n_strings = list_policy_strings(r, &strings, &p->strings);
	p->mode = mode_of(p);
	p->domain = read_domain(r, strings_get(r, domain));
	p->recipient_domain = "";
	reading_warn_alias(r, &m, MEMBER_MX_HOST, MEMBER_MX_HOST_PATTERN);
	p->n_mx_hosts = list_mx_hosts(r, &hosts, &p->mx_hosts);
}

/* RFC 8460 §4.2: types of failure overlap, so that their sum may be larger. */
static void
check_sum(struct reading *r, const struct policy *p)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < p->n_failures; i++) {
		if (p->failures[i].failed_sessions > p->failed_sessions) {
			reading_warn(
			    r, CODE_FAILURE_COUNT_MISMATCH, MEMBER_FAILURES);
			return;
		}
		sum += p->failures[i].failed_sessions;
		if (sum > INT64_MAX) {
			reading_refuse(
			    r, 43, CODE_COUNT_OVERFLOW, MEMBER_FAILURES);
			return;
		}
	}
	if (sum < p->failed_sessions)
		reading_warn(r, CODE_FAILURE_COUNT_MISMATCH, MEMBER_FAILURES);
}

static void
read_entry(
    struct reading *r, const struct jsontext_node *node, struct policy *p)
{
	struct members entry, m;

	content_object(&r->content, MEMBER_POLICIES);
	members_of(&r->json, node, &entry);
	read_policy(r, entry.of[MEMBER_POLICY], p);
	members_of(&r->json, entry.of[MEMBER_SUMMARY], &m);
	p->successful_sessions =
	    count_read(r, 37, m.of[MEMBER_SUCCESSFUL], MEMBER_SUCCESSFUL);
	p->failed_sessions =
	    count_read(r, 37, m.of[MEMBER_FAILED], MEMBER_FAILED);
	failures_read(r, entry.of[MEMBER_FAILURES], p);
	check_sum(r, p);
}

void
policies_read(struct reading *r, const struct jsontext_node *policies)
{
	const struct jsontext_node *e;
	struct report *report = r->report;
	size_t count = 0;

	for (e = members_first(&r->json, policies); e != NULL;
	     e = members_next(&r->json, policies, e))
		count++;
	content_array(&r->content, MEMBER_POLICIES, count);
	report->policies =
	    arena_alloc(r->arena, count * sizeof *report->policies);
	for (e = members_first(&r->json, policies), r->policy = 0; e != NULL;
	     e = members_next(&r->json, policies, e), r->policy++) {
		if (member_given(e))
			read_entry(
			    r, e, &report->policies[report->n_policies++]);
		else
			reading_warn(r, CODE_NULL_FIELD, MEMBER_ROOT);
	}
	r->policy = READING_NOWHERE;
	if (report->n_policies == 0)
		reading_warn(r, CODE_POLICIES_EMPTY, MEMBER_POLICIES);
}
