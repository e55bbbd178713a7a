#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/poller_state.h"
#include "model/shipment.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/shared_poller.h"

/* The columns of the folders, in the order of the function's parameters. */
enum {
	MAILBOX,
	FOLDER,
	UIDVALIDITY,
	UID,
	LAST_POLL,
	LAST_GOOD,
	STATUS,
	ERROR,
	MESSAGES,
	REPORTS,
	DURATION,
	COLUMNS
};

static const enum pg_type types[COLUMNS] = { PG_TEXT, PG_TEXT, PG_INT8, PG_INT8,
	PG_TIME, PG_TIME, PG_INT8, PG_TEXT, PG_INT8, PG_INT8, PG_INT8 };

static void
add_time(struct binary_array *a, const char *text)
{
	unsigned deviation;
	int64_t t;

	if (text == NULL || utc_parse(span_of(text), &t, &deviation) == -1)
		array_add_null(a);
	else
		array_add_time(a, t);
}

static void
add_known(struct binary_array *a, int64_t n)
{
	if (n < 0)
		array_add_null(a);
	else
		array_add_int(a, n);
}

static void
add_folder(struct binary_array a[COLUMNS], const struct polled_folder *p)
{
	array_add_text(&a[MAILBOX], p->mailbox);
	array_add_text(&a[FOLDER], p->folder);
	array_add_int(&a[UIDVALIDITY], p->uidvalidity);
	array_add_int(&a[UID], p->uid);
	add_time(&a[LAST_POLL], p->last_poll);
	add_time(&a[LAST_GOOD], p->last_good);
	add_known(&a[STATUS], p->status);
	array_add_text(&a[ERROR], p->error);
	array_add_int(&a[MESSAGES], p->messages);
	array_add_int(&a[REPORTS], p->reports);
	add_known(&a[DURATION], p->duration);
}

int
shared_poller_send(struct pg *p, const unsigned char journal[SHIPMENT_KEY],
    const struct poller_state *s, struct fault *f)
{
	struct binary_array a[COLUMNS] = { 0 };
	struct pg_value v[COLUMNS + 4];
	char room[3][8];
	size_t i;
	int rc;

	for (i = 0; i < COLUMNS; i++)
		array_begin(&a[i], types[i]);
	for (i = 0; i < s->n_folders; i++)
		add_folder(a, &s->folders[i]);
	v[0] = pg_uuid(journal);
	for (i = 0; i < COLUMNS; i++)
		v[1 + i] = pg_array(&a[i]);
	v[COLUMNS + 1] = pg_int8(s->messages, room[0]);
	v[COLUMNS + 2] = pg_int8(s->quarantined, room[1]);
	v[COLUMNS + 3] = pg_int8(s->quarantine_bytes, room[2]);
	rc = pg_send(p,
	    "SELECT tlsrua.tell_poller($1, $2, $3, $4, $5, $6, $7, $8, $9,"
	    " $10, $11, $12, $13, $14, $15)",
	    v, COLUMNS + 4, f);
	for (i = 0; i < COLUMNS; i++)
		buf_free(&a[i].bytes);
	return rc;
}
