#include <ini.h>
#include <string.h>

#include "base/ascii.h"
#include "base/span.h"
#include "base/utf8.h"
#include "config/config_reader.h"

enum kind {
	LINE_EMPTY, /* or a comment */
	LINE_HEADER,
	LINE_OPTION
};

struct reader {
	struct span left; /* the lines that were not read yet */
	struct span rest; /* of the present line, what follows the "=" */
	const struct config_events *events;
	unsigned *line;
	bool in_section, skipping;
};

/* Take the next line, without its LF or CR LF. */
static struct span
take_line(struct span *left)
{
	const char *lf = memchr(left->p, '\n', left->n);
	struct span line = { left->p, left->n };

	if (lf != NULL)
		line.n = (size_t)(lf - left->p);
	*left = span_skip(*left, line.n + 1);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/*
 * Where a comment begins: at a semicolon behind a blank.  libinih ignores
 * quotes here, so we do too.  The length of the line when there is no comment.
 */
static size_t
comment_at(struct span s)
{
	size_t i;

	for (i = 1; i < s.n; i++)
		if (s.p[i] == ';' && ascii_is_blank(s.p[i - 1]))
			return i;
	return s.n;
}

static size_t
find_sign(struct span s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != '=' && s.p[i] != ':')
		i++;
	return i;
}

static const char nul_byte[] = "a NUL byte";
static const char too_long[] = "longer than 198 bytes";

/* Why a line may not hold these bytes, or NULL. */
static const char *
look_at_bytes(struct span s)
{
	unsigned c;
	size_t len;

	for (; s.n > 0; s = span_skip(s, len)) {
		if ((len = text_utf8(s.p, s.n, &c)) == 0)
			return "not UTF-8";
		if (c == 0)
			return nul_byte;
		if ((c < ' ' && c != '\t') || (c >= 0x7f && c < 0xa0))
			return "a control character";
	}
	return NULL;
}

/* Why `s`, a line without its comment, is no "name = value"; or NULL. */
static const char *
look_at_option(struct span s, const struct reader *r)
{
	size_t sign = find_sign(s);

	if (sign == s.n)
		return "neither \"[section]\" nor \"option = value\"";
	if (span_trim((struct span){ s.p, sign }).n == 0)
		return "no name before the \"=\"";
	if (!r->in_section)
		return "stands before any [section]";
	return NULL;
}

static const char *
look_at_header(struct span s, struct span *name)
{
	const char *end = memchr(s.p, ']', s.n);

	if (end == NULL)
		return "the section's \"]\" is missing";
	*name = (struct span){ s.p + 1, (size_t)(end - s.p) - 1 };
	if (span_trim(span_skip(s, name->n + 2)).n > 0)
		return "text behind the section's \"]\"";
	return NULL;
}

static enum kind
kind_of(struct span line)
{
	struct span bare = span_trim(line);

	if (bare.n == 0 || bare.p[0] == ';' || bare.p[0] == '#')
		return LINE_EMPTY;
	return bare.p[0] == '[' ? LINE_HEADER : LINE_OPTION;
}

/* Why a line is refused, or NULL; `*name` gets the name of a header. */
static const char *
refusal(
    const struct reader *r, struct span line, enum kind kind, struct span *name)
{
	const char *why;

	if (line.n > CONFIG_LINE_MAX)
		return too_long;
	if (kind == LINE_EMPTY)
		return memchr(line.p, '\0', line.n) != NULL ? nul_byte : NULL;
	if ((why = look_at_bytes(line)) != NULL)
		return why;
	line = span_trim(line);
	line.n = comment_at(line);
	if (kind == LINE_HEADER)
		return look_at_header(line, name);
	return r->skipping ? NULL : look_at_option(line, r);
}

/* Whether the line is an option, which libinih is to see. */
static bool
accept_line(struct reader *r, struct span line)
{
	const struct config_events *ev = r->events;
	enum kind kind = kind_of(line);
	struct span name = { NULL, 0 };
	const char *why = refusal(r, line, kind, &name);

	if (why != NULL)
		ev->bad_line(ev->arg, why);
	if (kind == LINE_HEADER) {
		r->in_section = true;
		r->skipping = why != NULL || !ev->section(ev->arg, name);
	}
	return kind == LINE_OPTION && why == NULL && !r->skipping;
}

/* The fgets() that libinih calls: gives it the next option. */
static char *
next_line(char *out, int size, void *stream)
{
	struct reader *r = stream;
	struct span line;

	while (r->left.n > 0) {
		line = take_line(&r->left);
		++*r->line;
		if (!accept_line(r, line))
			continue;
		if (line.n >= (size_t)size) {
			r->events->bad_line(r->events->arg, too_long);
			continue;
		}
		/* libinih would take an indented line for more of the value */
		line = span_trim(line);
		r->rest = span_trim(span_skip(line, find_sign(line) + 1));
		memcpy(out, line.p, line.n);
		out[line.n] = '\0';
		return out;
	}
	return NULL;
}

static int
on_option(void *arg, const char *section, const char *name, const char *value)
{
	const struct reader *r = arg;

	(void)section; /* cut at 49 bytes; ours comes from accept_line() */
	r->events->option(r->events->arg, name, value, r->rest);
	return 1;
}

void
config_read(struct span text, const struct config_events *ev, unsigned *line)
{
	struct reader r = { span_skip_mark(text), { NULL, 0 }, ev, line, false,
		false };

	*line = 0;
	ini_parse_stream(next_line, &r, on_option, &r);
}
