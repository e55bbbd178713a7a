#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "model/row.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"
#include "tables/mirror.h"

enum {
	MOST_CELLS = 16,
	NO_LIMIT = 1 << 30 /* bytes of names, which the other store bounds */
};

/*
 * How the rows of a part are written.  In some parts the first cells of a row
 * name an owner, such as a sender: `owner` finds or makes it, and `row` takes
 * its id in place of these cells.
 */
struct part {
	size_t n_names; /* cells that name the owner; 0: there is none */
	size_t n_owner; /* cells that the statement `owner` takes */
	struct sql owner, row;
};

/* The statements of mirror.sql. */
extern const char mirror_judged[], mirror_end_day[], mirror_end[],
    mirror_known[], mirror_day[], mirror_judged_kind[], mirror_sender[],
    mirror_sender_day[], mirror_series[], mirror_series_day[], mirror_problem[],
    mirror_failing_series[], mirror_failure[], mirror_mute[],
    mirror_result_type[], mirror_unjudged_report[], mirror_unjudged[],
    mirror_reason_entry[], mirror_reason[], mirror_totals[], mirror_newest[],
    mirror_last_report[], mirror_last_sessions[], mirror_last_entry[],
    mirror_last_failure[], mirror_conflict_message[], mirror_conflict[],
    mirror_copy[], mirror_pruned_day[], mirror_copy_entry[],
    mirror_copy_finding[], mirror_bytes[], mirror_pollers[], mirror_mailbox[],
    mirror_mark_newest[], mirror_count_reports[], mirror_count_warnings[];

static const struct part parts[MIRROR_PARTS] = {
	[MIRROR_ENDS] = { 1, 1, { mirror_end_day }, { mirror_end } },
	[MIRROR_KNOWN] = { 0, 0, { NULL }, { mirror_known } },
	[MIRROR_DAYS] = { 0, 0, { NULL }, { mirror_day } },
	[MIRROR_JUDGED] = { 0, 0, { NULL }, { mirror_judged_kind } },
	[MIRROR_SENDERS] = { 3, 3, { mirror_sender }, { mirror_sender_day } },
	[MIRROR_SERIES] = { 5, 6, { mirror_series }, { mirror_series_day } },
	[MIRROR_PROBLEMS] = { 0, 0, { NULL }, { mirror_problem } },
	[MIRROR_FAILURES] = { 5, 5, { mirror_failing_series },
	    { mirror_failure } },
	[MIRROR_MUTES] = { 0, 0, { NULL }, { mirror_mute } },
	[MIRROR_RESULT_TYPES] = { 0, 0, { NULL }, { mirror_result_type } },
	[MIRROR_UNJUDGED] = { 1, 1, { mirror_unjudged_report },
	    { mirror_unjudged } },
	[MIRROR_REASONS] = { 1, 1, { mirror_reason_entry }, { mirror_reason } },
	[MIRROR_TOTALS] = { 0, 0, { NULL }, { mirror_totals } },
	[MIRROR_NEWEST] = { 0, 0, { NULL }, { mirror_newest } },
	[MIRROR_LAST_SESSIONS] = { 2, 2, { mirror_last_report },
	    { mirror_last_sessions } },
	[MIRROR_LAST_FAILURES] = { 2, 2, { mirror_last_entry },
	    { mirror_last_failure } },
	[MIRROR_CONFLICTS] = { 3, 3, { mirror_conflict_message },
	    { mirror_conflict } },
	[MIRROR_COPIES] = { 0, 0, { NULL }, { mirror_copy } },
	[MIRROR_PRUNED] = { 0, 0, { NULL }, { mirror_pruned_day } },
	[MIRROR_ENTRIES] = { 0, 0, { NULL }, { mirror_copy_entry } },
	[MIRROR_FINDINGS] = { 0, 0, { NULL }, { mirror_copy_finding } },
	[MIRROR_BYTES] = { 0, 0, { NULL }, { mirror_bytes } },
	[MIRROR_POLLERS] = { 0, 0, { NULL }, { mirror_pollers } },
	[MIRROR_MAILBOXES] = { 0, 0, { NULL }, { mirror_mailbox } },
};

struct store *
mirror_open(const char *name, struct fault *f)
{
	struct store *st = store_open(name, STORE_MIRROR, f);

	if (st != NULL && sql_exec(st, mirror_judged, f) == 0)
		return st;
	store_close(st);
	return NULL;
}

static struct value
value_of(const struct cell *c)
{
	if (c->null)
		return value_null();
	if (c->text == NULL)
		return value_number(c->number);
	return (
	    struct value){ .kind = VALUE_TEXT, .bytes = { c->text, c->len } };
}

/* Whether a row has the same names as the row before it. */
static bool
has_same_names(struct mirror_filling *m, const struct cell *c, size_t n)
{
	struct buf *b = &m->names;
	const char *p = b->data;
	size_t left = b->len, i;

	for (i = 0; i < n; i++) {
		if (left < sizeof c[i].len + c[i].len ||
		    memcmp(p, &c[i].len, sizeof c[i].len) != 0 ||
		    memcmp(p + sizeof c[i].len, c[i].text, c[i].len) != 0)
			return false;
		p += sizeof c[i].len + c[i].len;
		left -= sizeof c[i].len + c[i].len;
	}
	return true;
}

static void
note_names(struct mirror_filling *m, const struct cell *c, size_t n)
{
	size_t i;

	buf_reset(&m->names);
	for (i = 0; i < n; i++)
		if (buf_append(&m->names, &c[i].len, sizeof c[i].len) == -1 ||
		    buf_append(&m->names, c[i].text, c[i].len) == -1)
			buf_reset(&m->names);
}

/* What the first cells name. */
static int
find_owner(struct mirror_filling *m, const struct part *p, const struct cell *c,
    const struct value *v, struct fault *f)
{
	if (has_same_names(m, c, p->n_names))
		return 0;
	if (sql_number(m->mirror, &p->owner, v, p->n_owner, &m->owner, f) == -1)
		return -1;
	note_names(m, c, p->n_names);
	return 0;
}

static int
on_row(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct mirror_filling *m = arg;
	const struct part *p = &parts[m->part];
	struct value v[MOST_CELLS];
	size_t i, owned = p->n_names > 0 ? p->n_names - 1 : 0;

	for (i = 0; i < n; i++)
		v[i] = value_of(&c[i]);
	if (p->n_names > 0 && find_owner(m, p, c, v, f) == -1)
		return -1;
	if (p->n_names > 0)
		v[owned] = value_number(m->owner);
	return sql_run(m->mirror, &p->row, v + owned, n - owned, f);
}

struct row_sink
mirror_sink(struct mirror_filling *m, struct store *st, enum mirror_part part)
{
	*m = (struct mirror_filling){
		.mirror = st, .part = part, .names = { .max = NO_LIMIT }
	};
	return (struct row_sink){ NULL, on_row, m };
}

void
mirror_filled(struct mirror_filling *m)
{
	buf_free(&m->names);
}

void
mirror_set_size(struct store *st, int64_t bytes)
{
	st->size = bytes;
}

static const struct sql mark_newest = { mirror_mark_newest };

int
mirror_end_ends(struct store *st, struct fault *f)
{
	return sql_run(st, &mark_newest, NULL, 0, f);
}

static const struct sql count_reports = { mirror_count_reports };
static const struct sql count_warnings = { mirror_count_warnings };

int
mirror_end_overview(
    struct store *st, const char *from, const char *to, struct fault *f)
{
	struct value range[] = { value_text(from), value_text(to) };

	if (sql_run(st, &count_reports, range, 2, f) == -1)
		return -1;
	return sql_run(st, &count_warnings, range, 2, f);
}
