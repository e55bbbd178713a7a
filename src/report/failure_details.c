#include <string.h>

#include "report/host_name.h"
#include "report/reading.h"

/* Where the strings of one failure detail are among those of its piece. */
struct piece {
	size_t result, sending_ip, receiving_ip, mx_name, helo, information,
	    reason;
};

static struct span
take(struct reading *r, size_t string, enum member m)
{
	struct span s = strings_get(r, string);

	if (string != READING_NO_STRING)
		content_string(&r->content, m, s);
	return s;
}

/* A registered type in lower case (RFC 8460 §6.6), others as sent. */
static void
read_result(struct reading *r, struct span s, struct failure *f)
{
	const struct result_type *known = result_type_find(s);

	f->side = known != NULL ? known->side : "unclear";
	if (known != NULL) {
		f->result_type = known->name;
		if (!span_is(s, known->name))
			reading_warn(r, CODE_VALUE_CASE, MEMBER_RESULT);
		return;
	}
	f->result_type = reading_keep(r, s, MEMBER_RESULT, false);
	reading_warn(r,
	    s.n > 0 ? CODE_UNKNOWN_RESULT_TYPE : CODE_RESULT_TYPE_MISSING,
	    MEMBER_RESULT);
}

static const char *
read_ip(struct reading *r, struct span s, enum member m)
{
	char text[NAME_IP_TEXT];
	unsigned deviation;

	if (s.n == 0)
		return "";
	if (name_ip(s, text, &deviation) == -1) {
		reading_warn(r, CODE_IP_INVALID, m);
		return reading_keep(r, s, m, false);
	}
	if (deviation != 0)
		reading_warn(r, CODE_IP_FORMAT, m);
	return arena_strdup(r->arena, text);
}

/* Whether it could be made a link: a scheme of the web, a host, no blanks. */
static bool
is_web_uri(struct span s)
{
	struct span rest;
	size_t i;

	if (span_begins_nocase(s, "https://"))
		rest = span_skip(s, strlen("https://"));
	else if (span_begins_nocase(s, "http://"))
		rest = span_skip(s, strlen("http://"));
	else
		return false;
	for (i = 0; i < rest.n; i++)
		if ((unsigned char)rest.p[i] <= ' ' || rest.p[i] == 0x7f)
			return false;
	return rest.n > 0 && strchr("/?#", rest.p[0]) == NULL;
}

static const char *
read_information(struct reading *r, struct span s)
{
	if (s.n > 0 && !is_web_uri(s))
		reading_warn(r, CODE_URI_INVALID, MEMBER_INFORMATION);
	return reading_keep(r, s, MEMBER_INFORMATION, false);
}

static void
decode(struct reading *r, const struct members *m, struct piece *p)
{
	strings_begin(r);
	p->result = strings_add(r, m->of[MEMBER_RESULT]);
	p->sending_ip = strings_add(r, m->of[MEMBER_SENDING_IP]);
	p->receiving_ip = strings_add(r, m->of[MEMBER_RECEIVING_IP]);
	p->mx_name = strings_add(
	    r, member_or_alias(m, MEMBER_MX_NAME, MEMBER_MX_HOST_NAME));
	p->helo = strings_add(r, m->of[MEMBER_HELO]);
	p->information = strings_add(
	    r, member_or_alias(m, MEMBER_INFORMATION, MEMBER_INFO_URI));
	p->reason = strings_add(
	    r, member_or_alias(m, MEMBER_REASON, MEMBER_ERROR_CODE));
	strings_decode(r);
}

static void
warn_names(struct reading *r, const struct members *m)
{
	reading_warn_null(r, m, MEMBER_SENDING_IP);
	reading_warn_null(r, m, MEMBER_RECEIVING_IP);
	reading_warn_null(r, m, MEMBER_HELO);
	reading_warn_alias(r, m, MEMBER_MX_NAME, MEMBER_MX_HOST_NAME);
	reading_warn_alias(r, m, MEMBER_INFORMATION, MEMBER_INFO_URI);
	reading_warn_alias(r, m, MEMBER_REASON, MEMBER_ERROR_CODE);
}

static void
read_failure(
    struct reading *r, const struct jsontext_node *node, struct failure *f)
{
	struct members m;
	struct piece p;
	struct span s;

	content_object(&r->content, MEMBER_FAILURES);
	members_of(&r->json, node, &m);
	decode(r, &m, &p);
	warn_names(r, &m);
	read_result(r, take(r, p.result, MEMBER_RESULT), f);
	s = take(r, p.sending_ip, MEMBER_SENDING_IP);
	f->sending_mta_ip = read_ip(r, s, MEMBER_SENDING_IP);
	s = take(r, p.receiving_ip, MEMBER_RECEIVING_IP);
	f->receiving_ip = read_ip(r, s, MEMBER_RECEIVING_IP);
	s = take(r, p.mx_name, MEMBER_MX_NAME);
	s = span_of(reading_keep(r, s, MEMBER_MX_NAME, false));
	f->receiving_mx_hostname = name_host(s, r->arena, &r->conversions);
	s = take(r, p.helo, MEMBER_HELO);
	f->receiving_mx_helo = reading_keep(r, s, MEMBER_HELO, false);
	f->failed_sessions =
	    count_read(r, 42, m.of[MEMBER_SESSIONS], MEMBER_SESSIONS);
	s = take(r, p.information, MEMBER_INFORMATION);
	f->additional_information = read_information(r, s);
	s = take(r, p.reason, MEMBER_REASON);
	f->failure_reason_code = reading_keep(r, s, MEMBER_REASON, true);
}

static void
read_array(
    struct reading *r, const struct jsontext_node *array, struct policy *p)
{
	const struct jsontext_node *e;
	size_t count = 0;

	for (e = members_first(&r->json, array); e != NULL;
	     e = members_next(&r->json, array, e))
		count++;
	content_array(&r->content, MEMBER_FAILURES, count);
	p->failures = arena_alloc(r->arena, count * sizeof *p->failures);
	for (e = members_first(&r->json, array), r->failure = 0; e != NULL;
	     e = members_next(&r->json, array, e), r->failure++) {
		if (member_given(e))
			read_failure(r, e, &p->failures[p->n_failures++]);
		else
			reading_warn(r, CODE_NULL_FIELD, MEMBER_ROOT);
	}
}

void
failures_read(
    struct reading *r, const struct jsontext_node *node, struct policy *p)
{
	if (node == NULL)
		return;
	if (node->type == JSONTEXT_NULL) {
		reading_warn(r, CODE_NULL_FIELD, MEMBER_FAILURES);
	} else if (node->type == JSONTEXT_ARRAY) {
		read_array(r, node, p);
	} else {
		reading_warn(r, CODE_ARRAY_EXPECTED, MEMBER_FAILURES);
		r->failure = 0;
		p->failures = arena_alloc(r->arena, sizeof *p->failures);
		p->n_failures = 1;
		read_failure(r, node, p->failures);
	}
	r->failure = READING_NOWHERE;
}
