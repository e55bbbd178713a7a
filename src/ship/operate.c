#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "model/dropped_report.h"
#include "model/pruning.h"
#include "postgresql/connection.h"
#include "postgresql/shared_journal.h"
#include "postgresql/shared_operating.h"
#include "ship/operate.h"
#include "store/messages.h"

static int
begin(struct pg *p, const struct shared_service *s, struct fault *f)
{
	return pg_open(p, s->name, "tlsrua operate", s->timeout, f);
}

/* Count the rollups of changed days: figures are right without, but slower. */
static void
roll_up(struct pg *p)
{
	struct fault ignored = { 0 };

	(void)shared_journal_roll_up(p, &ignored);
}

int
operate_mute(const struct shared_service *s, int64_t problem, const char *until,
    const char *note, struct fault *f)
{
	struct arena a = { 0 };
	struct pg p;
	int rc = begin(&p, s, f);

	if (rc == 0)
		rc = shared_mute(&p, problem, until, clean_text(&a, note), f);
	pg_close(&p);
	arena_free(&a);
	return rc;
}

int
operate_end_mute(
    const struct shared_service *s, int64_t problem, struct fault *f)
{
	struct pg p;
	int rc = begin(&p, s, f);

	if (rc == 0)
		rc = shared_end_mute(&p, problem, f);
	pg_close(&p);
	return rc;
}

int
operate_drop(const struct shared_service *s, const int64_t *reports, size_t n,
    bool dry_run, struct arena *a, struct store_dropped *list, struct fault *f)
{
	struct pg p;
	int rc = begin(&p, s, f);

	if (rc == 0)
		rc = shared_drop(&p, reports, n, dry_run, a, list, f);
	if (rc == 0 && !dry_run)
		roll_up(&p);
	pg_close(&p);
	return rc;
}

int
operate_accept(const struct shared_service *s, const int64_t *reports, size_t n,
    struct fault *f)
{
	struct pg p;
	size_t i;
	int rc = begin(&p, s, f);

	for (i = 0; rc == 0 && i < n; i++)
		rc = shared_accept(&p, reports[i], f);
	if (rc == 0)
		roll_up(&p);
	pg_close(&p);
	return rc;
}

int
operate_prune(const struct shared_service *s, const struct store_prune *what,
    bool dry_run, struct store_pruned *done, int64_t *given_back,
    int64_t *days_left, struct fault *f)
{
	struct pg p;
	int rc = begin(&p, s, f);

	if (rc == 0)
		rc = shared_prune(
		    &p, what, dry_run, done, given_back, days_left, f);
	pg_close(&p);
	return rc;
}
