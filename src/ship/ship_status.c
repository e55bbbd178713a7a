#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/hex.h"
#include "ledger/journal_events.h"
#include "model/shipment.h"
#include "postgresql/connection.h"
#include "postgresql/shared_journal.h"
#include "ship/ship.h"

/* The journals on their way to the caller, and what to know of our own. */
struct listing {
	char id[2 * SHIPMENT_KEY + 1]; /* of our journal; "": there is none */
	int64_t last;		       /* number of its last event */
	void (*line)(void *arg, const struct ship_journal *);
	void *arg;
};

static void
take(void *arg, const struct shared_status *s)
{
	const struct listing *l = arg;
	struct ship_journal j = {
		.id = s->journal,
		.name = s->name,
		.shipped = s->shipped,
		.is_this = strcmp(s->journal, l->id) == 0,
		.position = s->position,
		.reports = s->reports,
		.duplicates = s->duplicates,
		.conflicts = s->conflicts,
		.better = s->better,
		.unshipped = s->waiting_reports,
		.reason = s->error,
	};

	if (j.is_this && l->last > j.position)
		j.waiting = l->last - j.position;
	l->line(l->arg, &j);
}

int
ship_status(struct store *st, const struct ship_settings *s,
    void (*line)(void *arg, const struct ship_journal *), void *arg,
    struct fault *f)
{
	struct listing l = { .line = line, .arg = arg };
	unsigned char id[SHIPMENT_KEY];
	struct pg p;
	int rc;

	if (st != NULL) {
		if (journal_read(st, id, &l.last, f) == -1)
			return -1;
		hex_format(id, sizeof id, l.id);
	}
	rc = pg_open(&p, s->service, "tlsrua status", s->timeout, f);
	if (rc == 0)
		rc = shared_journal_list(&p, take, &l, f);
	pg_close(&p);
	return rc;
}
