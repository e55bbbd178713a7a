#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/row.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"
#include "tables/gathering.h"
#include "tables/mirror.h"

enum {
	MOST_CELLS = 16,
	NO_LIMIT = 1 << 30 /* bytes of names, which the other store bounds */
};

/*
 * How the rows of a part are written.  In some parts the first cells of a row
 * name an owner, such as a sender: `owner` finds or makes it, and `row` takes
 * its id in place of these cells.  Where the rows of a part are of several
 * `kinds`, the first cell of each says which.
 */
struct part {
	size_t n_names; /* cells that name the owner; 0: there is none */
	size_t n_owner; /* cells that the statement `owner` takes */
	struct sql owner, row;
	size_t n_cells; /* that the statements take; 0: all */
	const struct part *kinds;
	size_t n_kinds;
};

/* The statements of mirror.sql. */
extern const char mirror_tables[], mirror_end_day[], mirror_end[],
    mirror_known[], mirror_day[], mirror_judged_kind[], mirror_sender[],
    mirror_sender_day[], mirror_listed_sender_day[], mirror_other_senders[],
    mirror_domain[], mirror_domain_day[], mirror_series[], mirror_series_day[],
    mirror_problem_row[], mirror_problem[], mirror_failing_series[],
    mirror_failure[], mirror_other_problem[], mirror_other_failure[],
    mirror_mute[], mirror_unjudged_report[], mirror_unjudged[],
    mirror_reason_entry[], mirror_reason[], mirror_totals[], mirror_newest[],
    mirror_last_report[], mirror_last_sessions[], mirror_last_entry[],
    mirror_last_failure[], mirror_conflict_message[], mirror_conflict[],
    mirror_copy[], mirror_pruned_day[], mirror_copy_entry[],
    mirror_copy_finding[], mirror_bytes[], mirror_pollers[], mirror_mailbox[],
    mirror_count_reports[], mirror_count_warnings[], mirror_count_clean_days[],
    mirror_worst_domains[], mirror_worst_problems[], mirror_before[],
    mirror_vouched[], mirror_days_by_domain[], mirror_others[];

const struct sql mirror_select_before = { mirror_before };
const struct sql mirror_select_vouched = { mirror_vouched };
const struct sql mirror_select_days = { mirror_days_by_domain };
const struct sql mirror_select_others = { mirror_others };

static const struct part reporters[] = {
	{ 3, 3, { mirror_sender }, { mirror_listed_sender_day }, 13, NULL, 0 },
	{ 0, 0, { NULL }, { mirror_other_senders }, 8, NULL, 0 },
	{ 0, 0, { NULL }, { mirror_domain }, 14, NULL, 0 },
};

#define PLAIN(row)                                  \
	{                                           \
		0, 0, { NULL }, { row }, 0, NULL, 0 \
	}
#define OWNED(n_names, n_owner, owner, row)                      \
	{                                                        \
		n_names, n_owner, { owner }, { row }, 0, NULL, 0 \
	}

static const struct part parts[MIRROR_PARTS] = {
	[MIRROR_ENDS] = OWNED(1, 1, mirror_end_day, mirror_end),
	[MIRROR_KNOWN] = PLAIN(mirror_known),
	[MIRROR_DAYS] = PLAIN(mirror_day),
	[MIRROR_JUDGED] = PLAIN(mirror_judged_kind),
	[MIRROR_SENDERS] = OWNED(3, 3, mirror_sender, mirror_sender_day),
	[MIRROR_REPORTERS] = { .kinds = reporters, .n_kinds = 3 },
	[MIRROR_DOMAIN_DAYS] = PLAIN(mirror_domain_day),
	[MIRROR_SERIES] = OWNED(5, 6, mirror_series, mirror_series_day),
	[MIRROR_PROBLEM_ROWS] = PLAIN(mirror_problem_row),
	[MIRROR_PROBLEMS] = PLAIN(mirror_problem),
	[MIRROR_FAILURES] = OWNED(5, 5, mirror_failing_series, mirror_failure),
	[MIRROR_OTHER_FAILURES] =
	    OWNED(2, 2, mirror_other_problem, mirror_other_failure),
	[MIRROR_MUTES] = PLAIN(mirror_mute),
	[MIRROR_UNJUDGED] =
	    OWNED(1, 1, mirror_unjudged_report, mirror_unjudged),
	[MIRROR_REASONS] = OWNED(1, 1, mirror_reason_entry, mirror_reason),
	[MIRROR_TOTALS] = PLAIN(mirror_totals),
	[MIRROR_NEWEST] = PLAIN(mirror_newest),
	[MIRROR_LAST_SESSIONS] =
	    OWNED(2, 2, mirror_last_report, mirror_last_sessions),
	[MIRROR_LAST_FAILURES] =
	    OWNED(2, 2, mirror_last_entry, mirror_last_failure),
	[MIRROR_CONFLICTS] =
	    OWNED(3, 3, mirror_conflict_message, mirror_conflict),
	[MIRROR_COPIES] = PLAIN(mirror_copy),
	[MIRROR_PRUNED] = PLAIN(mirror_pruned_day),
	[MIRROR_ENTRIES] = PLAIN(mirror_copy_entry),
	[MIRROR_FINDINGS] = PLAIN(mirror_copy_finding),
	[MIRROR_BYTES] = PLAIN(mirror_bytes),
	[MIRROR_POLLERS] = PLAIN(mirror_pollers),
	[MIRROR_MAILBOXES] = PLAIN(mirror_mailbox),
};

struct store *
mirror_open(const char *name, struct fault *f)
{
	struct store *st = store_open(name, STORE_MIRROR, f);

	if (st != NULL && sql_exec(st, mirror_tables, f) == 0)
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
take_row(struct mirror_filling *m, const struct part *p, const struct cell *c,
    size_t n, struct fault *f)
{
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

static int
on_row(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct mirror_filling *m = arg;
	const struct part *p = &parts[m->part];

	if (p->kinds == NULL)
		return take_row(m, p, c, n, f);
	if (c[0].number < 0 || (uint64_t)c[0].number >= p->n_kinds)
		return 0;
	p = &p->kinds[c[0].number];
	return take_row(m, p, c + 1, p->n_cells, f);
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

bool
is_mirror(const struct store *st)
{
	return st->access == STORE_MIRROR;
}

static const struct sql worst_domains = { mirror_worst_domains };
static const struct sql worst_problems = { mirror_worst_problems };

static int
choose_domains(struct store *st, size_t days, struct arena *a,
    struct mirror_list *list, struct fault *f)
{
	size_t by_days = LIMIT_CELLS / days, room = 0;
	struct value most =
	    value_count(by_days < LIMIT_DOMAINS ? by_days : LIMIT_DOMAINS);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &worst_domains, &most, 1, &row, f);

	for (; rc == 1; rc = sql_next(st, row, f)) {
		list->domains = arena_grow(a, list->domains, list->n_domains,
		    &room, sizeof *list->domains);
		list->domains[list->n_domains++] = sql_copy_column(a, row, 0);
	}
	return rc;
}

static int
choose_problems(struct store *st, struct arena *a, struct mirror_list *list,
    struct fault *f)
{
	struct value most = value_number(LIMIT_PROBLEMS);
	size_t room = 0;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &worst_problems, &most, 1, &row, f);

	for (; rc == 1; rc = sql_next(st, row, f)) {
		list->problems = arena_grow(a, list->problems, list->n_problems,
		    &room, sizeof *list->problems);
		list->problems[list->n_problems++] =
		    sqlite3_column_int64(row, 0);
	}
	return rc;
}

int
mirror_choose(struct store *st, size_t days, struct arena *a,
    struct mirror_list *list, struct fault *f)
{
	*list = (struct mirror_list){ 0 };
	if (choose_domains(st, days, a, list, f) == -1)
		return -1;
	return choose_problems(st, a, list, f);
}

static const struct sql count_reports = { mirror_count_reports };
static const struct sql count_warnings = { mirror_count_warnings };
static const struct sql count_clean_days = { mirror_count_clean_days };

int
mirror_end_overview(
    struct store *st, const char *from, const char *to, struct fault *f)
{
	struct value range[] = { value_text(from), value_text(to) };

	if (sql_run(st, &count_reports, range, 2, f) == -1 ||
	    sql_run(st, &count_clean_days, NULL, 0, f) == -1)
		return -1;
	return sql_run(st, &count_warnings, range, 2, f);
}
