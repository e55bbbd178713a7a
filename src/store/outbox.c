#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "model/report_identity.h"
#include "model/tls_report.h"
#include "store/outbox.h"
#include "store/sql.h"
#include "store/store_private.h"

enum {
	KEY = 4 /* arguments of report_identity() */
};

static struct span
text_of(sqlite3_value *v)
{
	const void *text = sqlite3_value_text(v);

	return (struct span){ text, (size_t)sqlite3_value_bytes(v) };
}

static void
identity_in_sql(sqlite3_context *context, int n, sqlite3_value **v)
{
	unsigned char identity[REPORT_IDENTITY];
	const struct report_key key = { text_of(v[0]), text_of(v[1]),
		text_of(v[2]), text_of(v[3]) };

	(void)n;
	report_identity(sqlite3_user_data(context), &key, identity);
	sqlite3_result_blob(
	    context, identity, sizeof identity, SQLITE_TRANSIENT);
}

int
outbox_install(struct store *st, struct fault *f)
{
	if (sqlite3_create_function_v2(st->db, "report_identity", KEY,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC, &st->identity_hash,
		identity_in_sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return sql_fault(st, f);
}

static const struct sql insert_report = {
	"INSERT INTO outbox (what, report, identity, content)"
	" SELECT 'report', id, report_identity(organization, report_id, start,"
	" end), content FROM reports WHERE id = ?1"
};

static const struct sql insert_decide = {
	"INSERT INTO outbox (what, report, identity, content, at)"
	" SELECT 'decide', id, report_identity(organization, report_id, start,"
	" end), content, decided FROM reports WHERE id = ?1"
};

static const struct sql insert_drop = {
	"INSERT INTO outbox (what, identity, content, date, at)"
	" SELECT 'drop', report_identity(organization, report_id, start, end),"
	" content, date, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
	" FROM reports WHERE id = ?1"
};

static const struct sql insert_stored = {
	"INSERT INTO outbox (what, report, identity, content)"
	" VALUES ('report', ?1, ?2, ?3)"
};

int
outbox_tell_stored(struct store *st, int64_t report,
    const struct report_key *key, const unsigned char content[REPORT_DIGEST],
    struct fault *f)
{
	unsigned char identity[REPORT_IDENTITY] = { 0 };
	struct value v[] = { value_number(report),
		value_blob(identity, sizeof identity),
		value_blob(content, REPORT_DIGEST) };

	report_identity(&st->identity_hash, key, identity);
	return sql_run(st, &insert_stored, v, 3, f);
}

int
outbox_tell(
    struct store *st, enum outbox_event event, int64_t report, struct fault *f)
{
	static const struct sql *const insert[] = {
		[OUTBOX_REPORT] = &insert_report,
		[OUTBOX_DECIDE] = &insert_decide,
		[OUTBOX_DROP] = &insert_drop,
	};
	struct value id = value_number(report);

	return sql_run(st, insert[event], &id, 1, f);
}
