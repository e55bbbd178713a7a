#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/codes.h"
#include "json/json_gate.h"
#include "json/json_piece.h"
#include "report/content_digest.h"
#include "report/host_name.h"
#include "report/kept_text.h"
#include "report/member_values.h"
#include "report/members.h"
#include "report/policy_strings.h"
#include "report/report_parser.h"

enum {
	NESTED_MAX = 64 * 1024 /* bytes of JSON text in a string */
};

/* The strings of policy-string or mx-host, while they are read. */
struct list {
	struct report_parser *rp;
	enum member member;
	unsigned requirement;
	bool is_array; /* as it has to be; otherwise one string */
	bool full;     /* the report's policies may not keep another string */
	const char **kept;
	size_t n, room;
};

/* Keep one more string. */
static void
add(struct list *l, const char *text)
{
	struct report_parser *rp = l->rp;

	if (rp->strings_left == 0) {
		warn_of(rp, CODE_TEXT_TRUNCATED, l->member);
		l->full = true;
		return;
	}
	rp->strings_left--;
	l->kept =
	    arena_grow(rp->arena, l->kept, l->n, &l->room, sizeof *l->kept);
	l->kept[l->n++] = text;
}

/* A line end that was escaped twice, so that these four bytes are sent. */
static const char written_out[] = "\\r\\n";

/* The length of the line end at the front of `s`, or 0. */
static size_t
line_end(struct span s)
{
	if (s.p[0] == '\r' || s.p[0] == '\n')
		return 1;
	if (s.p[0] == '\\' && s.n >= strlen(written_out) &&
	    memcmp(s.p, written_out, strlen(written_out)) == 0)
		return strlen(written_out);
	return 0;
}

/* Take the next line that is not empty off the front of `*rest`. */
static bool
next_line(struct span *rest, struct span *line)
{
	size_t n = 0;

	while (rest->n > 0 && (n = line_end(*rest)) > 0)
		*rest = span_skip(*rest, n);
	*line = (struct span){ rest->p, 0 };
	while (rest->n > 0 && line_end(*rest) == 0) {
		*rest = span_skip(*rest, 1);
		line->n++;
	}
	return line->n > 0;
}

/* Whether there is a line end in `s`. */
static bool
has_lines(struct span s)
{
	for (; s.n > 0; s = span_skip(s, 1))
		if (line_end(s) > 0)
			return true;
	return false;
}

/* Add the strings of a list, which were sent as `s`. */
typedef void add_fn(struct list *, struct span s);

static void
read_array(struct list *l, struct json_object *array, add_fn *fn)
{
	size_t i, n = json_object_array_length(array), strings = 0;
	struct json_object *o;
	struct span s;

	for (i = 0; i < n; i++)
		strings += json_object_array_get_idx(array, i) != NULL;
	if (strings < n)
		warn_of(l->rp, CODE_NULL_FIELD, l->member);
	content_array(&l->rp->content, l->member, strings);
	for (i = 0; i < n; i++) {
		if ((o = json_object_array_get_idx(array, i)) == NULL)
			continue;
		s = member_digested(l->rp, l->requirement, o, l->member);
		if (!l->full)
			fn(l, s);
	}
}

static void
read_list(struct list *l, struct json_object *value, add_fn *fn)
{
	struct span s;

	l->is_array = json_object_is_type(value, json_type_array);
	if (l->is_array) {
		read_array(l, value, fn);
	} else if (value != NULL) {
		warn_of(l->rp, CODE_STRING_NOT_ARRAY, l->member);
		s = member_digested(l->rp, l->requirement, value, l->member);
		fn(l, s);
	}
}

/* The array of strings that `s` is as JSON text, or NULL. */
static struct json_object *
read_nested(struct list *l, struct span s)
{
	static const char *const nothing[] = { NULL };
	static const struct json_level whole = { .max = 1, .read = nothing };
	struct json_pieces pieces = { 0 };
	struct json_fault fault;
	struct json_object *array = NULL;
	size_t i, n;

	if (s.n == 0 || s.p[0] != '[' || s.n > NESTED_MAX)
		return NULL;
	if (json_gate(s, 1, &whole, 1, &pieces, &fault) == 0) {
		array = json_piece_read(&l->rp->json, &pieces, 0);
		n = json_object_array_length(array);
		for (i = 0; i < n; i++)
			if (!json_object_is_type(
				json_object_array_get_idx(array, i),
				json_type_string))
				break;
		if (i < n) {
			json_object_put(array);
			array = NULL;
		}
	}
	json_pieces_free(&pieces);
	return array;
}

static void
add_policy_line(struct list *l, struct span s)
{
	add(l, keep_lines(l->rp, s, l->member));
}

/* TLSA records that some senders put into one string as JSON text. */
static void
add_nested(struct list *l, struct json_object *array)
{
	size_t i, n = json_object_array_length(array);
	struct json_object *o;

	warn_of(l->rp, CODE_POLICY_STRING_NESTED, l->member);
	for (i = 0; i < n && !l->full; i++) {
		o = json_object_array_get_idx(array, i);
		add_policy_line(l, (struct span){ json_object_get_string(o),
				       (size_t)json_object_get_string_len(o) });
	}
	json_object_put(array);
}

static void
add_policy_string(struct list *l, struct span s)
{
	struct json_object *nested = read_nested(l, span_trim(s));
	struct span line;

	if (nested != NULL) {
		add_nested(l, nested);
	} else if (l->is_array && !has_lines(s)) {
		add_policy_line(l, s);
	} else {
		if (l->is_array || span_find(s, written_out) < s.n)
			warn_of(l->rp, CODE_POLICY_STRING_LINES, l->member);
		while (!l->full && next_line(&s, &line))
			add_policy_line(l, line);
	}
}

void
policy_strings_read(
    struct report_parser *rp, struct json_object *policy, struct policy *p)
{
	struct list l = {
		.rp = rp, .member = MEMBER_STRING, .requirement = 34
	};

	read_list(
	    &l, member_optional(rp, policy, MEMBER_STRING), add_policy_string);
	p->strings = l.kept;
	p->n_strings = l.n;
}

/* A pattern, without the "mx:" of the policy line (RFC 8461 §3.2). */
static void
add_pattern(struct list *l, struct span s)
{
	struct report_parser *rp = l->rp;

	if (span_begins_nocase(s, "mx:")) {
		warn_of(rp, CODE_MX_HOST_PREFIX, l->member);
		s = span_trim(span_skip(s, 3));
	}
	s = span_of(keep_name(rp, s, l->member));
	add(l, name_host(s, rp->arena, &rp->conversions));
}

static void
add_mx_host(struct list *l, struct span s)
{
	struct span line;

	if (l->is_array)
		add_pattern(l, s);
	else
		while (!l->full && next_line(&s, &line))
			add_pattern(l, line);
}

void
mx_hosts_read(
    struct report_parser *rp, struct json_object *policy, struct policy *p)
{
	struct list l = {
		.rp = rp, .member = MEMBER_MX_HOST, .requirement = 36
	};

	read_list(&l,
	    member_or_alias(rp, policy, MEMBER_MX_HOST, MEMBER_MX_HOST_PATTERN),
	    add_mx_host);
	p->mx_hosts = l.kept;
	p->n_mx_hosts = l.n;
}
