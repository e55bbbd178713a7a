#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/overview.h"
#include "model/report_copy.h"
#include "store/sql.h"
#include "store/vouched.h"
#include "tables/gather_vouching.h"
#include "tables/gathering.h"

enum {
	LATELY = 30, /* days */
	LIMIT_SIGNERS = 20,
	LIMIT_DOUBTS = 32,  /* codes of this program's own */
	LIMIT_UNVOUCHED = 3 /* senders named */
};

/* The counted reports of the range and of the domains asked for. */
#define REPORTS                                            \
	" FROM judged AS r WHERE r.date BETWEEN ?1 AND ?2" \
	" AND (?3 = '' OR " OF_ASKED ")"
#define VOUCHED " AND r.dkim IN " VOUCHED_WORDS
#define UNVOUCHED " AND r.dkim <> '' AND r.dkim NOT IN " VOUCHED_WORDS

static const struct sql select_verdicts = {
	"WITH RECURSIVE " ASKED " SELECT r.dkim, sum(r.copies) AS n" REPORTS
	" GROUP BY r.dkim ORDER BY n DESC, r.dkim"
};

struct doubts {
	struct overview_doubt item[LIMIT_DOUBTS];
	size_t n;
};

static int
on_verdict(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct overview_vouching *v = &g->o->vouching;
	const char *verdict = sql_column(row, 0);
	uint64_t n = (uint64_t)sqlite3_column_int64(row, 1);
	struct doubts *doubts = arg;

	if (vouched_rank(verdict) > 1) {
		v->vouched += n;
		return 0;
	}
	if (verdict[0] == '\0') {
		v->unjudged = n;
		return 0;
	}
	v->unvouched += n;
	if (doubts->n < LIMIT_DOUBTS)
		doubts->item[doubts->n++] =
		    (struct overview_doubt){ arena_strdup(g->arena, verdict),
			    n };
	return 0;
}

/* LIMIT_UNVOUCHED of them. */
static const struct sql select_unvouched = {
	"WITH RECURSIVE " ASKED " SELECT r.organization, r.reporter_domain,"
	" sum(r.copies) AS n, count(*) OVER ()" REPORTS UNVOUCHED
	" GROUP BY r.organization, r.reporter_domain"
	" ORDER BY n DESC, r.organization, r.reporter_domain LIMIT 3"
};

static int
on_unvouched(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct overview_vouching *v = &g->o->vouching;
	struct overview_unvouched *list = arg;

	list[v->n_senders++] = (struct overview_unvouched){
		.organization = sql_copy_column(g->arena, row, 0),
		.reporter_domain = sql_copy_column(g->arena, row, 1),
		.reports = (uint64_t)sqlite3_column_int64(row, 2),
	};
	v->senders_left_out =
	    (uint64_t)sqlite3_column_int64(row, 3) - v->n_senders;
	return 0;
}

/* Of all reports: what it leads to is the operator's business. */
static const struct sql select_lately = {
	"SELECT sum(copies), sum(iif(dkim IN " VOUCHED_WORDS ", copies, 0))"
	" FROM judged WHERE date >"
	" (SELECT date(max(date), '-' || ?1 || ' days') FROM days)"
};

static int
on_lately(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	(void)arg;
	g->o->vouching.lately = (uint64_t)sqlite3_column_int64(row, 0);
	g->o->vouching.lately_vouched = (uint64_t)sqlite3_column_int64(row, 1);
	return 0;
}

int
gather_vouching(struct gathering *g, struct fault *f)
{
	struct overview_vouching *v = &g->o->vouching;
	struct doubts *doubts = arena_alloc(g->arena, sizeof *doubts);
	struct overview_unvouched *senders =
	    arena_alloc(g->arena, LIMIT_UNVOUCHED * sizeof *senders);
	struct value range[] = { value_text(g->o->from), value_text(g->o->to),
		value_text(g->list) };
	struct value days = value_number(LATELY);

	if (gathering_each(
		g, &select_verdicts, range, 3, on_verdict, doubts, f) == -1 ||
	    (!g->range->alone && gathering_each(g, &select_lately, &days, 1,
				     on_lately, NULL, f) == -1))
		return -1;
	v->doubts = doubts->item;
	v->n_doubts = doubts->n;
	v->senders = senders;
	return v->unvouched == 0 ? 0
				 : gathering_each(g, &select_unvouched, range,
				       3, on_unvouched, senders, f);
}

/* -- signing domains */

/* In order of organization; of each the domain of most reports first. */
static const struct sql select_signers = {
	"WITH RECURSIVE " ASKED " SELECT r.organization, r.dkim_domain,"
	" sum(r.copies) AS n" REPORTS VOUCHED
	" AND r.dkim_domain <> '' GROUP BY r.organization, r.dkim_domain"
	" ORDER BY r.organization, n DESC, r.dkim_domain"
};

struct signing {
	struct overview_signers list[LIMIT_SIGNERS];
	struct overview_signers now; /* of the organization at hand; n 0: none
				      */
	struct arena names;	     /* its strings */
	size_t sender;		     /* the first in the list not before it */
};

/* The senders of the organization at hand get its first domain. */
static void
mark_senders(struct gathering *g, struct signing *s)
{
	const char *domain = NULL;
	int order;

	for (; s->sender < g->o->n_senders; s->sender++) {
		order = strcmp(
		    g->senders[s->sender].organization, s->now.organization);
		if (order > 0)
			break;
		if (order < 0)
			continue;
		if (domain == NULL)
			domain = arena_strdup(g->arena, s->now.domain[0]);
		g->senders[s->sender].signed_by = domain;
	}
}

/*
 * A place in the list for an organization with so many reports, that of one
 * with fewer where it is full; NULL for none.
 */
static struct overview_signers *
place_for(struct overview_vouching *v, struct signing *s, uint64_t reports)
{
	struct overview_signers *least = &s->list[0];
	size_t i;

	if (v->n_signers < LIMIT_SIGNERS)
		return &s->list[v->n_signers++];
	v->signers_left_out++;
	for (i = 1; i < LIMIT_SIGNERS; i++)
		if (s->list[i].total < least->total)
			least = &s->list[i];
	return least->total < reports ? least : NULL;
}

/* All domains of the organization at hand are known. */
static void
end_organization(struct gathering *g, struct signing *s)
{
	struct overview_signers *kept = NULL;
	size_t i;

	if (s->now.n > 0)
		mark_senders(g, s);
	if (s->now.n > 1)
		kept = place_for(&g->o->vouching, s, s->now.total);
	if (kept != NULL) {
		*kept = s->now;
		kept->organization =
		    arena_strdup(g->arena, s->now.organization);
		for (i = 0; i < kept->n; i++)
			kept->domain[i] =
			    arena_strdup(g->arena, s->now.domain[i]);
	}
	s->now = (struct overview_signers){ 0 };
	arena_reset(&s->names);
}

static int
on_signer(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct signing *s = arg;
	uint64_t reports = (uint64_t)sqlite3_column_int64(row, 2);

	if (s->now.n > 0 &&
	    strcmp(s->now.organization, sql_column(row, 0)) != 0)
		end_organization(g, s);
	if (s->now.n == 0)
		s->now.organization = sql_copy_column(&s->names, row, 0);
	s->now.total += reports;
	if (s->now.n == OVERVIEW_SIGNERS) {
		s->now.left_out++;
		return 0;
	}
	s->now.domain[s->now.n] = sql_copy_column(&s->names, row, 1);
	s->now.reports[s->now.n++] = reports;
	return 0;
}

static int
by_reports(const void *a, const void *b)
{
	const struct overview_signers *x = a, *y = b;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return strcmp(x->organization, y->organization);
}

int
gather_signers(struct gathering *g, struct fault *f)
{
	struct signing *s = arena_alloc(g->arena, sizeof *s);
	struct value range[] = { value_text(g->o->from), value_text(g->o->to),
		value_text(g->list) };
	int rc;

	if (g->o->vouching.vouched == 0)
		return 0;
	rc = gathering_each(g, &select_signers, range, 3, on_signer, s, f);
	end_organization(g, s);
	qsort(s->list, g->o->vouching.n_signers, sizeof *s->list, by_reports);
	arena_free(&s->names);
	g->o->vouching.signers = s->list;
	return rc;
}
