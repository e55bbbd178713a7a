#include <stdlib.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "postgresql/connection.h"
#include "postgresql/shared_table.h"
#include "ship/shared_tables.h"
#include "tables/table_list.h"

struct shared_tables {
	struct pg pg;
};

struct shared_tables *
shared_tables_open(const char *service, unsigned timeout, struct fault *f)
{
	struct shared_tables *s = xcalloc(1, sizeof *s);

	if (pg_open(&s->pg, service, "tlsrua", timeout, f) == 0 &&
	    shared_view_begin(&s->pg, f) == 0)
		return s;
	shared_tables_close(s);
	return NULL;
}

void
shared_tables_close(struct shared_tables *s)
{
	if (s != NULL)
		pg_close(&s->pg);
	free(s);
}

int
shared_tables_newest_day(
    struct shared_tables *s, char day[static 16], struct fault *f)
{
	return shared_newest_day(&s->pg, day, f);
}

int
shared_tables_read(struct shared_tables *s, const char *table,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	const struct table *t = table_find(table);

	if (t == NULL)
		return fault(
		    f, FAULT_HOST, EX_USAGE, "%s: no such table", table);
	return shared_table_read(&s->pg, t, filter, sink, f);
}
