#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/span.h"
#include "base/utf8.h"
#include "imap/reply.h"
#include "imap_text/server_line.h"
#include "imap_text/server_refusal.h"

enum {
	SHORTEST_SECRET = 4 /* blotting out "a" tells more than it hides */
};

/* The next word, up to a blank, taken from the front. */
static struct span
word(struct span *s)
{
	struct span w = *s;

	w.n = 0;
	while (w.n < s->n && s->p[w.n] != ' ')
		w.n++;
	*s = span_skip(*s, w.n < s->n ? w.n + 1 : w.n);
	return w;
}

static bool
all_digits(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* A 32-bit number; what is none is remembered as a fault of the folder. */
static uint32_t
number(struct reply *r, struct span s)
{
	uint64_t v = 0;
	size_t i;

	s = span_trim(s);
	if (!all_digits(s) || s.n > 10) {
		r->bad_number = true;
		return 0;
	}
	for (i = 0; i < s.n; i++)
		v = v * 10 + (unsigned char)(s.p[i] - '0');
	if (v > UINT32_MAX) {
		r->bad_number = true;
		return 0;
	}
	return (uint32_t)v;
}

/* The length of the longest secret that `s` begins with, or 0. */
static size_t
secret_at(const struct reply *r, struct span s)
{
	size_t i, n, longest = 0;

	for (i = 0; i < REPLY_SECRETS; i++) {
		if (r->secrets[i] == NULL)
			continue;
		n = strlen(r->secrets[i]);
		if (n >= SHORTEST_SECRET && n > longest && s.n >= n &&
		    memcmp(s.p, r->secrets[i], n) == 0)
			longest = n;
	}
	return longest;
}

void
reply_blot(
    const struct reply *r, const char *line, size_t n, char *out, size_t size)
{
	struct span s = { line, n };
	size_t used = 0, secret;

	while (s.n > 0 && used + 4 < size) {
		if ((secret = secret_at(r, s)) > 0) {
			memcpy(out + used, "***", 3);
			used += 3;
			s = span_skip(s, secret);
		} else {
			out[used++] = s.p[0] != '\0' ? s.p[0] : '?';
			s = span_skip(s, 1);
		}
	}
	out[used] = '\0';
}

/*
 * "(\\Seen \\Deleted)": a flag that is not there is ignored, or lasts as long
 * as the session.  "\\*" is about keywords, which we set none of.
 */
static void
permanent_flags(struct reply *r, struct span list)
{
	static const struct {
		const char *name;
		enum reply_flag flag;
	} flags[] = { { "\\Seen", REPLY_SEEN }, { "\\Flagged", REPLY_FLAGGED },
		{ "\\Deleted", REPLY_DELETED } };
	struct span flag;
	size_t i;

	if (list.n < 2 || list.p[0] != '(' || list.p[list.n - 1] != ')')
		return;
	list = (struct span){ list.p + 1, list.n - 2 };
	r->keeps_told = true;
	r->keeps = 0;
	while (list.n > 0) {
		flag = word(&list);
		for (i = 0; i < sizeof flags / sizeof *flags; i++)
			if (span_is_nocase(flag, flags[i].name))
				r->keeps |= (unsigned char)flags[i].flag;
	}
}

void
reply_forget_capabilities(struct reply *r)
{
	r->capabilities[0] = '\0';
}

/* What does not fit is of no use to us: servers tell a few dozen. */
static void
add_capabilities(struct reply *r, struct span list)
{
	size_t n = strlen(r->capabilities);
	struct span name;

	while (span_next_word(&list, &name) &&
	       n + name.n + 3 < sizeof r->capabilities)
		n += (size_t)snprintf(r->capabilities + n,
		    sizeof r->capabilities - n, "%s%.*s ", n == 0 ? " " : "",
		    (int)name.n, name.p);
}

bool
reply_has_capability(const struct reply *r, const char *name)
{
	const char *p = r->capabilities;
	size_t n = strlen(name);

	for (; (p = strchr(p, ' ')) != NULL; p++)
		if (strncasecmp(p + 1, name, n) == 0 && p[n + 1] == ' ')
			return true;
	return false;
}

/* Of a line what is shown to people: no secrets, and no tag and status. */
static void
show(const struct reply *r, struct span line, char out[REPLY_TEXT])
{
	char clean[REPLY_TEXT];
	const char *p = clean;

	reply_blot(r, line.p, line.n, clean, sizeof clean);
	p += strcspn(p, " ");
	p += strspn(p, " ");
	p += strcspn(p, " ");
	p += strspn(p, " ");
	snprintf(out, REPLY_TEXT, "%s", p);
}

static void
show_alert(struct reply *r, struct span line)
{
	char shown[REPLY_TEXT];

	show(r, line, shown);
	if (strcmp(r->alert, shown) == 0)
		return;
	snprintf(r->alert, sizeof r->alert, "%s", shown);
	log_warn("%s says: %s", r->host, shown);
}

/* "[CODE value] text" (RFC 9051 §7.1), which ends this line. */
static void
response_code(struct reply *r, struct span text, struct span line)
{
	struct span code, value = text;
	size_t n = 0;

	if (text.n == 0 || text.p[0] != '[')
		return;
	value = span_skip(text, 1);
	/* a keyword of the list may have a bracket in it */
	if (span_begins_nocase(value, "PERMANENTFLAGS"))
		n = span_find(value, ")]");
	n += span_find(span_skip(value, n), "]");
	value.n = n;
	code = word(&value);
	if (span_is_nocase(code, "UIDVALIDITY"))
		r->uidvalidity = number(r, value);
	else if (span_is_nocase(code, "UIDNEXT"))
		r->uidnext = number(r, value);
	else if (span_is_nocase(code, "PERMANENTFLAGS"))
		permanent_flags(r, span_trim(value));
	else if (span_is_nocase(code, "CAPABILITY"))
		add_capabilities(r, value);
	else if (span_is_nocase(code, "ALERT") ||
		 span_is_nocase(code, "WEBALERT"))
		show_alert(r, line);
}

static int
say_bye(const struct reply *r, struct span line, struct fault *f)
{
	char text[REPLY_TEXT];

	show(r, line, text);
	return fault(f, FAULT_SESSION,
	    refusal_of(text) == REFUSAL_OTHER ? EX_UNAVAILABLE
					      : refusal_status(text, 0),
	    "imap: %s ended the session: %s", r->host,
	    text[0] != '\0' ? text : "without a reason");
}

/* A quoted string, taken from the front; false when it is none. */
static bool
quoted(struct span *s, char *out, size_t size)
{
	size_t n = 0, i;

	if (s->n == 0 || s->p[0] != '"')
		return false;
	for (i = 1; i < s->n && s->p[i] != '"'; i++) {
		if (s->p[i] == '\\' && i + 1 < s->n)
			i++;
		if (n + 1 == size)
			return false;
		out[n++] = s->p[i];
	}
	if (i >= s->n)
		return false;
	out[n] = '\0';
	*s = span_skip(*s, i + 1);
	return true;
}

/* "((prefix separator)...) ...", of which the first is ours (RFC 2342 §5). */
static void
own_namespace(struct reply *r, struct span s)
{
	char prefix[REPLY_PREFIX], separator[2] = "";

	if (!span_begins_nocase(s, "(("))
		return;
	s = span_skip(s, 2);
	if (!quoted(&s, prefix, sizeof prefix) || s.n == 0)
		return;
	s = span_skip(s, 1);
	if (!quoted(&s, separator, sizeof separator) &&
	    !span_begins_nocase(s, "NIL"))
		return;
	snprintf(r->prefix, sizeof r->prefix, "%s", prefix);
	r->separator = separator[0];
}

/* "name (UIDNEXT 14 UIDVALIDITY 7)"; the name may hold anything. */
static void
folder_status(struct reply *r, struct span s)
{
	struct span name;
	size_t start = s.n;

	while (start > 0 && s.p[start - 1] != '(')
		start--;
	s = span_trim(span_skip(s, start));
	if (start == 0 || s.n == 0 || s.p[s.n - 1] != ')')
		return;
	s.n--;
	while (s.n > 0) {
		name = word(&s);
		if (span_is_nocase(name, "UIDVALIDITY"))
			r->target_uidvalidity = number(r, word(&s));
		else if (span_is_nocase(name, "UIDNEXT"))
			r->target_uidnext = number(r, word(&s));
		else
			word(&s);
	}
}

/* "14 15 17" */
static void
search_result(struct reply *r, struct span s)
{
	uint32_t uid;

	while (s.n > 0) {
		uid = number(r, word(&s));
		r->found += uid != 0 && uid >= r->search_from;
	}
}

/* "* ...", of which `s` is all behind the star. */
static int
untagged(struct reply *r, struct span s, struct span line, struct fault *f)
{
	struct span first = word(&s);

	if (r->greeting[0] == '\0')
		show(r, line, r->greeting);
	if (span_is_nocase(first, "BYE"))
		return say_bye(r, line, f);
	if (span_is_nocase(first, "OK") || span_is_nocase(first, "NO") ||
	    span_is_nocase(first, "BAD") || span_is_nocase(first, "PREAUTH"))
		response_code(r, s, line);
	else if (span_is_nocase(first, "CAPABILITY"))
		add_capabilities(r, s);
	else if (span_is_nocase(first, "NAMESPACE"))
		own_namespace(r, s);
	else if (span_is_nocase(first, "STATUS"))
		folder_status(r, s);
	else if (span_is_nocase(first, "SEARCH"))
		search_result(r, s);
	else if (all_digits(first) && span_is_nocase(s, "EXISTS"))
		r->exists = number(r, first);
	else if (all_digits(first) && span_is_nocase(s, "EXPUNGE"))
		r->exists -= r->exists > 0;
	return 0;
}

static void
tagged(struct reply *r, struct span tag, struct span s, struct span line)
{
	struct span status = word(&s);
	char own[16];

	snprintf(own, sizeof own, "%d", r->tag);
	if (!span_is(tag, own)) {
		r->wrong_tag = true;
		return;
	}
	if (span_is_nocase(status, "OK"))
		r->status = REPLY_OK;
	else if (span_is_nocase(status, "NO"))
		r->status = REPLY_NO;
	else if (span_is_nocase(status, "BAD"))
		r->status = REPLY_BAD;
	else
		return;
	show(r, line, r->text);
	if (r->status != REPLY_OK) /* it will be in the fault */
		memcpy(r->alert, r->text, sizeof r->alert);
	response_code(r, s, line);
}

void
reply_forget_folder(struct reply *r)
{
	r->uidvalidity = r->uidnext = r->exists = 0;
	r->bad_number = false;
	r->keeps_told = false;
}

bool
reply_keeps(const struct reply *r, enum reply_flag flag)
{
	return !r->keeps_told || (r->keeps & flag) != 0;
}

void
reply_begin(struct reply *r, int tag)
{
	r->tag = tag;
	r->status = REPLY_NONE;
	r->wrong_tag = false;
	r->text[0] = '\0';
}

/* A challenge may hold the secret in a form that nobody knows again. */
static void
trace(const struct reply *r, struct span line, bool is_challenge)
{
	char clean[REPLY_TEXT];

	if (!log_on(LOG_LEVEL_TRACE))
		return;
	reply_blot(r, line.p, line.n, clean, sizeof clean);
	log_trace("%s: S: %s", r->host, is_challenge ? "+" : clean);
}

int
reply_line(void *arg, const char *text, size_t n, struct fault *f)
{
	struct reply *r = arg;
	struct span line = { text, n }, s = line, first = word(&s);
	enum server_line kind = server_line_kind(line);

	trace(r, line, kind == LINE_CONTINUE);
	if (kind == LINE_TAGGED)
		tagged(r, first, s, line);
	else if (kind == LINE_STRAY || (kind == LINE_CONTINUE && r->tag == 0))
		reply_blot(r, line.p, line.n, r->stray, sizeof r->stray);
	else if (kind != LINE_CONTINUE)
		return untagged(r, s, line, f);
	return 0;
}

void
reply_explain(const struct reply *r, struct fault *f)
{
	size_t n = strlen(f->text);

	if (r->stray[0] == '\0' || f->status != EX_UNAVAILABLE)
		return;
	f->status = refusal_status(r->stray, f->status);
	snprintf(
	    f->text + n, sizeof f->text - n, "; it said \"%.200s\"", r->stray);
	text_clean(f->text);
}

int
reply_fault(
    const struct reply *r, int status, const char *what, struct fault *f)
{
	const char *advice = refusal_advice(r->text, r->by_token);

	status = refusal_status(r->text, status);
	if (advice[0] != '\0' && status == EX_NOPERM)
		return fault(f, FAULT_SESSION, status,
		    "imap: %.150s: %.200s: %s", what, r->text, advice);
	return fault(f, FAULT_SESSION, status, "imap: %s: %s", what,
	    r->text[0] != '\0' ? r->text : "no reason given");
}
