#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "dkim/auth_results.h"
#include "dkim/signature.h"
#include "mime/header_field.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Pass over a comment, which may hold others; the index behind it. */
static size_t
skip_comment(struct span s, size_t i)
{
	size_t depth = 0;

	for (; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.n;
}

/* Append what is quoted; what would divide the value loses that meaning. */
static size_t
copy_quoted(struct span s, size_t i, char *out, size_t *n)
{
	for (; i < s.n && s.p[i] != '"'; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		out[(*n)++] = is_space(s.p[i]) || s.p[i] == ';' ||
				      s.p[i] == '=' || s.p[i] == '\0'
				  ? '_'
				  : s.p[i];
	}
	return i + 1;
}

static bool
divides(char c)
{
	return c == '=' || c == ';';
}

/*
 * The value without comments, quotes and folds: words with one blank between
 * them, and none around "=" and ";".
 */
static char *
simplify(struct span s, struct arena *arena)
{
	char *out = arena_alloc(arena, s.n + 1);
	size_t i = 0, n = 0;
	bool blank = false;

	while (i < s.n) {
		if (s.p[i] == '(') {
			i = skip_comment(s, i);
			blank = true;
		} else if (is_space(s.p[i]) || s.p[i] == '\0') {
			i++;
			blank = true;
		} else {
			if (blank && n > 0 && !divides(out[n - 1]) &&
			    !divides(s.p[i]))
				out[n++] = ' ';
			blank = false;
			if (s.p[i] == '"')
				i = copy_quoted(s, i + 1, out, &n);
			else
				out[n++] = s.p[i++];
		}
	}
	out[n] = '\0';
	return out;
}

/* The next piece up to a separator; `*rest` is NULL behind the last. */
static char *
take(char **rest, char separator)
{
	char *piece = *rest, *end;

	if (piece == NULL)
		return NULL;
	if ((end = strchr(piece, separator)) != NULL)
		*end++ = '\0';
	*rest = end;
	return piece;
}

static bool
begins(const char *word, const char *with)
{
	return span_begins_nocase(span_of(word), with);
}

/* The domain of "local@domain", "@domain" or "domain", in lower case. */
static const char *
domain_of(char *value)
{
	char *at = strrchr(value, '@'), *p;

	if (at != NULL)
		value = at + 1;
	for (p = value; *p != '\0'; p++)
		*p = lower(*p);
	return value;
}

/* "dkim=pass header.d=... header.s=... header.b=...". */
static void
read_pass(char *piece, struct auth_results *r)
{
	struct auth_pass pass = { "", "", "" };
	const char *identity = "";
	char *word;

	while ((word = take(&piece, ' ')) != NULL) {
		if (begins(word, "header.d="))
			pass.domain = domain_of(word + 9);
		else if (begins(word, "header.i="))
			identity = domain_of(word + 9);
		else if (begins(word, "header.s="))
			pass.selector = domain_of(word + 9);
		else if (begins(word, "header.b="))
			pass.front = word + 9;
	}
	if (pass.domain[0] == '\0')
		pass.domain = identity;
	if (pass.domain[0] != '\0' && r->n < AUTH_PASSES_MAX)
		r->pass[r->n++] = pass;
}

/* One result, "method=result ..."; whether it is a verdict on the mail. */
static bool
read_result(char *piece, struct auth_results *r)
{
	if (begins(piece, "spf=") || begins(piece, "dmarc="))
		return true;
	if (!begins(piece, "dkim=") && !begins(piece, "dkim/1="))
		return false;
	piece = strchr(piece, '=') + 1;
	if (begins(piece, "pass") && (piece[4] == ' ' || piece[4] == '\0'))
		read_pass(piece, r);
	return true;
}

/* "id" or "id 1"; "none" where results begin at once.  NULL for a version that
 * is not known. */
static const char *
read_id(char **value, struct arena *arena)
{
	char *rest = *value, *first;
	const char *id;

	if (strcspn(rest, "=") < strcspn(rest, ";"))
		return "none";
	first = take(value, ';');
	id = domain_of(arena_strdup(arena, take(&first, ' ')));
	return first == NULL || strcmp(first, "1") == 0 ? id : NULL;
}

static bool
is_trusted(const char *id, const char *const *trusted, size_t n)
{
	size_t i, length = strlen(id), below;

	for (i = 0; i < n; i++) {
		if (strcmp(trusted[i], id) == 0)
			return true;
		below = strlen(trusted[i]) - 1;
		if (trusted[i][0] == '*' && length > below &&
		    strcmp(id + length - below, trusted[i] + 1) == 0)
			return true;
	}
	return false;
}

/* One field: 1 when it is the provider's word, 0 to look at the next one, -1
 * when nothing behind it can be. */
static int
read_field(struct span text, const char *const *trusted, size_t n_trusted,
    struct arena *arena, struct auth_results *r)
{
	char *value = simplify(text, arena), *piece;
	bool judges = false;

	*r = (struct auth_results){ .id = read_id(&value, arena) };
	if (r->id == NULL || !is_trusted(r->id, trusted, n_trusted))
		return -1;
	while ((piece = take(&value, ';')) != NULL)
		if (read_result(piece, r))
			judges = true;
	return judges ? 1 : 0;
}

bool
auth_results_read(struct span mail, const char *const *trusted,
    size_t n_trusted, struct arena *arena, struct auth_results *r)
{
	char eol = field_eol(mail);
	struct span rest = field_front(mail, eol), line, name, value = { 0 };
	bool wanted = false, open = false, begun = false;
	int found;

	if (n_trusted == 0)
		return false;
	for (;;) {
		line = rest.n > 0 ? field_line(&rest, eol) : rest;
		if (open && field_continues(line) &&
		    !field_is_empty(line, eol)) {
			value.n += line.n;
			continue;
		}
		if (wanted) {
			found = read_field(value, trusted, n_trusted, arena, r);
			if (found != 0)
				return found == 1;
			begun = true;
		}
		if (line.n == 0 || field_is_empty(line, eol))
			return false;
		open = field_begins(line, &name, &value);
		wanted = open && span_is_nocase(name, "Authentication-Results");
		if (begun && !wanted)
			return false;
	}
}

bool
auth_pass_is(const struct auth_pass *pass, const struct signature *s)
{
	return !s->has_length && strcmp(pass->domain, s->domain) == 0 &&
	       (pass->selector[0] == '\0' ||
		   strcmp(pass->selector, s->selector) == 0) &&
	       strncmp(pass->front, s->text, strlen(pass->front)) == 0;
}
