#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/span.h"
#include "model/report_identity.h"
#include "model/shipment.h"
#include "postgresql/shared_key.h"

enum {
	FIRST_ROOM = 1024 /* slots; always a power of two */
};

void
shared_key(struct identity_hash *h, const char *const *text, size_t n,
    unsigned char out[SHIPMENT_KEY])
{
	size_t i;

	identity_begin(h);
	for (i = 0; i < n; i++)
		identity_put(h, span_of(text[i]));
	identity_end(h, out);
}

/* Where the key is, or would be. */
static unsigned char *
slot_of(const struct key_set *s, const unsigned char *key)
{
	static const unsigned char none[SHIPMENT_KEY];
	size_t at;

	/* keys are digests: any bytes of them are as good as another hash */
	memcpy(&at, key, sizeof at);
	for (at &= s->room - 1;; at = (at + 1) & (s->room - 1))
		if (memcmp(s->slots[at], none, SHIPMENT_KEY) == 0 ||
		    memcmp(s->slots[at], key, SHIPMENT_KEY) == 0)
			return s->slots[at];
}

static void
grow(struct key_set *s)
{
	struct key_set bigger = { .n = s->n,
		.room = s->room == 0 ? FIRST_ROOM : 2 * s->room };
	static const unsigned char none[SHIPMENT_KEY];
	size_t i;

	bigger.slots = xcalloc(bigger.room, sizeof *bigger.slots);
	for (i = 0; i < s->room; i++)
		if (memcmp(s->slots[i], none, SHIPMENT_KEY) != 0)
			memcpy(slot_of(&bigger, s->slots[i]), s->slots[i],
			    SHIPMENT_KEY);
	free(s->slots);
	*s = bigger;
}

bool
key_set_add(struct key_set *s, const unsigned char key[SHIPMENT_KEY])
{
	unsigned char *slot;

	if (2 * s->n >= s->room)
		grow(s);
	slot = slot_of(s, key);
	if (memcmp(slot, key, SHIPMENT_KEY) == 0)
		return false;
	memcpy(slot, key, SHIPMENT_KEY);
	s->n++;
	return true;
}

void
key_set_free(struct key_set *s)
{
	free(s->slots);
	*s = (struct key_set){ 0 };
}
