#include <stddef.h>

#include "base/arena.h"
#include "postgresql/connection.h"
#include "postgresql/shared_cursor.h"

#define ROWS "2000" /* that are fetched at once */

int
shared_cursor_read(struct pg *p, const char *select, const struct pg_value *v,
    size_t n, shared_rows_fn *give, void *arg, struct fault *f)
{
	struct arena a = { 0 };
	PGresult *result = pg_ask(p,
	    arena_printf(&a, "DECLARE rows NO SCROLL CURSOR FOR %s", select), v,
	    n, f);
	int rows = 1, rc = result == NULL ? -1 : 0;

	PQclear(result);
	arena_free(&a);
	while (rc == 0 && rows > 0) {
		result = pg_ask(p, "FETCH " ROWS " FROM rows", NULL, 0, f);
		if (result == NULL)
			return -1;
		rows = PQntuples(result);
		rc = give(arg, result, f);
		PQclear(result);
	}
	if (rc == -1 || (result = pg_ask(p, "CLOSE rows", NULL, 0, f)) == NULL)
		return -1;
	PQclear(result);
	return 0;
}
