#include <stddef.h>

#include "store/sql.h"
#include "store/views_mark.h"

static const struct sql mark_views = {
	"UPDATE exports SET options = hex(randomblob(8))"
	" WHERE dir = '" VIEWS_ROW "' AND name = ''"
};

int
views_mark_changed(struct store *st, struct fault *f)
{
	return sql_run(st, &mark_views, NULL, 0, f);
}
