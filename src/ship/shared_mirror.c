#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/row.h"
#include "postgresql/connection.h"
#include "postgresql/shared_parts.h"
#include "postgresql/shared_table.h"
#include "ship/shared_mirror.h"
#include "store/status.h"
#include "store/store.h"
#include "tables/gather_overview.h"
#include "tables/mirror.h"
#include "tables/table_list.h"

struct shared_mirror {
	struct pg pg;
	struct store *store;
	struct shared_scope scope;
	size_t n_days;	     /* of the scope */
	struct arena listed; /* what the scope lists */
	char oldest[16], newest[16], clipped[UTC_TEXT], now[UTC_TEXT];
};

static int
bring_part(struct shared_mirror *m, enum shared_set set, size_t i,
    enum mirror_part part, struct fault *f)
{
	struct mirror_filling filling;
	struct row_sink sink = mirror_sink(&filling, m->store, part);
	int rc = shared_part_read(&m->pg, set, i, &m->scope, &sink, f);

	mirror_filled(&filling);
	return rc;
}

/* All parts of a set, in one transaction of the mirror. */
static int
bring(struct shared_mirror *m, enum shared_set set, struct fault *f)
{
	enum mirror_part part;
	size_t i;

	if (store_begin(m->store, f) == -1)
		return -1;
	for (i = 0; shared_part(set, i, &part) == 1; i++)
		if (bring_part(m, set, i, part, f) == -1) {
			store_rollback(m->store);
			return -1;
		}
	return store_commit(m->store, f);
}

static int
read_ends(struct shared_mirror *m, struct fault *f)
{
	struct store_status s;

	if (store_status(m->store, &s, f) == -1)
		return -1;
	memcpy(m->oldest, s.first_day, sizeof m->oldest);
	memcpy(m->newest, s.last_day, sizeof m->newest);
	return 0;
}

struct shared_mirror *
shared_mirror_open(const char *service, unsigned timeout,
    const char *const *domains, size_t n_domains, struct fault *f)
{
	struct shared_mirror *m = xcalloc(1, sizeof *m);
	char *name = xasprintf("temporary file for postgresql:%s", service);

	m->scope.domains = domains;
	m->scope.n_domains = n_domains;
	if (pg_open(&m->pg, service, "tlsrua", timeout, f) == -1 ||
	    shared_view_begin(&m->pg, f) == -1 ||
	    (m->store = mirror_open(name, f)) == NULL ||
	    bring(m, SHARED_BASE, f) == -1 || read_ends(m, f) == -1) {
		shared_mirror_close(m);
		m = NULL;
	}
	free(name);
	return m;
}

void
shared_mirror_close(struct shared_mirror *m)
{
	if (m == NULL)
		return;
	store_close(m->store);
	pg_close(&m->pg);
	arena_free(&m->listed);
	free(m);
}

struct store *
shared_mirror_store(struct shared_mirror *m)
{
	return m->store;
}

/* Set the range; if it is longer than OVERVIEW_DAYS, the last of them. */
static void
set_range(struct shared_mirror *m, const char *from, const char *to)
{
	int64_t first, last;

	m->scope.from = from != NULL ? from : m->oldest;
	m->scope.to = to != NULL ? to : m->newest;
	if (utc_parse_date(span_of(m->scope.from), &first) == -1 ||
	    utc_parse_date(span_of(m->scope.to), &last) == -1 || last < first)
		return;
	m->n_days = (size_t)(utc_day(last) - utc_day(first)) + 1;
	if (m->n_days <= OVERVIEW_DAYS)
		return;
	m->n_days = OVERVIEW_DAYS;
	utc_format_date(
	    last - (int64_t)(OVERVIEW_DAYS - 1) * UTC_DAY, m->clipped);
	m->scope.from = m->clipped;
}

int
shared_mirror_overview(
    struct shared_mirror *m, const char *from, const char *to, struct fault *f)
{
	set_range(m, from, to);
	/* nothing is stored, or there is no such day */
	if (m->newest[0] == '\0' || strcmp(m->scope.from, m->scope.to) > 0)
		return 0;
	if (bring(m, SHARED_OVERVIEW, f) == -1 ||
	    mirror_choose(
		m->store, m->n_days, &m->listed, &m->scope.listed, f) == -1 ||
	    bring(m, SHARED_LISTED, f) == -1)
		return -1;
	return mirror_end_overview(m->store, m->scope.from, m->scope.to, f);
}

/* Bring how much disk the shared store takes. */
static int
bring_size(struct shared_mirror *m, struct fault *f)
{
	int64_t bytes;

	if (shared_size(&m->pg, &bytes, f) == -1)
		return -1;
	mirror_set_size(m->store, bytes);
	return 0;
}

int
shared_mirror_status(
    struct shared_mirror *m, int64_t *unshipped, struct fault *f)
{
	if (bring(m, SHARED_STATUS, f) == -1 || bring_size(m, f) == -1)
		return -1;
	return shared_unshipped(&m->pg, unshipped, f);
}

int
shared_mirror_newest(struct shared_mirror *m, int64_t now, struct fault *f)
{
	utc_format(now, m->now);
	m->scope.now = m->now;
	return bring(m, SHARED_NEWEST, f);
}

int
shared_mirror_mutes(struct shared_mirror *m, struct fault *f)
{
	return bring(m, SHARED_MUTES, f);
}

int
shared_mirror_conflicts(struct shared_mirror *m, struct fault *f)
{
	return bring(m, SHARED_CONFLICTS, f);
}

int
shared_mirror_copies(struct shared_mirror *m, int64_t report, struct fault *f)
{
	m->scope.number = report;
	return bring(m, SHARED_COPIES, f);
}

int
shared_mirror_problem(struct shared_mirror *m, int64_t problem, struct fault *f)
{
	m->scope.number = problem;
	return bring(m, SHARED_PROBLEM, f);
}

int
shared_mirror_table(struct shared_mirror *m, const char *table,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	return shared_table_read(&m->pg, table_find(table), filter, sink, f);
}

int
shared_mirror_metrics(struct shared_mirror *m, struct fault *f)
{
	set_range(m, NULL, NULL);
	m->scope.from = m->oldest;
	if (m->newest[0] != '\0' && bring(m, SHARED_METRICS, f) == -1)
		return -1;
	return bring_size(m, f);
}
