#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "imap/server_line.h"
#include "imap/session.h"
#include "imap/bodystructure.h"
#include "imap/uid_set.h"

enum {
	LARGE = 64 * 1024, /* from here on it costs less than the mail */
	BATCH = 50,	   /* mails at a time, and UIDs in a command */
	HEADER = 16 * 1024,
	FRONT = 512, /* bytes of a part */
	ANSWER = HEADER + MESSAGE_PARTS * FRONT + 2 * GUARD_LINE,
	/* by which a structure may be larger than its mail: each of a thousand
	 * empty parts is told of in a line */
	STRUCTURE_FACTOR = 16,
	SLACK = 64 * 1024, /* beside that, a mail */
	OVERHEAD = 2048	   /* of the header of a part, and around them all */
};

/* A few mails that are looked at together. */
struct batch {
	struct imap *im;
	struct imap_size *mail[BATCH];
	struct structure known[BATCH];
	bool asked[BATCH]; /* for the front of its parts */
	size_t n;
	struct buf answer;
	struct arena mem; /* of what is known */
};

static size_t
find(const struct batch *b, uint32_t uid)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->mail[i]->uid == uid)
			break;
	return i;
}

static void
keep(struct batch *b, struct span *s)
{
	s->p = arena_strndup(&b->mem, s->p, s->n);
}

/* Add what an answer tells of a mail to what is known of it. */
static void
learn(struct batch *b)
{
	struct span answer = buf_span(&b->answer);
	struct structure st = { 0 }, *known;
	size_t i;

	structure_read(answer, &st);
	if (st.uid == 0 || (i = find(b, st.uid)) == b->n)
		return;
	known = &b->known[i];
	st = *known;
	structure_read(answer, &st);
	if (st.header.p != known->header.p)
		keep(b, &st.header);
	if (st.date.p != known->date.p)
		keep(b, &st.date);
	for (i = 0; i < st.n; i++)
		if (st.body[i].p != known->body[i].p)
			keep(b, &st.body[i]);
	*known = st;
}

/* One FETCH with its literals; of one that is too long, the front. */
static int
read_answer(struct batch *b, struct span line, struct fault *f)
{
	uint64_t n;

	buf_reset(&b->answer);
	for (;;) {
		if (buf_append(&b->answer, line.p, line.n) == -1 ||
		    buf_append(&b->answer, "\r\n", 2) == -1)
			b->answer.len = 0; /* not to be understood */
		if (!answer_ends_in_literal(line, &n))
			return 0;
		if (session_read_bytes(b->im, n, &b->answer, f) == -1 ||
		    session_read_line(b->im, &line, f) == -1)
			return -1;
	}
}

static struct guard_limits
limits_of(const struct batch *b)
{
	struct guard_limits limits = { .command = GUARD_PARTS,
		.literal_max = 2 * b->im->account->message_max + SLACK };
	size_t i;

	for (i = 0; i < b->n; i++) {
		limits.literals += 2 * (uint64_t)b->mail[i]->size + SLACK;
		limits.lines +=
		    STRUCTURE_FACTOR * (uint64_t)b->mail[i]->size + SLACK;
	}
	return limits;
}

/* A command about some of the mails; refused, it leaves them unknown. */
static int
ask(struct batch *b, struct uidset *set, const char *items, struct fault *f)
{
	struct guard_limits limits = limits_of(b);
	char *text = xasprintf("UID FETCH %s (%s)", uidset_text(set), items);
	struct span line = { 0 };
	struct fault refusal;
	int rc = session_send(b->im, text, f);

	free(text);
	if (rc == 0)
		session_expect(b->im, &limits);
	while (rc == 0 && (rc = session_next(b->im, &line, f)) == 1)
		if ((rc = read_answer(b, line, f)) == 0)
			learn(b);
	if (rc == -1 || session_end(b->im, MAILIMAP_NO_ERROR, EX_PROTOCOL,
			    "FETCH refused", &refusal) == 0)
		return rc;
	log_debug("%s: %s", b->im->account->name, refusal.text);
	if (b->im->broken)
		*f = refusal;
	return b->im->broken ? -1 : 0;
}

/* That many UIDs always fit into a set. */
static void
add(struct uidset *set, uint32_t uid)
{
	uidset_add(set, uid, uid == set->last + 1);
}

static int
ask_structures(struct batch *b, struct fault *f)
{
	struct uidset set = { 0 };
	char items[80];
	size_t i;

	snprintf(items, sizeof items,
	    "UID INTERNALDATE BODYSTRUCTURE BODY.PEEK[HEADER]<0.%d>", HEADER);
	for (i = 0; i < b->n; i++)
		add(&set, b->mail[i]->uid);
	return ask(b, &set, items, f);
}

/* Whether it may be ruled out, should its parts begin as no report does. */
static bool
is_worth_asking(const struct batch *b, size_t i)
{
	const struct structure *st = &b->known[i];
	uint64_t all = st->header.n + OVERHEAD;
	size_t k;

	for (k = 0; k < st->n; k++)
		all += st->part[k].size + OVERHEAD;
	return st->is_plain && st->has_header && st->header.n < HEADER &&
	       all >= b->mail[i]->size;
}

static bool
has_same_parts(const struct structure *a, const struct structure *b)
{
	size_t k;

	for (k = 0; k < a->n && k < b->n; k++)
		if (strcmp(a->part[k].section, b->part[k].section) != 0)
			return false;
	return a->n == b->n;
}

/* Those of mail `i`, and of all that have the same parts. */
static int
ask_fronts(struct batch *b, size_t i, struct fault *f)
{
	char items[MESSAGE_PARTS * 50 + 4] = "UID";
	const struct structure *st = &b->known[i];
	size_t k, len = strlen(items);
	struct uidset set = { 0 };

	for (k = 0; k < st->n; k++)
		len += (size_t)snprintf(items + len, sizeof items - len,
		    " BODY.PEEK[%s]<0.%d>", st->part[k].section, FRONT);
	for (k = i; k < b->n; k++) {
		if (b->asked[k] || !is_worth_asking(b, k) ||
		    !has_same_parts(st, &b->known[k]))
			continue;
		b->asked[k] = true;
		add(&set, b->mail[k]->uid);
	}
	return ask(b, &set, items, f);
}

/* false when something is not known. */
static bool
make_front(const struct structure *st, struct message_front *front)
{
	size_t k;

	*front = (struct message_front){ .header = st->header,
		.is_multipart = st->is_multipart,
		.n = st->n };
	for (k = 0; k < st->n; k++) {
		if (!st->has_body[k])
			return false;
		front->part[k].bytes = st->body[k];
		front->part[k].is_all = st->body[k].n < FRONT;
	}
	return true;
}

static int
judge(struct batch *b, imap_preview_fn *fn, void *arg, struct fault *f)
{
	struct message_front front;
	struct imap_preview preview = { .front = &front };
	size_t i;
	int rc;

	for (i = 0; i < b->n; i++) {
		if (!b->asked[i] || !make_front(&b->known[i], &front))
			continue;
		preview.mail = b->mail[i];
		preview.has_date =
		    answer_read_date(b->known[i].date, &preview.date);
		if ((rc = fn(arg, &preview, f)) == -1)
			return -1;
		b->mail[i]->skip = rc == 1;
	}
	return 0;
}

static int
look_at(struct batch *b, imap_preview_fn *fn, void *arg, struct fault *f)
{
	size_t i;

	memset(b->known, 0, sizeof b->known);
	memset(b->asked, 0, sizeof b->asked);
	arena_reset(&b->mem);
	if (b->n == 0)
		return 0;
	if (ask_structures(b, f) == -1)
		return -1;
	for (i = 0; i < b->n; i++)
		if (!b->asked[i] && is_worth_asking(b, i) &&
		    ask_fronts(b, i, f) == -1)
			return -1;
	return judge(b, fn, arg, f);
}

int
imap_preview(struct imap *im, struct imap_size *list, size_t n,
    imap_preview_fn *fn, void *arg, struct fault *f)
{
	struct batch *b = xcalloc(1, sizeof *b);
	size_t i;
	int rc = 0;

	b->im = im;
	b->answer.max = ANSWER;
	for (i = 0; i < n && rc == 0; i++) {
		if (list[i].skip || list[i].size < LARGE ||
		    list[i].size > im->account->message_max)
			continue;
		b->mail[b->n++] = &list[i];
		if (b->n < BATCH)
			continue;
		rc = look_at(b, fn, arg, f);
		b->n = 0;
	}
	if (rc == 0)
		rc = look_at(b, fn, arg, f);
	buf_free(&b->answer);
	arena_free(&b->mem);
	free(b);
	return rc;
}
