#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/span.h"
#include "imap/bodystructure.h"
#include "imap/fetch_answer.h"
#include "imap/fetch_preview.h"
#include "imap/guard.h"
#include "imap/imap.h"
#include "imap/list_mails.h"
#include "imap/session.h"
#include "imap/uid_set.h"
#include "model/message.h"

enum {
	LARGE = 64 * 1024, /* from here on it costs less than the mail */
	BATCH = 50,	   /* mails at a time, and UIDs in a command */
	HEADER = 16 * 1024,
	FRONT = 512, /* bytes of a part */
	/* of a FETCH: the header, the fronts or the structure, and all else */
	ANSWER = HEADER + MESSAGE_PARTS * FRONT + 2 * GUARD_LINE,
	/* by which a structure may be larger than its mail: each of a thousand
	 * empty parts is told of in a line */
	STRUCTURE_FACTOR = 16,
	SLACK = 64 * 1024, /* beside that, a mail */
	OVERHEAD = 2048	   /* of the header of a part, and around them all */
};

/* What the server has told of a mail; spans are kept in the batch's arena. */
struct known {
	struct structure structure;
	struct span header; /* p NULL: not told, as of the next ones */
	struct span body[MESSAGE_PARTS]; /* in the order of the structure */
	bool has_date;
	int64_t date;
	bool asked; /* for the front of its parts */
};

/* A few mails that are looked at together. */
struct batch {
	struct imap *im;
	struct imap_size *mail[BATCH];
	struct known known[BATCH];
	size_t n;
	struct fetch_reader reader;
	struct arena mem;
};

static struct known *
find(struct batch *b, uint32_t uid)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->mail[i]->uid == uid)
			return &b->known[i];
	return NULL;
}

static struct span
keep(struct batch *b, const struct span *s)
{
	return (struct span){ arena_strndup(&b->mem, s->p, s->n), s->n };
}

/* Add what an answer tells of a mail to what is known of it. */
static void
learn(struct batch *b, const struct fetch_answer *a)
{
	struct known *known = a->uid != 0 ? find(b, a->uid) : NULL;
	const struct span *bytes;
	size_t i;

	if (known == NULL)
		return;
	if (a->bodystructure.n > 0)
		structure_read(a->bodystructure, &known->structure);
	if ((bytes = fetch_answer_section(a, "HEADER")) != NULL)
		known->header = keep(b, bytes);
	for (i = 0; i < known->structure.n; i++) {
		bytes =
		    fetch_answer_section(a, known->structure.part[i].section);
		if (bytes != NULL)
			known->body[i] = keep(b, bytes);
	}
	if (fetch_answer_date(a, &known->date))
		known->has_date = true;
}

static struct guard_limits
limits_of(const struct batch *b)
{
	struct guard_limits limits = { .command = GUARD_FETCH,
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
	struct fetch_answer answer;
	struct fault refusal;
	int rc = session_send(b->im, text, f);

	free(text);
	if (rc == 0)
		session_expect(b->im, &limits);
	while (
	    rc == 0 && (rc = fetch_next(b->im, &b->reader, &answer, f)) == 1) {
		learn(b, &answer);
		rc = 0;
	}
	if (rc == -1 ||
	    session_end(b->im, EX_PROTOCOL, "FETCH refused", &refusal) == 0)
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
	const struct known *known = &b->known[i];
	uint64_t all = known->header.n + OVERHEAD;
	size_t k;

	for (k = 0; k < known->structure.n; k++)
		all += known->structure.part[k].size + (uint64_t)OVERHEAD;
	return known->structure.is_plain && known->header.p != NULL &&
	       known->header.n < HEADER && all >= b->mail[i]->size;
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
	const struct structure *st = &b->known[i].structure;
	size_t k, len = strlen(items);
	struct uidset set = { 0 };

	for (k = 0; k < st->n; k++)
		len += (size_t)snprintf(items + len, sizeof items - len,
		    " BODY.PEEK[%s]<0.%d>", st->part[k].section, FRONT);
	for (k = i; k < b->n; k++) {
		if (b->known[k].asked || !is_worth_asking(b, k) ||
		    !has_same_parts(st, &b->known[k].structure))
			continue;
		b->known[k].asked = true;
		add(&set, b->mail[k]->uid);
	}
	return ask(b, &set, items, f);
}

/* false when something is not known. */
static bool
make_front(const struct known *known, struct message_front *front)
{
	size_t k;

	*front = (struct message_front){ .header = known->header,
		.is_multipart = known->structure.is_multipart,
		.n = known->structure.n };
	for (k = 0; k < front->n; k++) {
		if (known->body[k].p == NULL)
			return false;
		front->part[k].bytes = known->body[k];
		front->part[k].is_all = known->body[k].n < FRONT;
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
		if (!b->known[i].asked || !make_front(&b->known[i], &front))
			continue;
		preview.mail = b->mail[i];
		preview.has_date = b->known[i].has_date;
		preview.date = b->known[i].date;
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
	arena_reset(&b->mem);
	if (b->n == 0)
		return 0;
	if (ask_structures(b, f) == -1)
		return -1;
	for (i = 0; i < b->n; i++)
		if (!b->known[i].asked && is_worth_asking(b, i) &&
		    ask_fronts(b, i, f) == -1)
			return -1;
	return judge(b, fn, arg, f);
}

/* The first mail of which nothing was told, or a part is missing. */
static uint32_t
culprit(const struct batch *b)
{
	struct message_front front;
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->known[i].header.p == NULL ||
		    (b->known[i].asked && !make_front(&b->known[i], &front)))
			return b->mail[i]->uid;
	return 0;
}

int
imap_preview(struct imap *im, struct imap_size *list, size_t n,
    imap_preview_fn *fn, void *arg, uint32_t *broke_at, struct fault *f)
{
	struct batch *b = xcalloc(1, sizeof *b);
	size_t i;
	int rc = 0;

	b->im = im;
	b->reader.bytes.max = ANSWER;
	for (i = 0; i < n && rc == 0; i++) {
		if (list[i].skip || list[i].size < LARGE ||
		    list[i].size > im->account->message_max)
			continue;
		b->mail[b->n++] = &list[i];
		if (b->n < BATCH)
			continue;
		rc = look_at(b, fn, arg, f);
		if (rc == 0)
			b->n = 0;
	}
	if (rc == 0)
		rc = look_at(b, fn, arg, f);
	if (rc == -1 && im->broken && f->status != EX_TEMPFAIL)
		*broke_at = culprit(b);
	buf_free(&b->reader.bytes);
	arena_free(&b->mem);
	free(b);
	return rc;
}
