#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/timing.h"
#include "ingest/batch.h"
#include "model/message.h"

enum {
	MESSAGES = 1000,
	BYTES = 4 << 20,
	BYTES_OF_MAILS = 4 << 20, /* two such batches may wait */
	SECONDS = 5,
	KEYS = 64
};

void
batch_reset(struct batch *b)
{
	arena_reset(&b->mails);
	arena_reset(&b->reports);
	b->first = NULL;
	b->last = &b->first;
	b->n = 0;
	b->keys = NULL;
	b->n_keys = 0;
	b->has_cursor = false;
}

void
batch_free(struct batch *b)
{
	arena_free(&b->mails);
	arena_free(&b->reports);
}

/* With so many messages, the first of which came then. */
static bool
is_due(size_t n, double since)
{
	return n >= MESSAGES ||
	       (n > 0 && timing_now() - since > (double)SECONDS);
}

bool
batch_is_full(const struct batch *b)
{
	return b->mails.total + b->reports.total >= BYTES ||
	       is_due(b->n, b->since);
}

bool
batch_has_enough(size_t n, size_t bytes, double since)
{
	return bytes >= BYTES_OF_MAILS || is_due(n, since);
}

bool
batch_is_heavy(const struct batch *b)
{
	return b->reports.total >= 2 * BYTES;
}

struct judged *
batch_add(struct batch *b, const struct message *m)
{
	struct judged *j = arena_alloc(&b->mails, sizeof *j);

	if (b->n++ == 0)
		b->since = timing_now();
	j->last = &j->outcomes;
	j->message = *m;
	j->message.source = arena_strdup(&b->mails, m->source);
	j->message.bytes = (struct span){ 0 };
	*b->last = j;
	b->last = &j->next;
	return j;
}

struct outcome *
batch_add_outcome(struct batch *b, struct judged *j)
{
	struct outcome *o = arena_alloc(&b->reports, sizeof *o);

	*j->last = o;
	j->last = &o->next;
	return o;
}

void
batch_note_key(struct batch *b, const char *name, struct span record)
{
	struct batch_key *k;

	for (k = b->keys; k != NULL; k = k->next)
		if (strcmp(k->name, name) == 0 && k->record.n == record.n &&
		    memcmp(k->record.p, record.p, record.n) == 0)
			return;
	if (b->n_keys == KEYS)
		return;
	k = arena_alloc(&b->mails, sizeof *k);
	*k = (struct batch_key){ b->keys, arena_strdup(&b->mails, name),
		{ arena_strndup(&b->mails, record.p, record.n), record.n } };
	b->keys = k;
	b->n_keys++;
}

void
batch_forget_outcomes(struct batch *b)
{
	while (b->first != NULL && b->first->next != NULL)
		b->first = b->first->next;
	if (b->first != NULL) {
		b->first->outcomes = NULL;
		b->first->last = &b->first->outcomes;
	}
	arena_reset(&b->reports);
}
