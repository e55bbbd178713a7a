#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/span.h"
#include "model/row.h"
#include "store/row_ids.h"
#include "store/sql.h"

enum {
	LONGEST = 1024 /* bytes: longer texts are not kept in memory */
};

/* Eight bytes at a time; what follows a text's end counts as zeros. */
static uint64_t
hash_text(uint64_t h, struct span s)
{
	uint64_t part;

	for (; s.n >= sizeof part; s = span_skip(s, sizeof part)) {
		memcpy(&part, s.p, sizeof part);
		h = (h ^ part) * 0x9e3779b97f4a7c15U;
		h ^= h >> 32;
	}
	part = 0;
	memcpy(&part, s.p, s.n);
	h = (h ^ part) * 0x9e3779b97f4a7c15U;
	return h ^ h >> 29;
}

static uint64_t
hash_texts(const struct value *text, size_t n, size_t *len)
{
	uint64_t h = n;
	size_t i;

	for (i = *len = 0; i < n; i++) {
		h = hash_text(h, text[i].bytes);
		*len += text[i].bytes.n + 1;
	}
	return h;
}

static bool
is_key(const char *key, const struct value *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct span *s = &text[i].bytes;

		if (memcmp(key, s->p, s->n) != 0 || key[s->n] != '\0')
			return false;
		key += s->n + 1;
	}
	return true;
}

static void
keep(struct row_ids_slot *slot, const struct value *text, size_t n)
{
	char *p = slot->key = xmalloc(slot->len);
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(p, text[i].bytes.p, text[i].bytes.n);
		p += text[i].bytes.n;
		*p++ = '\0';
	}
}

static int
find_or_add(struct store *st, const struct row_ids *in,
    const struct value *text, size_t n, int64_t *id, struct fault *f)
{
	int rc = sql_number(st, in->find, text, n, id, f);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	if (sql_run(st, in->add, text, n, f) == -1)
		return -1;
	*id = sql_last_id(st);
	return 0;
}

int
row_ids_find(struct store *st, struct row_ids *in, const struct value *text,
    size_t n, int64_t *id, struct fault *f)
{
	size_t len;
	uint64_t hash = hash_texts(text, n, &len);
	struct row_ids_slot *slot = &in->slot[hash % ROW_IDS_SLOTS];

	if (slot->key != NULL && slot->hash == hash && slot->len == len &&
	    is_key(slot->key, text, n)) {
		*id = slot->id;
		return 0;
	}
	if (find_or_add(st, in, text, n, id, f) == -1)
		return -1;
	if (len > LONGEST)
		return 0;
	free(slot->key);
	*slot = (struct row_ids_slot){ .hash = hash, .len = len, .id = *id };
	keep(slot, text, n);
	return 0;
}

void
row_ids_forget(struct row_ids *in)
{
	size_t i;

	for (i = 0; i < ROW_IDS_SLOTS; i++) {
		free(in->slot[i].key);
		in->slot[i].key = NULL;
	}
}
