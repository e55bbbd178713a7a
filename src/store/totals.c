#include <stdint.h>

#include "base/saturating.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "store/totals.h"

static const struct sql update_mailbox_counts = {
	"UPDATE mailboxes SET messages = messages + ?2,"
	" reports = reports + ?3 WHERE id = ?1"
};

static int
write_mailbox(struct store *st, struct fault *f)
{
	struct tally *t = &st->tally;
	struct value v[] = { value_number(t->mailbox),
		value_number(t->mailbox_messages),
		value_number(t->mailbox_reports) };

	if (t->mailbox == 0)
		return 0;
	t->mailbox = t->mailbox_messages = t->mailbox_reports = 0;
	return sql_run(st, &update_mailbox_counts, v, 3, f);
}

int
tally_mailbox(struct store *st, int64_t mailbox, int64_t messages,
    int64_t reports, struct fault *f)
{
	struct tally *t = &st->tally;

	if (mailbox == 0)
		return 0;
	if (t->mailbox != mailbox && write_mailbox(st, f) == -1)
		return -1;
	t->mailbox = mailbox;
	t->mailbox_messages += messages;
	t->mailbox_reports += reports;
	return 0;
}

/* A sum of sessions stays at 2^63-1. */
static const struct sql update_totals = {
	"UPDATE totals SET messages = messages + ?1,"
	" reports = reports + ?2, conflicts = conflicts + ?3,"
	" sessions = min(sessions + ?4, 9223372036854775807),"
	" failures = failures + ?5,"
	" quarantined = quarantined + ?6,"
	" quarantine_bytes = quarantine_bytes + ?7,"
	" repeated = repeated + ?8 WHERE id = 1"
};

int
tally_write(struct store *st, struct fault *f)
{
	const struct tally *t = &st->tally;
	struct value v[] = { value_number(t->messages),
		value_number(t->reports), value_number(t->conflicts),
		value_number(t->sessions), value_number(t->failures),
		value_number(t->quarantined), value_number(t->quarantine_bytes),
		value_number(t->repeated) };

	if (write_mailbox(st, f) == -1 ||
	    sql_run(st, &update_totals, v, 8, f) == -1)
		return -1;
	st->tally = (struct tally){ 0 };
	return 0;
}

/* Another with the content of this one: report-repeated. */
static const struct sql select_repeated = {
	"SELECT o.id FROM reports AS r CROSS JOIN reports AS o"
	" WHERE r.id = ?1 AND o.body = r.body AND o.status = 'counted'"
	" AND o.id <> r.id LIMIT 1"
};

int
tally_repeated(struct store *st, int64_t report, int sign, struct fault *f)
{
	struct value v = value_number(report);
	int64_t other;
	int rc = sql_number(st, &select_repeated, &v, 1, &other, f);

	if (rc == 1)
		st->tally.repeated += sign;
	return rc == -1 ? -1 : 0;
}

int
tally_report(struct store *st, int64_t mailbox, int sign, int64_t sessions,
    int64_t findings, struct fault *f)
{
	struct tally *t = &st->tally;

	t->reports += sign;
	t->failures += sign * findings;
	t->sessions = sign > 0 ? saturating_add(t->sessions, sessions)
			       : t->sessions - sessions;
	return tally_mailbox(st, mailbox, 0, sign, f);
}
