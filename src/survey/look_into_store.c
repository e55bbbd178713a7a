#include <stdlib.h>

#include "base/alloc.h"
#include "model/domain_setup.h"
#include "published/rua_uri.h"
#include "published/tlsrpt_record.h"
#include "survey/domain_view.h"
#include "survey/look_into_store.h"
#include "tables/domain_reports.h"

/*
 * The store does not tell to which address of the record a mail was sent.  So
 * when a report came by mail, all mail addresses count as polled.
 */
static void
take_arrival(struct domain_view *v, const struct domain_reports *r)
{
	size_t i;

	for (i = 0; i < v->setup.n_targets; i++)
		if (v->record->uri[i].kind == RUA_MAILTO) {
			v->target[i].arrived_in = r->arrived_in;
			v->target[i].arrived_on = r->arrived_on;
		}
}

int
look_into_store(
    struct store *st, struct domain_view **view, size_t n, struct fault *f)
{
	struct domain_reports *reports = xcalloc(n, sizeof *reports);
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		reports[i].domain = view[i]->setup.domain;
	/* in the first view's arena, which lives as long as the others */
	rc = domain_reports_read(st, reports, n, &view[0]->arena, f);
	for (i = 0; i < n && rc == 0; i++) {
		view[i]->setup.reports = reports[i].found;
		take_arrival(view[i], &reports[i]);
	}
	free(reports);
	return rc;
}
