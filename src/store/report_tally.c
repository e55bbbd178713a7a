#include <stdint.h>

#include "store/messages.h"
#include "store/report_tally.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "store/totals.h"

static const struct sql select_figures = {
	"SELECT message, counted_sessions, (SELECT count(*)"
	" FROM policies AS p JOIN failures AS f ON f.report = p.report"
	" AND f.policy = p.n WHERE p.report = ?1 AND p.skipped = 0)"
	" FROM reports WHERE id = ?1"
};

int
report_tally(struct store *st, int64_t report, int sign, struct fault *f)
{
	struct value v = value_number(report);
	int64_t message, mailbox, sessions, findings;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_figures, &v, 1, &row, f);

	if (rc != 1)
		return rc;
	message = sqlite3_column_int64(row, 0);
	sessions = sqlite3_column_int64(row, 1);
	findings = sqlite3_column_int64(row, 2);
	sqlite3_reset(row);
	if (tally_repeated(st, report, sign, f) == -1 ||
	    message_mailbox(st, message, &mailbox, f) == -1)
		return -1;
	return tally_report(st, mailbox, sign, sessions, findings, f);
}
