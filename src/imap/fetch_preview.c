#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "imap/fetch_answer.h"
#include "imap/fetch_preview.h"
#include "imap/imap.h"
#include "imap/known_uids.h"
#include "imap/list_mails.h"
#include "imap/previewed_mail.h"
#include "imap/session.h"
#include "imap_text/guard.h"
#include "imap_text/uid_set.h"
#include "model/message.h"

enum {
	BATCH = 1000, /* mails that are looked at together */
	AHEAD = 8,    /* commands that are sent before the first is heard */
	/* by which a structure may be larger than its mail: each of a thousand
	 * empty parts is told of in a line */
	STRUCTURE_FACTOR = 16,
	SLACK = 64 * 1024 /* beside that, a mail */
};

/* Some mails that are looked at together. */
struct batch {
	struct imap *im;
	struct imap_looking *looking;
	struct imap_size *mail[BATCH]; /* ascending */
	struct previewed_mail known[BATCH];
	size_t n;
	unsigned under_way; /* commands whose answers were not heard */
	struct fetch_reader reader;
	struct arena mem;
	struct buf parameters;
};

static struct previewed_mail *
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

/* Add what an answer tells of a mail to what is known of it. */
static void
learn(struct batch *b, const struct fetch_answer *a)
{
	struct previewed_mail *known = a->uid != 0 ? find(b, a->uid) : NULL;

	if (known != NULL)
		previewed_learn(known, a, &b->mem);
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
		if (add(b, &set, i, previewed_fields, f) == -1)
			return -1;
	if (ask(b, &set, previewed_fields, f) == -1)
		return -1;
	return hear_all(b, f);
}

/* See what the fields leave open, and ask for the structures of those. */
static int
ask_structures(struct batch *b, struct fault *f)
{
	const struct imap_looking *l = b->looking;
	struct uidset set = { 0 };
	struct previewed_mail *known;
	size_t i;

	for (i = 0; i < b->n; i++) {
		known = &b->known[i];
		if (known->fields.p != NULL)
			previewed_set_need(
			    known, l->on_fields(l->arg, known->fields));
		if (known->need == MESSAGE_NEEDS_PARTS &&
		    add(b, &set, i, previewed_structure, f) == -1)
			return -1;
	}
	return ask(b, &set, previewed_structure, f);
}

/* Of mail `i`, and of all of which the same is to be asked for. */
static int
ask_fronts_like(struct batch *b, size_t i, struct fault *f)
{
	const char *items = b->known[i].items;
	struct uidset set = { 0 };
	size_t k;

	for (k = i; k < b->n; k++) {
		if (b->known[k].asked || b->known[k].items == NULL ||
		    strcmp(b->known[k].items, items) != 0)
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
		previewed_set_items(&b->known[i], &b->mem);
	for (i = 0; i < b->n; i++)
		if (!b->known[i].asked && b->known[i].items != NULL &&
		    ask_fronts_like(b, i, f) == -1)
			return -1;
	return hear_all(b, f);
}

static int
judge(struct batch *b, struct fault *f)
{
	struct message_front front;
	struct imap_preview preview = { .front = &front };
	size_t i;
	int rc;

	for (i = 0; i < b->n; i++) {
		if (!previewed_front(&b->known[i], &b->parameters, &front))
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
	size_t i;

	if (b->n == 0)
		return 0;
	memset(b->known, 0, sizeof b->known);
	for (i = 0; i < b->n; i++)
		b->known[i].size = b->mail[i]->size;
	arena_reset(&b->mem);
	if (ask_fields(b, f) == -1 || ask_structures(b, f) == -1 ||
	    ask_fronts(b, f) == -1 || ask_fronts(b, f) == -1 ||
	    judge(b, f) == -1)
		return -1;
	b->n = 0;
	return 0;
}

static uint32_t
culprit(struct batch *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (!previewed_is_told(&b->known[i], &b->parameters))
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
	b->reader.bytes.max = PREVIEWED_ANSWER + GUARD_LINE;
	b->parameters.max = PREVIEWED_PARAMETERS;
	buf_room(
	    &b->parameters, PREVIEWED_PARAMETERS, &i); /* it does not move */
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
