#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/domain_setup.h"
#include "output/json_line.h"
#include "output/terminal_text.h"
#include "published/judge_domain.h"
#include "published/points.h"
#include "published/sts_policy.h"
#include "published/tlsa.h"
#include "published/txt_record.h"
#include "survey/print_domain.h"

enum {
	LABEL_COLUMNS = 8,
	STATE_COLUMNS = 4,
	DOMAIN_INDENT = 2,
	HOST_INDENT = 4,
	REMEDY_INDENT = 8,
	/* a terminal's last column stays free */
	LAST_COLUMN = TEXT_WIDTH - 1
};

static const char *const states[] = { "ok", "note", "WARN", "FAIL", "?" };

/* Print words from column `at` on.  None is cut: URIs and digests are copied.
 */
static void
put_wrapped(FILE *out, size_t at, size_t indent, const char *text)
{
	text_wrap_words(out, text, at,
	    &(struct text_lines){
		.indent = indent, .width = LAST_COLUMN, .end = "" });
}

/* A line for a point, and what to do about it. */
static void
put_point(FILE *out, const struct point *p)
{
	int indent = p->host > 0 ? HOST_INDENT : DOMAIN_INDENT;
	size_t text = (size_t)indent + LABEL_COLUMNS + 1 + STATE_COLUMNS + 1;
	static const char to_do[] = "to do: ";

	fprintf(out, "%*s%-*s %-*s ", indent, "", LABEL_COLUMNS,
	    point_group_label(point_entry(p->code)->group), STATE_COLUMNS,
	    states[p->state]);
	put_wrapped(out, text, text, p->detail);
	if (p->remedy[0] == '\0')
		return;
	fprintf(out, "%*s%s", REMEDY_INDENT, "", to_do);
	put_wrapped(out, REMEDY_INDENT + strlen(to_do),
	    REMEDY_INDENT + strlen(to_do), p->remedy);
}

static bool
is_trouble(const struct point *p)
{
	return p->state == POINT_WARNING || p->state == POINT_FAILED ||
	       p->state == POINT_UNKNOWN;
}

static void
put_text(struct domain_printer *to, const struct domain_setup *s,
    const struct domain_verdict *v)
{
	size_t i, host = 0;

	if (to->quiet && v->failed + v->warnings + v->unknown == 0)
		return;
	fputs(to->has_begun ? "\n" : "", to->out);
	to->has_begun = true;
	text_put(to->out, s->domain);
	fprintf(to->out, ": %s\n", v->about);
	for (i = 0; i < v->n; i++) {
		if (to->quiet && !is_trouble(&v->point[i]))
			continue;
		if (v->point[i].host > 0 && v->point[i].host != host) {
			host = v->point[i].host;
			fprintf(to->out, "%*s", DOMAIN_INDENT, "");
			text_put(to->out, s->host[host - 1].name);
			fputc('\n', to->out);
		}
		put_point(to->out, &v->point[i]);
	}
	fflush(to->out); /* the next domain may take its time */
}

static struct json_object *
json_points(const struct domain_printer *to, const struct domain_verdict *v)
{
	struct json_object *all = json_new_array(), *one;
	const struct point *p;
	const struct point_entry *e;
	size_t i;

	for (i = 0; i < v->n; i++) {
		p = &v->point[i];
		e = point_entry(p->code);
		if (to->quiet && !is_trouble(p))
			continue;
		one = json_new_object();
		json_add_text(one, "name", point_group_name(e->group));
		json_add_text(one, "subject", p->subject);
		json_add_text(one, "code", e->name);
		json_add_text(one, "state", point_state_name(p->state));
		json_add_decimal(one, "seconds", p->seconds, 3);
		json_add_text(one, "detail", p->detail);
		json_add_text(one, "remedy", p->remedy);
		json_append(all, one);
	}
	return all;
}

/* The texts of all TXT records at a name; NUL ends none of them. */
static struct json_object *
json_texts(const struct txt_answer *answer, struct arena *arena)
{
	struct json_object *all = json_new_array();
	struct span text;
	size_t i;

	for (i = 0; i < answer->n; i++) {
		text = txt_joined(&answer->record[i], arena);
		json_append_bytes(all, text);
	}
	return all;
}

static struct json_object *
json_policy(const struct sts_policy *p)
{
	struct json_object *policy = json_new_object();
	struct json_object *mx = json_new_array();
	size_t i;

	json_add_text(policy, "mode", sts_mode_name(p->mode));
	json_add_number(policy, "max_age", p->max_age);
	for (i = 0; i < p->n_mx; i++)
		json_append_text(mx, p->mx[i]);
	json_add(policy, "mx", mx);
	return policy;
}

/* TLS and the certificate's end as the first address with TLS has them. */
static void
add_session(struct json_object *host, const struct mx_host *h)
{
	const struct smtp_found *a;
	char end[UTC_TEXT];
	size_t i;

	for (i = 0; i < h->n_addresses; i++) {
		a = &h->address[i];
		if (a->result != SMTP_TLS && a->result != SMTP_SILENT_AFTER)
			continue;
		utc_format(a->certificate.not_after, end);
		json_add_text(host, "tls", a->tls);
		json_add_text(host, "expires", end);
		return;
	}
	json_add_null(host, "tls");
	json_add_null(host, "expires");
}

static struct json_object *
json_host(const struct mx_host *h, struct arena *arena)
{
	struct json_object *host = json_new_object();
	struct json_object *addresses = json_new_array();
	struct json_object *tlsa = json_new_array();
	size_t i;

	json_add_number(host, "preference", h->preference);
	json_add_text(host, "host", h->name);
	for (i = 0; i < h->n_addresses; i++)
		json_append_text(addresses, h->address[i].address);
	json_add(host, "addresses", addresses);
	add_session(host, h);
	for (i = 0; i < h->n_records; i++)
		json_append_text(tlsa, tlsa_shown(&h->record[i], false, arena));
	json_add(host, "tlsa", tlsa);
	return host;
}

static void
put_json(const struct domain_printer *to, const struct domain_setup *s,
    const struct domain_verdict *v)
{
	struct json_object *line = json_new_object();
	struct json_object *hosts = json_new_array();
	struct arena arena = { 0 };
	size_t i;

	json_add_text(line, "domain", s->domain);
	json_add_text(line, "about", v->about);
	json_add(line, "points", json_points(to, v));
	json_add(line, "tlsrpt", json_texts(&s->tlsrpt, &arena));
	json_add(line, "sts", json_texts(&s->sts, &arena));
	if (v->policy.valid)
		json_add(line, "policy", json_policy(&v->policy));
	else
		json_add_null(line, "policy");
	for (i = 0; i < s->n_hosts; i++)
		json_append(hosts, json_host(&s->host[i], &arena));
	json_add(line, "mx", hosts);
	json_add_bool(line, "dnssec", s->soa.secure);
	json_add_bool(line, "ok", v->failed == 0);
	json_line_print(to->out, line);
	fflush(to->out);
	arena_free(&arena);
}

void
print_domain(struct domain_printer *to, const struct domain_setup *s,
    const struct domain_verdict *v)
{
	if (to->json &&
	    (!to->quiet || v->failed + v->warnings + v->unknown > 0))
		put_json(to, s, v);
	else if (!to->json)
		put_text(to, s, v);
}
