#include <stddef.h>
#include <stdint.h>

#include "ledger/logged_problems.h"
#include "store/sql.h"

static const struct sql select_logged = {
	"SELECT figure FROM told WHERE kind = 'logged' AND key = 'problem'"
};

int
logged_problems_read(struct store *st, int64_t *number, struct fault *f)
{
	*number = 0;
	return sql_number(st, &select_logged, NULL, 0, number, f) == -1 ? -1
									: 0;
}

static const struct sql replace_logged = {
	"INSERT OR REPLACE INTO told (kind, key, figure)"
	" VALUES ('logged', 'problem', ?1)"
};

int
logged_problems_note(struct store *st, int64_t number, struct fault *f)
{
	struct value v = value_number(number);

	return sql_run(st, &replace_logged, &v, 1, f);
}
