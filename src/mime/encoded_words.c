#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "mime/charset.h"
#include "mime/encoded_words.h"
#include "mime/transfer_encoding.h"

enum {
	TEXT = 16 * 1024, /* bytes of a value that are decoded, no more */
	GROWTH = 8,	  /* a byte becomes fewer bytes of UTF-8 than this */
	CONVERSIONS = 32  /* for one value; each may load a converter */
};

static const struct span no_charset = { "", 0 };

/* An encoded word, "=?charset*language?B?text?=" (RFC 2047 §2). */
struct word {
	struct span charset, text;
	bool base64;
	size_t len; /* of the whole word */
};

/* A value being decoded. */
struct decoder {
	struct buf out;
	struct buf bytes;    /* decoded from words that stand side by side */
	struct span charset; /* of those words */
	struct span raw;     /* those words, undecoded */
	unsigned conversions;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* From the front to the next '?', which is passed over; p NULL if none. */
static struct span
until_question_mark(struct span *s)
{
	const char *q = s->n > 0 ? memchr(s->p, '?', s->n) : NULL;
	struct span part = { NULL, 0 };

	if (q != NULL) {
		part = (struct span){ s->p, (size_t)(q - s->p) };
		*s = span_skip(*s, part.n + 1);
	}
	return part;
}

static bool
read_word(struct span s, struct word *w)
{
	struct span rest, encoding;
	const char *star;
	size_t i;

	if (!span_begins_nocase(s, "=?"))
		return false;
	rest = span_skip(s, 2);
	w->charset = until_question_mark(&rest);
	encoding = until_question_mark(&rest);
	w->text = until_question_mark(&rest);
	if (w->charset.n == 0 || w->text.p == NULL || rest.n == 0 ||
	    rest.p[0] != '=')
		return false;
	for (i = 0; i < w->charset.n; i++)
		if (is_space(w->charset.p[i]) || w->charset.p[i] == '=')
			return false;
	if ((star = memchr(w->charset.p, '*', w->charset.n)) != NULL)
		w->charset.n = (size_t)(star - w->charset.p);
	w->base64 = span_is_nocase(encoding, "b");
	w->len = (size_t)(rest.p - s.p) + 1;
	return w->base64 || span_is_nocase(encoding, "q");
}

/* The Q encoding: "_" is a blank (RFC 2047 §4.2). */
static size_t
decode_q(struct span in, char *out)
{
	size_t i, n = 0;
	int c;

	for (i = 0; i < in.n; i++) {
		if (in.p[i] == '=' && in.n - i > 2 &&
		    (c = transfer_hex(in.p + i + 1)) != -1) {
			out[n++] = (char)c;
			i += 2;
		} else {
			out[n++] = in.p[i] == '_' ? ' ' : in.p[i];
		}
	}
	return n;
}

/* Copy text with each fold as one blank (RFC 5322 §2.2.3). */
static size_t
unfold(struct span s, char *out)
{
	size_t i = 0, n = 0;

	if (memchr(s.p, '\n', s.n) == NULL && memchr(s.p, '\r', s.n) == NULL) {
		memcpy(out, s.p, s.n); /* no fold, as in most text */
		return s.n;
	}
	while (i < s.n) {
		if (s.p[i] != '\r' && s.p[i] != '\n') {
			out[n++] = s.p[i++];
			continue;
		}
		while (i < s.n && is_space(s.p[i]))
			i++;
		out[n++] = ' ';
	}
	return n;
}

static void
append_unfolded(struct buf *out, struct span s)
{
	size_t room;
	char *to = buf_room(out, s.n, &room);

	if (s.n > 0 && room >= s.n)
		out->len += unfold(s, to);
}

/*
 * The words that stand side by side have ended: output them, undecoded where
 * their charset fails.
 */
static void
flush(struct decoder *d)
{
	if (d->raw.n == 0)
		return;
	if (d->conversions == CONVERSIONS ||
	    charset_convert(d->charset, buf_span(&d->bytes), &d->out) == -1)
		append_unfolded(&d->out, d->raw);
	if (d->conversions < CONVERSIONS)
		d->conversions++;
	buf_reset(&d->bytes);
	d->raw.n = 0;
}

/*
 * Blanks between words vanish (RFC 2047 §6.2).  Words of one charset are
 * converted together, since some senders cut inside a character.
 */
static void
add_word(struct decoder *d, const struct word *w, struct span all)
{
	size_t room;
	char *to;
	bool bad;

	if (d->raw.n > 0 &&
	    (w->charset.n != d->charset.n ||
		strncasecmp(w->charset.p, d->charset.p, w->charset.n) != 0))
		flush(d);
	if (d->raw.n == 0) {
		d->raw.p = all.p;
		d->charset = w->charset;
	}
	d->raw.n = (size_t)(all.p - d->raw.p) + w->len;
	to = buf_room(&d->bytes, w->text.n + 1, &room);
	d->bytes.len += w->base64 ? transfer_base64(w->text, to, room, &bad)
				  : decode_q(w->text, to);
}

static void
add_plain(struct decoder *d, struct span s)
{
	flush(d);
	append_unfolded(&d->out, s);
}

static bool
is_blank(struct span s)
{
	return span_trim(s).n == 0;
}

static void
decode(struct decoder *d, struct span s)
{
	struct span plain = { s.p, 0 };
	struct word w;
	size_t skip;

	while (s.n > 0) {
		skip = span_find(s, "=?");
		plain.n += skip;
		s = span_skip(s, skip);
		if (!read_word(s, &w)) {
			skip = s.n > 0 ? 1 : 0;
			plain.n += skip;
			s = span_skip(s, skip);
			continue;
		}
		if (d->raw.n == 0 || !is_blank(plain))
			add_plain(d, plain);
		add_word(d, &w, s);
		s = span_skip(s, w.len);
		plain = (struct span){ s.p, 0 };
	}
	add_plain(d, plain);
}

/* The text of a value that may have encoded words. */
static const char *
decoded_text(struct span value, struct arena *arena)
{
	struct decoder d = { .raw = no_charset };
	const char *text;

	d.out.max = d.bytes.max = value.n * GROWTH + 1;
	decode(&d, value);
	text = charset_text(no_charset, buf_span(&d.out), arena);
	buf_free(&d.out);
	buf_free(&d.bytes);
	return text;
}

const char *
encoded_words_text(struct span value, struct arena *arena)
{
	char *text;

	value = span_trim(value);
	if (value.n > TEXT)
		value.n = TEXT;
	if (span_find(value, "=?") < value.n)
		return decoded_text(value, arena);
	text = arena_alloc(arena, value.n + 1);
	if (value.n > 0)
		value.n = unfold(value, text);
	value.p = text;
	return charset_is_plain(value) ? text
				       : charset_text(no_charset, value, arena);
}
