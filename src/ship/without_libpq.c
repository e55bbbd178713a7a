#include <stddef.h>
#include <stdint.h>
#include <sysexits.h>

#include "base/fault.h"
#include "model/dropped_report.h"
#include "model/pruning.h"
#include "ship/operate.h"
#include "ship/shared_mirror.h"
#include "ship/ship.h"

/*
 * In a build without libpq these stand in for the other files of this room:
 * each fails and says why.
 */

static int
missing(struct fault *f)
{
	return fault(f, FAULT_HOST, EX_CONFIG,
	    "PostgreSQL: this program was built without libpq, the "
	    "library for PostgreSQL: install libpq-dev and build it again");
}

int
ship(struct store *st, const struct ship_settings *s, struct ship_counts *c,
    struct fault *f)
{
	(void)st;
	(void)s;
	*c = (struct ship_counts){ 0 };
	return missing(f);
}

int
ship_init(const struct ship_settings *s, struct fault *f)
{
	(void)s;
	return missing(f);
}

int
ship_print_schema(struct fault *f)
{
	return missing(f);
}

int
ship_status(struct store *st, const struct ship_settings *s,
    void (*line)(void *arg, const struct ship_journal *), void *arg,
    struct fault *f)
{
	(void)st;
	(void)s;
	(void)line;
	(void)arg;
	return missing(f);
}

struct shared_mirror *
shared_mirror_open(const char *service, unsigned timeout,
    const char *const *domains, size_t n_domains, struct fault *f)
{
	(void)service;
	(void)timeout;
	(void)domains;
	(void)n_domains;
	missing(f);
	return NULL;
}

void
shared_mirror_close(struct shared_mirror *m)
{
	(void)m;
}

struct store *
shared_mirror_store(struct shared_mirror *m)
{
	(void)m;
	return NULL;
}

int
shared_mirror_overview(
    struct shared_mirror *m, const char *from, const char *to, struct fault *f)
{
	(void)m;
	(void)from;
	(void)to;
	return missing(f);
}

int
shared_mirror_status(
    struct shared_mirror *m, int64_t *unshipped, struct fault *f)
{
	(void)m;
	*unshipped = 0;
	return missing(f);
}

int
shared_mirror_newest(struct shared_mirror *m, int64_t now, struct fault *f)
{
	(void)m;
	(void)now;
	return missing(f);
}

int
shared_mirror_metrics(struct shared_mirror *m, struct fault *f)
{
	(void)m;
	return missing(f);
}

int
shared_mirror_mutes(struct shared_mirror *m, struct fault *f)
{
	(void)m;
	return missing(f);
}

int
shared_mirror_conflicts(struct shared_mirror *m, struct fault *f)
{
	(void)m;
	return missing(f);
}

int
shared_mirror_copies(struct shared_mirror *m, int64_t report, struct fault *f)
{
	(void)m;
	(void)report;
	return missing(f);
}

int
shared_mirror_problem(struct shared_mirror *m, int64_t problem, struct fault *f)
{
	(void)m;
	(void)problem;
	return missing(f);
}

int
shared_mirror_table(struct shared_mirror *m, const char *table,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	(void)m;
	(void)table;
	(void)filter;
	(void)sink;
	return missing(f);
}

int
operate_mute(const struct shared_service *s, int64_t problem, const char *until,
    const char *note, struct fault *f)
{
	(void)s;
	(void)problem;
	(void)until;
	(void)note;
	return missing(f);
}

int
operate_end_mute(
    const struct shared_service *s, int64_t problem, struct fault *f)
{
	(void)s;
	(void)problem;
	return missing(f);
}

int
operate_drop(const struct shared_service *s, const int64_t *reports, size_t n,
    bool dry_run, struct arena *a, struct store_dropped *list, struct fault *f)
{
	(void)s;
	(void)reports;
	(void)n;
	(void)dry_run;
	(void)a;
	(void)list;
	return missing(f);
}

int
operate_accept(const struct shared_service *s, const int64_t *reports, size_t n,
    struct fault *f)
{
	(void)s;
	(void)reports;
	(void)n;
	return missing(f);
}

int
operate_prune(const struct shared_service *s, const struct store_prune *what,
    bool dry_run, struct store_pruned *done, int64_t *given_back,
    int64_t *days_left, struct fault *f)
{
	(void)s;
	(void)what;
	(void)dry_run;
	*done = (struct store_pruned){ 0 };
	*given_back = *days_left = 0;
	return missing(f);
}

int
ship_check(
    const struct ship_settings *s, struct ship_found *found, struct fault *f)
{
	(void)s;
	(void)found;
	return missing(f);
}
