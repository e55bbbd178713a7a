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
#include "imap/fetch_answer.h"
#include "imap/fetch_preview.h"
#include "imap/imap.h"
#include "imap/known_uids.h"
#include "imap/list_mails.h"
#include "imap/session.h"
#include "imap_text/bodystructure.h"
#include "imap_text/guard.h"
#include "imap_text/uid_set.h"
#include "model/message.h"

enum {
	BATCH = 1000, /* mails that are looked at together */
	AHEAD = 8,    /* commands that are sent before the first is heard */
	FIELDS = 8 * 1024,
	STRUCTURE = 8 * 1024,
	/* first bytes of a mail that is one text; of a part that says to be
	 * packed, whose text begins behind a file name and a table of codes;
	 * and of any other part */
	FRONT_TEXT = 512,
	FRONT_PACKED = 400,
	FRONT_PART = 96,
	PARAMETERS = 2 * 1024,
	/* of a FETCH: the fields, the structure or the fronts, and all else */
	ANSWER = FIELDS + STRUCTURE + MESSAGE_PARTS * FRONT_TEXT + GUARD_LINE,
	/* by which a structure may be larger than its mail: each of a thousand
	 * empty parts is told of in a line */
	STRUCTURE_FACTOR = 16,
	SLACK = 64 * 1024,  /* beside that, a mail */
	HEADER = 32 * 1024, /* of a mail whose parts make up the rest */
	OVERHEAD = 2048	    /* of the header of a part */
};

static const char fields_asked[] =
    "UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (From Subject Message-ID "
    "Content-Type Content-Disposition TLS-Report-Domain "
    "TLS-Report-Submitter)]";

/* What the server has told of a mail; spans are kept in the batch's arena. */
struct known {
	enum message_need need;
	struct span fields; /* p NULL: not told, as of `body` */
	bool has_structure; /* it was told, whatever it is */
	struct structure structure;
	struct span body[MESSAGE_PARTS]; /* in the order of the structure */
	bool has_date;
	int64_t date;
	bool asked; /* for the front of its parts */
};

/* Some mails that are looked at together. */
struct batch {
	struct imap *im;
	struct imap_looking *looking;
	struct imap_size *mail[BATCH]; /* ascending */
	struct known known[BATCH];
	size_t n;
	unsigned under_way; /* commands whose answers were not heard */
	struct fetch_reader reader;
	struct arena mem;
	struct buf parameters;
};

static struct known *
find(struct batch *b, uint32_t uid)
{
	size_t low = 0, high = b->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (b->mail[mid]->uid == uid)
			return &b->known[mid];
		if (b->mail[mid]->uid < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static struct span
keep(struct batch *b, struct span s)
{
	return (struct span){ arena_strndup(&b->mem, s.p, s.n), s.n };
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
	if (known->need == MESSAGE_NEEDS_PARTS && !known->has_structure &&
	    a->bodystructure.n > 0) {
		known->has_structure = true;
		if (a->bodystructure.n <= STRUCTURE)
			structure_read(
			    keep(b, a->bodystructure), &known->structure);
	}
	bytes = fetch_answer_section(a, "HEADER.FIELDS");
	if (bytes != NULL && bytes->n <= FIELDS && known->fields.p == NULL) {
		known->fields = keep(b, *bytes);
		known->has_date = fetch_answer_date(a, &known->date);
	}
	for (i = 0; known->asked && i < known->structure.n; i++) {
		bytes =
		    fetch_answer_section(a, known->structure.part[i].section);
		if (bytes != NULL && bytes->n <= FRONT_TEXT)
			known->body[i] = keep(b, *bytes);
	}
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

/* The answer to one command; refused, it leaves its mails unknown. */
static int
hear(struct batch *b, struct fault *f)
{
	struct guard_limits limits = limits_of(b);
	struct fetch_answer answer;
	struct fault refusal;
	int rc;

	session_expect(b->im, &limits);
	b->under_way--;
	while ((rc = fetch_next(b->im, &b->reader, &answer, f)) == 1)
		learn(b, &answer);
	if (rc == -1 ||
	    session_end(b->im, EX_PROTOCOL, "FETCH refused", &refusal) == 0)
		return rc;
	log_debug("%s: %s", b->im->account->name, refusal.text);
	if (b->im->broken)
		*f = refusal;
	return b->im->broken ? -1 : 0;
}

/* All that are under way. */
static int
hear_all(struct batch *b, struct fault *f)
{
	while (b->under_way > 0)
		if (hear(b, f) == -1)
			return -1;
	return 0;
}

/*
 * A command about some of the mails, which goes out before those before it are
 * answered.  Its set is empty then.
 */
static int
ask(struct batch *b, struct uidset *set, const char *items, struct fault *f)
{
	char *text;
	int rc;

	if (set->first == 0)
		return 0;
	if (b->under_way == AHEAD && hear(b, f) == -1)
		return -1;
	text = xasprintf("UID FETCH %s (%s)", uidset_text(set), items);
	rc = session_send(b->im, text, f);
	free(text);
	b->under_way += rc == 0;
	*set = (struct uidset){ 0 };
	return rc;
}

/* One more for the command, which goes out when it is full. */
static int
add(struct batch *b, struct uidset *set, size_t i, const char *items,
    struct fault *f)
{
	uint32_t uid = b->mail[i]->uid;

	if (uidset_add(set, uid,
		set->first != 0 && known_uids_adjoin(b->im, set->last, uid)))
		return 0;
	if (ask(b, set, items, f) == -1)
		return -1;
	uidset_add(set, uid, false);
	return 0;
}

static int
ask_fields(struct batch *b, struct fault *f)
{
	struct uidset set = { 0 };
	size_t i;

	for (i = 0; i < b->n; i++)
		if (add(b, &set, i, fields_asked, f) == -1)
			return -1;
	if (ask(b, &set, fields_asked, f) == -1)
		return -1;
	return hear_all(b, f);
}

/* A mail that is one text has one part, which goes by another name. */
static void
take_as_text(struct known *known, const struct imap_size *mail)
{
	known->structure = (struct structure){ .is_plain = true, .n = 1 };
	snprintf(known->structure.part[0].section,
	    sizeof known->structure.part[0].section, "TEXT");
	known->structure.part[0].size = mail->size;
}

/* See what the fields leave open, and ask for the structures of those. */
static int
ask_structures(struct batch *b, struct fault *f)
{
	static const char items[] = "UID BODYSTRUCTURE";
	const struct imap_looking *l = b->looking;
	struct uidset set = { 0 };
	struct known *known;
	size_t i;

	for (i = 0; i < b->n; i++) {
		known = &b->known[i];
		known->need = known->fields.p != NULL
				  ? l->on_fields(l->arg, known->fields)
				  : MESSAGE_NEEDS_ALL;
		if (known->need == MESSAGE_NEEDS_TEXT)
			take_as_text(known, b->mail[i]);
		else if (known->need == MESSAGE_NEEDS_PARTS &&
			 add(b, &set, i, items, f) == -1)
			return -1;
	}
	return ask(b, &set, items, f);
}

/* Whether it may be ruled out, should its parts begin as no report does. */
static bool
is_worth_asking(const struct batch *b, size_t i)
{
	const struct known *known = &b->known[i];
	uint64_t all = HEADER;
	size_t k;

	for (k = 0; k < known->structure.n; k++)
		all += known->structure.part[k].size + (uint64_t)OVERHEAD;
	return known->structure.is_plain && known->structure.n > 0 &&
	       all >= b->mail[i]->size;
}

static unsigned
front_of(const struct known *known, size_t k)
{
	if (known->need == MESSAGE_NEEDS_TEXT)
		return FRONT_TEXT;
	return known->structure.part[k].is_packed ? FRONT_PACKED : FRONT_PART;
}

/* Whether the same is asked of both. */
static bool
has_same_parts(const struct known *a, const struct known *b)
{
	size_t k;

	if (a->structure.n != b->structure.n)
		return false;
	for (k = 0; k < a->structure.n; k++)
		if (strcmp(a->structure.part[k].section,
			b->structure.part[k].section) != 0 ||
		    front_of(a, k) != front_of(b, k))
			return false;
	return true;
}

/* Those of mail `i`, and of all that have the same parts. */
static int
ask_fronts_like(struct batch *b, size_t i, struct fault *f)
{
	char items[MESSAGE_PARTS * 50 + 4] = "UID";
	const struct known *first = &b->known[i];
	size_t k, len = strlen(items);
	struct uidset set = { 0 };

	for (k = 0; k < first->structure.n; k++)
		len += (size_t)snprintf(items + len, sizeof items - len,
		    " BODY.PEEK[%s]<0.%u>", first->structure.part[k].section,
		    front_of(first, k));
	for (k = i; k < b->n; k++) {
		if (b->known[k].asked || !is_worth_asking(b, k) ||
		    !has_same_parts(first, &b->known[k]))
			continue;
		b->known[k].asked = true;
		if (add(b, &set, k, items, f) == -1)
			return -1;
	}
	return ask(b, &set, items, f);
}

static int
ask_fronts(struct batch *b, struct fault *f)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (!b->known[i].asked && is_worth_asking(b, i) &&
		    ask_fronts_like(b, i, f) == -1)
			return -1;
	return hear_all(b, f);
}

/* false when something is not known. */
static bool
make_front(
    struct batch *b, const struct known *known, struct message_front *front)
{
	const struct structure *st = &known->structure;
	size_t k, from;

	*front = (struct message_front){ .header = known->fields,
		.is_multipart = st->is_multipart,
		.boundary = st->boundary,
		.n = st->n };
	buf_reset(&b->parameters);
	for (k = 0; k < front->n; k++) {
		from = b->parameters.len;
		if (known->body[k].p == NULL ||
		    !structure_write_parameters(&st->part[k], &b->parameters))
			return false;
		front->part[k].bytes = known->body[k];
		front->part[k].is_all = known->body[k].n < front_of(known, k);
		front->part[k].size = st->part[k].size;
		front->part[k].parameters =
		    (struct span){ b->parameters.data + from,
			    b->parameters.len - from };
	}
	return true;
}

static int
judge(struct batch *b, struct fault *f)
{
	struct message_front front;
	struct imap_preview preview = { .front = &front };
	size_t i;
	int rc;

	for (i = 0; i < b->n; i++) {
		if (!b->known[i].asked || !make_front(b, &b->known[i], &front))
			continue;
		preview.mail = b->mail[i];
		preview.has_date = b->known[i].has_date;
		preview.date = b->known[i].date;
		rc = b->looking->fn(b->looking->arg, &preview, f);
		if (rc == -1)
			return -1;
		b->mail[i]->skip = rc == 1;
	}
	return 0;
}

/*
 * The fronts of mails that are one text need no structure: they are asked for
 * before the structures are heard.
 */
static int
look_at(struct batch *b, struct fault *f)
{
	if (b->n == 0)
		return 0;
	memset(b->known, 0, sizeof b->known);
	arena_reset(&b->mem);
	if (ask_fields(b, f) == -1 || ask_structures(b, f) == -1 ||
	    ask_fronts(b, f) == -1 || ask_fronts(b, f) == -1 ||
	    judge(b, f) == -1)
		return -1;
	b->n = 0;
	return 0;
}

/* Whether all was told that was asked of it. */
static bool
is_told(struct batch *b, const struct known *known)
{
	struct message_front front;

	return known->fields.p != NULL &&
	       (known->need != MESSAGE_NEEDS_PARTS || known->has_structure) &&
	       (!known->asked || make_front(b, known, &front));
}

static uint32_t
culprit(struct batch *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (!is_told(b, &b->known[i]))
			return b->mail[i]->uid;
	return 0;
}

int
imap_preview(struct imap *im, struct imap_looking *looking, struct fault *f)
{
	struct batch *b = xcalloc(1, sizeof *b);
	struct imap_size *mail;
	size_t i;
	int rc = 0;

	b->im = im;
	b->looking = looking;
	b->reader.bytes.max = ANSWER;
	b->parameters.max = PARAMETERS;
	buf_room(&b->parameters, PARAMETERS, &i); /* it does not move */
	for (i = 0; i < looking->n && rc == 0; i++) {
		mail = &looking->list[i];
		if (mail->skip || mail->size < looking->bound ||
		    mail->size > im->account->message_max)
			continue;
		b->mail[b->n++] = mail;
		if (b->n == BATCH)
			rc = look_at(b, f);
	}
	if (rc == 0)
		rc = look_at(b, f);
	if (rc == -1 && im->broken && f->status != EX_TEMPFAIL)
		looking->broke_at = culprit(b);
	buf_free(&b->reader.bytes);
	buf_free(&b->parameters);
	arena_free(&b->mem);
	free(b);
	return rc;
}
