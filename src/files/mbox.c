#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/utc.h"
#include "files/mbox.h"
#include "files/sliding_window.h"
#include "model/limits.h"

enum {
	FROM_LINE_MAX = 512, /* longer ones divide no mails */
	BLANK_MAX = 2,	     /* bytes of an empty line */
	SLACK = 64 * 1024    /* what a window holds beside a mail */
};

/* What line_at() found. */
enum line {
	LINE_FAILED = -1,
	LINE_NONE, /* the end of the file */
	LINE_WHOLE,
	LINE_CUT /* the window is full, and the line does not end in it */
};

/* How far one mail was read; offsets count in the window. */
struct scan {
	size_t body; /* where the mail begins: behind its "From " line */
	size_t pos;  /* where the next line begins */
	size_t end;  /* where the mail ends */
	bool in_header, after_blank, quoted;
	unsigned lengths; /* how many Content-Length fields it has */
	uint64_t length;  /* value of the last one */
};

size_t
mbox_window_max(const struct limits *l)
{
	return (size_t)l->message + SLACK;
}

/* The line at `pos`, with its line end; reads on as far as needed. */
static enum line
line_at(struct mbox *m, size_t pos, struct span *line)
{
	size_t from = pos;
	const char *lf;
	struct span w;
	int more;

	do {
		w = window_span(m->window);
		lf = from < w.n ? memchr(w.p + from, '\n', w.n - from) : NULL;
		if (lf != NULL) {
			*line = span_skip(w, pos);
			line->n = (size_t)(lf - line->p) + 1;
			return LINE_WHOLE;
		}
		from = w.n;
	} while ((more = window_more(m->window)) == 1);
	if (more == -1)
		return LINE_FAILED;
	*line = span_skip(window_span(m->window), pos);
	if (!m->window->at_end)
		return LINE_CUT;
	return line->n > 0 ? LINE_WHOLE : LINE_NONE;
}

static bool
is_from_line(struct span line)
{
	return line.n <= FROM_LINE_MAX && line.n >= 5 &&
	       memcmp(line.p, "From ", 5) == 0;
}

static bool
is_blank_line(struct span line)
{
	return line.n > 0 && line.n <= BLANK_MAX && span_trim(line).n == 0;
}

/* Whether a word has the form of a pattern, in which 0 is any digit. */
static bool
is_like(struct span word, const char *pattern)
{
	size_t i;

	if (word.n != strlen(pattern))
		return false;
	for (i = 0; i < word.n; i++) {
		bool digit = word.p[i] >= '0' && word.p[i] <= '9';

		if (pattern[i] == '0' ? !digit : word.p[i] != pattern[i])
			return false;
	}
	return true;
}

static bool
is_month(struct span word)
{
	int month = utc_month_of(word);

	return month != 0 && span_is(word, utc_month_name(month));
}

/* A month, a time of day and a year, as asctime(3) and RFC 5322 have them. */
static bool
bears_date(struct span line)
{
	bool month = false, clock = false, year = false;
	struct span word;

	while (span_next_word(&line, &word)) {
		if (is_month(word))
			month = true;
		else if (is_like(word, "00:00:00") || is_like(word, "00:00") ||
			 is_like(word, "0:00:00"))
			clock = true;
		else if (is_like(word, "0000"))
			year = true;
	}
	return month && clock && year;
}

/* Whether the line stands between two mails. */
static bool
divides(const struct mbox *m, struct span line, bool after_blank)
{
	return is_from_line(line) &&
	       (m->dated ? bears_date(line) : after_blank);
}

/* ">From ", ">>From " and so on. */
static bool
is_quoted_from(struct span line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == '>')
		n++;
	return n > 0 && line.n - n >= 5 && memcmp(line.p + n, "From ", 5) == 0;
}

/* How many bytes a byte order mark and empty lines take at the front. */
static size_t
blank_front(struct span start)
{
	struct span rest = span_skip_mark(start);

	while (rest.n > 0 && (rest.p[0] == '\r' || rest.p[0] == '\n'))
		rest = span_skip(rest, 1);
	return start.n - rest.n;
}

bool
mbox_is(struct span start, size_t *before)
{
	const char *lf;

	*before = blank_front(start);
	start = span_skip(start, *before);

	if (start.n < 5 || memcmp(start.p, "From ", 5) != 0)
		return false;
	lf = memchr(start.p, '\n', start.n);
	return (lf != NULL ? (size_t)(lf - start.p) + 1 : start.n) <=
	       FROM_LINE_MAX;
}

struct span
mbox_header(struct span mail, size_t max)
{
	struct span line;
	const char *lf;
	size_t n = 0;

	while (n < mail.n && n < max) {
		line = span_skip(mail, n);
		if ((lf = memchr(line.p, '\n', line.n)) != NULL)
			line.n = (size_t)(lf - line.p) + 1;
		n += line.n;
		if (is_blank_line(line))
			break;
	}
	mail.n = n < max ? n : max;
	return mail;
}

void
mbox_begin(struct mbox *m, struct window *w, const struct limits *limits)
{
	*m = (struct mbox){ .window = w, .limits = limits, .counted = true };
	m->header.max = (size_t)limits->header;
}

void
mbox_end(struct mbox *m)
{
	buf_free(&m->header);
}

/* The number; UINT64_MAX, as no mail has it, for anything but digits. */
static uint64_t
read_length(struct span digits)
{
	uint64_t v = 0;

	if (digits.n == 0)
		return UINT64_MAX;
	for (; digits.n > 0; digits = span_skip(digits, 1))
		if (*digits.p < '0' || *digits.p > '9' ||
		    __builtin_mul_overflow(v, 10U, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*digits.p - '0'), &v))
			return UINT64_MAX;
	return v;
}

/* Note the value if a header line is Content-Length. */
static void
note_length(struct scan *s, struct span line)
{
	static const char name[] = "Content-Length:";

	if (!span_begins_nocase(line, name))
		return;
	s->lengths++;
	s->length = read_length(span_trim(span_skip(line, sizeof name - 1)));
}

/*
 * Whether the mail ends where its Content-Length says: behind a line end, with
 * at most an empty line before the next mail or the end of the file.
 */
static int
ends_by_length(struct mbox *m, struct scan *s)
{
	size_t end, after;
	struct span w, line;
	enum line kind;

	if (s->lengths != 1 || s->length > m->limits->message ||
	    s->pos - s->body + s->length > m->limits->message)
		return 0;
	end = after = s->pos + (size_t)s->length;
	do {
		w = window_span(m->window);
	} while (w.n < end && window_more(m->window) == 1);
	if (w.n < end)
		return 0;
	while ((kind = line_at(m, after, &line)) == LINE_WHOLE &&
	       is_blank_line(line) && after < end + 2 * BLANK_MAX)
		after += line.n;
	if (kind == LINE_FAILED)
		return -1;
	w = window_span(m->window);
	if (w.p[after - 1] != '\n' ||
	    (kind != LINE_NONE && !divides(m, line, after > end)))
		return 0;
	s->end = end;
	m->used = after;
	return 1;
}

/*
 * Take a line of the mail.  1 when this is the last line of its header and its
 * Content-Length tells where the mail ends; -1 on failure.
 */
static int
take_line(struct mbox *m, struct scan *s, struct span line)
{
	int ends;

	s->pos += line.n;
	s->after_blank = is_blank_line(line);
	if (!s->in_header) {
		s->quoted = s->quoted || is_quoted_from(line);
		return 0;
	}
	if (!s->after_blank) {
		if (m->counted)
			note_length(s, line);
		return 0;
	}
	s->in_header = false;
	if (!m->counted)
		return 0;
	if ((ends = ends_by_length(m, s)) == 0)
		m->counted = false;
	return ends;
}

/* The empty line before the next "From " is no part of the mail. */
static void
drop_last_blank(struct mbox *m, struct scan *s)
{
	const char *p = window_span(m->window).p;
	size_t n = s->end;

	if (!s->after_blank)
		return;
	n -= n > s->body && p[n - 1] == '\n';
	n -= n > s->body && p[n - 1] == '\r';
	s->end = n;
}

/* Find the end of the mail: LINE_WHOLE, or LINE_CUT when it is too large. */
static enum line
find_end(struct mbox *m, struct scan *s)
{
	struct span line;
	enum line kind;
	int ends;

	while ((kind = line_at(m, s->pos, &line)) == LINE_WHOLE) {
		if (divides(m, line, s->after_blank))
			break;
		if ((ends = take_line(m, s, line)) == -1)
			return LINE_FAILED;
		if (ends == 1)
			return LINE_WHOLE;
		if (s->pos - s->body > m->limits->message + BLANK_MAX) {
			s->end = s->pos;
			return LINE_CUT;
		}
	}
	if (kind == LINE_CUT)
		s->end = window_span(m->window).n;
	if (kind == LINE_FAILED || kind == LINE_CUT)
		return kind;
	m->used = s->end = s->pos;
	drop_last_blank(m, s);
	return s->end - s->body > m->limits->message ? LINE_CUT : LINE_WHOLE;
}

/* Remove one ">" from each line that begins with ">From ", in place. */
static size_t
unquote(char *p, size_t n)
{
	struct span left = { p, n }, line;
	const char *lf;
	char *out = p;

	while (left.n > 0) {
		line = left;
		if ((lf = memchr(left.p, '\n', left.n)) != NULL)
			line.n = (size_t)(lf - left.p) + 1;
		left = span_skip(left, line.n);
		if (is_quoted_from(line))
			line = span_skip(line, 1);
		memmove(out, line.p, line.n);
		out += line.n;
	}
	return (size_t)(out - p);
}

static struct span
mail_at(struct mbox *m, const struct scan *s)
{
	struct window *w = m->window;
	char *p = w->buf.data + w->start + s->body;
	size_t n = s->end - s->body;

	return (struct span){ p, s->quoted ? unquote(p, n) : n };
}

/*
 * Skip the rest of a mail that is too large and add it to the size.  The window
 * then begins with the next mail.
 */
static int
pass_over(struct mbox *m, const struct scan *s, uint64_t *size)
{
	bool at_line_start = true, after_blank = s->after_blank;
	struct span line;
	enum line kind;
	size_t blank = 0;

	window_use(m->window, s->pos);
	while ((kind = line_at(m, 0, &line)) != LINE_NONE) {
		if (kind == LINE_FAILED)
			return -1;
		if (at_line_start && divides(m, line, after_blank))
			break;
		after_blank = at_line_start && is_blank_line(line);
		blank = after_blank ? line.n : 0;
		at_line_start = kind == LINE_WHOLE;
		*size += line.n;
		window_use(m->window, line.n);
	}
	*size -= blank;
	return 0;
}

static int
give_header(struct mbox *m, const struct scan *s, struct mbox_mail *mail)
{
	struct span start = span_skip(window_span(m->window), s->body);

	start.n = s->end - s->body;
	start = mbox_header(start, m->header.max);
	buf_reset(&m->header);
	buf_append(&m->header, start.p, start.n);
	mail->bytes = buf_span(&m->header);
	mail->too_large = true;
	mail->size = (s->end < s->pos ? s->end : s->pos) - s->body;
	m->used = 0;
	return pass_over(m, s, &mail->size);
}

int
mbox_next(struct mbox *m, struct mbox_mail *mail)
{
	struct scan s = { .in_header = true };
	struct span line;
	enum line kind;

	window_use(m->window, m->used);
	m->used = 0;
	if ((kind = line_at(m, 0, &line)) != LINE_WHOLE)
		return kind == LINE_FAILED ? -1 : 0;
	if (m->count == 0)
		m->dated = bears_date(line);
	s.body = s.pos = line.n;
	if ((kind = find_end(m, &s)) == LINE_FAILED)
		return -1;
	*mail = (struct mbox_mail){ .number = ++m->count };
	if (kind == LINE_CUT)
		return give_header(m, &s, mail) == -1 ? -1 : 1;
	mail->bytes = mail_at(m, &s);
	mail->size = mail->bytes.n;
	return 1;
}
