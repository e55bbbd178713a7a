#include "store/internal.h"

/* The days with a report in conflict; each of those is in quarantine. */
#define CONFLICT_DAYS                                            \
	"SELECT DISTINCT c.date FROM quarantine AS q CROSS JOIN" \
	" reports AS c WHERE q.report IS NOT NULL AND c.id = q.report"

/* clang-format off */
static const char *const sql[SQL_COUNT] = {
	/* a transaction that will write takes the lock at once, so that it
	 * waits by the busy timeout and never has to start over */
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_BEGIN_READ] = "BEGIN",
	[SQL_COMMIT] = "COMMIT",

	[SQL_FIND_MAILBOX] =
	    "SELECT id, uidvalidity, uid, last_good FROM mailboxes"
	    " WHERE name = ?1 AND folder = ?2",
	[SQL_ADD_MAILBOX] =
	    "INSERT INTO mailboxes (name, folder) VALUES (?1, ?2)"
	    " ON CONFLICT DO NOTHING",
	[SQL_SET_CURSOR] =
	    "UPDATE mailboxes SET uidvalidity = ?2, uid = ?3 WHERE id = ?1",
	[SQL_POLL_ENDED] =
	    "UPDATE mailboxes SET last_poll = ?2, status = ?3, error = ?4,"
	    " last_good = iif(?3 = 0, ?2, last_good) WHERE id = ?1",
	[SQL_COUNT_MAILBOX] =
	    "UPDATE mailboxes SET messages = messages + ?2,"
	    " reports = reports + ?3 WHERE id = ?1",
	[SQL_READ_MAILBOXES] =
	    "SELECT name, folder, uidvalidity, uid, last_poll, last_good,"
	    " status, error, messages, reports FROM mailboxes"
	    " ORDER BY name, folder",

	[SQL_FIND_REFUSAL] =
	    "SELECT refused, error, salt, digest FROM refusals"
	    " WHERE name = ?1",
	[SQL_NOTE_REFUSAL] =
	    "INSERT OR REPLACE INTO refusals"
	    " (name, refused, error, salt, digest)"
	    " VALUES (?1, ?2, ?3, ?4, ?5)",
	[SQL_DROP_REFUSAL] = "DELETE FROM refusals WHERE name = ?1",

	[SQL_ADD_ACTION] =
	    "INSERT INTO actions (mailbox, uidvalidity, uid, action)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
	[SQL_READ_ACTIONS] =
	    "SELECT a.uid, a.action, iif(substr(a.action, 1, 8) = 'copying:',"
	    " ifnull((SELECT m.message_id FROM messages AS m"
	    " WHERE m.mailbox = a.mailbox AND m.uidvalidity = a.uidvalidity"
	    " AND m.uid = a.uid), ''), '')"
	    " FROM actions AS a"
	    " WHERE a.mailbox = ?1 AND a.uidvalidity = ?2"
	    " ORDER BY a.action, a.uid",
	[SQL_CHANGE_ACTION] =
	    "UPDATE actions SET action = ?4"
	    " WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3",
	[SQL_DROP_ACTION] =
	    "DELETE FROM actions"
	    " WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3",
	/* whatever deletes or moves it */
	[SQL_SETTLE_MAIL] =
	    "UPDATE messages SET settled = 1"
	    " WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3"
	    " AND (SELECT action FROM actions"
	    " WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3)"
	    " NOT IN ('seen', 'flag')",
	[SQL_SETTLE_MESSAGE] = "UPDATE messages SET settled = 1 WHERE id = ?1",
	[SQL_ADD_EXPIRED] =
	    "INSERT INTO actions (mailbox, uidvalidity, uid, action)"
	    " SELECT mailbox, uidvalidity, uid, 'expire' FROM messages"
	    " WHERE mailbox = ?1 AND uidvalidity = ?2"
	    " AND verdict IN ('imported', 'duplicate') AND settled = 0"
	    " AND ifnull(received, looked_at) < ?3"
	    " ON CONFLICT DO UPDATE SET action = 'expire'"
	    " WHERE action IN ('seen', 'flag')",
	/* of another UIDVALIDITY, or no longer wanted */
	[SQL_DROP_ACTIONS_OF_OTHERS] =
	    "DELETE FROM actions WHERE mailbox = ?1 AND (uidvalidity <> ?2"
	    " OR (action NOT IN (?3, ?4, 'copied')"
	    " AND substr(action, 1, 8) <> 'copying:'))",
	[SQL_SAY_ONCE] =
	    "UPDATE mailboxes SET said = said | ?2"
	    " WHERE id = ?1 AND said & ?2 = 0",

	[SQL_ADD_MESSAGE] =
	    "INSERT INTO messages (mailbox, uidvalidity, uid, source, size,"
	    " received, sender, subject, message_id, report_domain,"
	    " report_submitter, verdict, looked_at) VALUES (?1, ?2, ?3, ?4,"
	    " ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'imported', iif(?1 IS NULL"
	    " OR ?6 IS NOT NULL, NULL, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))"
	    " ON CONFLICT DO NOTHING",
	[SQL_FIND_MAIL] =
	    "SELECT id FROM messages"
	    " WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3",
	[SQL_FIND_FILE] =
	    "SELECT id FROM messages WHERE mailbox IS NULL"
	    " AND source = ?1 AND size = ?2 AND message_id = ?3",
	/* what was looked at before and is a duplicate of itself now keeps
	 * its verdict */
	[SQL_SET_VERDICT] =
	    "UPDATE messages SET verdict = ?2 WHERE id = ?1 AND (?3 OR NOT"
	    " (?2 = 'duplicate' AND verdict IN ('imported', 'conflict')))",
	[SQL_MAILBOX_OF] = "SELECT mailbox FROM messages WHERE id = ?1",

	[SQL_FIND_ALIKE] =
	    "SELECT EXISTS (SELECT 1 FROM reports WHERE status = 'counted'"
	    " AND organization = ?1 AND report_id = ?2),"
	    " EXISTS (SELECT 1 FROM reports WHERE status = 'counted'"
	    " AND body = ?3)",
	[SQL_FIND_COUNTED] =
	    "SELECT id, content FROM reports WHERE status = 'counted'"
	    " AND organization = ?1 AND report_id = ?2"
	    " AND start = ?3 AND end = ?4",
	[SQL_FIND_CONFLICT] =
	    "SELECT id FROM reports WHERE status = 'conflict'"
	    " AND organization = ?1 AND report_id = ?2"
	    " AND start = ?3 AND end = ?4 AND content = ?5",
	[SQL_FIND_OTHER_RANGE] =
	    "SELECT 1 FROM reports WHERE status = 'counted'"
	    " AND organization = ?1 AND report_id = ?2"
	    " AND NOT (start = ?3 AND end = ?4) LIMIT 1",
	[SQL_ADD_REPORT] =
	    "INSERT INTO reports (message, organization, report_id, start,"
	    " end, date, status, content, body, reporter_domain, contact,"
	    " domain, policy_domains, policy_types, counted_sessions,"
	    " counted_failed, warnings) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
	    " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
	[SQL_ADD_REPORT_BYTES] =
	    "INSERT INTO report_bytes (report, bytes) VALUES (?1, ?2)",
	[SQL_WARN_REPORT] =
	    "UPDATE reports SET warnings = ltrim(warnings || ' ' || ?2)"
	    " WHERE id = ?1 AND"
	    " instr(' ' || warnings || ' ', ' ' || ?2 || ' ') = 0",
	[SQL_ADD_POLICY] =
	    "INSERT INTO policies (report, n, date, counted, skipped, domain,"
	    " policy_domain, organization, reporter_domain, policy_type,"
	    " policy_mode, successful_sessions, failed_sessions,"
	    " counted_sessions, counted_failed, policy_strings, mx_hosts)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	    " ?14, ?15, ?16, ?17)",
	[SQL_ADD_FAILURE] =
	    "INSERT INTO failures (report, policy, n, date, result_type, side,"
	    " receiving_mx_hostname, receiving_mx_helo, receiving_ip,"
	    " sending_mta_ip, failure_reason_code, additional_information,"
	    " failed_sessions) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
	    " ?10, ?11, ?12, ?13)",

	[SQL_FIND_REJECT] =
	    "SELECT id, kept, code, place FROM quarantine WHERE sha256 = ?1",
	[SQL_FIND_EMPTY_REJECT] =
	    "SELECT id, kept, code, place FROM quarantine WHERE message = ?1"
	    " AND code = ?2 AND sha256 IS NULL AND report IS NULL",
	[SQL_ADD_REJECT] =
	    "INSERT INTO quarantine (message, code, place, filename,"
	    " whole_mail, sha256, size, kept, created)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ifnull((SELECT received"
	    " FROM messages WHERE id = ?1),"
	    " strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))",
	[SQL_ADD_REJECT_BYTES] =
	    "INSERT INTO quarantine_bytes (quarantine, bytes)"
	    " VALUES (?1, ?2)",
	[SQL_KEEP_REJECT] = "UPDATE quarantine SET kept = 1 WHERE id = ?1",
	[SQL_JUDGE_REJECT] =
	    "UPDATE quarantine SET code = ?2, place = ?3 WHERE id = ?1",
	[SQL_QUARANTINE_SIZE] =
	    "SELECT quarantine_bytes FROM totals WHERE id = 1",

	[SQL_ADD_CONFLICT] =
	    "INSERT INTO quarantine (message, code, place, filename,"
	    " whole_mail, size, kept, created, report)"
	    " VALUES (?1, '" REPORT_ID_CONFLICT "', '', '', 0, ?3, ?3 > 0,"
	    " ifnull((SELECT received FROM messages WHERE id = ?1),"
	    " strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?2)",
	[SQL_READ_QUARANTINE] =
	    "SELECT q.id, q.created,"
	    " iif(m.mailbox IS NULL, m.source, b.name || ': ' || b.folder),"
	    " iif(m.mailbox IS NULL, NULL, m.uid), m.sender, m.subject,"
	    " q.code, q.place, q.filename, q.size, q.kept"
	    " FROM quarantine AS q JOIN messages AS m ON m.id = q.message"
	    " LEFT JOIN mailboxes AS b ON b.id = m.mailbox ORDER BY q.id",
	[SQL_GET_QUARANTINED] =
	    "SELECT q.code, q.place, q.filename, q.whole_mail,"
	    " iif(m.mailbox IS NULL, m.source, b.name || ': ' || b.folder),"
	    " m.mailbox, m.uidvalidity, m.uid, m.size, m.sender, m.subject,"
	    " m.message_id, m.report_domain, m.report_submitter, m.received,"
	    " q.report, c.id, q.size"
	    " FROM quarantine AS q JOIN messages AS m ON m.id = q.message"
	    " LEFT JOIN mailboxes AS b ON b.id = m.mailbox"
	    " LEFT JOIN reports AS r ON r.id = q.report"
	    " LEFT JOIN reports AS c ON c.status = 'counted'"
	    " AND c.organization = r.organization"
	    " AND c.report_id = r.report_id AND c.start = r.start"
	    " AND c.end = r.end WHERE q.id = ?1",
	[SQL_GET_QUARANTINE_BYTES] =
	    "SELECT bytes FROM quarantine_bytes WHERE quarantine = ?1",
	[SQL_GET_REPORT_BYTES] =
	    "SELECT bytes FROM report_bytes WHERE report = ?1",
	[SQL_DROP_REJECT] = "DELETE FROM quarantine WHERE id = ?1",
	[SQL_DROP_REPORT] = "DELETE FROM reports WHERE id = ?1",
	/* with the last contradiction gone */
	[SQL_UNWARN_REPORT] =
	    "UPDATE reports AS r SET warnings = trim(replace(' ' || warnings"
	    " || ' ', ' " REPORT_ID_CONFLICT " ', ' ')) WHERE id = ?1"
	    " AND NOT EXISTS (SELECT 1 FROM reports AS c"
	    " WHERE c.status = 'conflict'"
	    " AND c.organization = r.organization"
	    " AND c.report_id = r.report_id"
	    " AND c.start = r.start AND c.end = r.end)",
	[SQL_SET_STATUS] = "UPDATE reports SET status = ?2 WHERE id = ?1",
	[SQL_SET_COUNTED] =
	    "UPDATE policies SET counted = ?2 AND skipped = 0"
	    " WHERE report = ?1",
	[SQL_SET_QUARANTINED] =
	    "UPDATE quarantine SET report = ?2,"
	    " message = (SELECT message FROM reports WHERE id = ?2),"
	    " (size, kept) = (SELECT ifnull(max(length(bytes)), 0), count(*)"
	    " FROM report_bytes WHERE report = ?2) WHERE id = ?1",
	[SQL_SUM_REPORT] =
	    "SELECT message, counted_sessions, (SELECT count(*)"
	    " FROM policies AS p JOIN failures AS f ON f.report = p.report"
	    " AND f.policy = p.n WHERE p.report = ?1 AND p.skipped = 0)"
	    " FROM reports WHERE id = ?1",

	[SQL_LOAD_REPORT] =
	    "SELECT organization, report_id, start, end, contact,"
	    " reporter_domain, content, warnings,"
	    " (SELECT count(*) FROM policies WHERE report = ?1)"
	    " FROM reports WHERE id = ?1",
	[SQL_LOAD_POLICIES] =
	    "SELECT n, policy_type, policy_domain, domain, policy_mode,"
	    " policy_strings, mx_hosts, successful_sessions, failed_sessions,"
	    " counted_sessions, counted_failed, skipped,"
	    " (SELECT count(*) FROM failures WHERE report = p.report"
	    " AND policy = p.n AND n >= 0)"
	    " FROM policies AS p WHERE report = ?1 ORDER BY n",
	[SQL_LOAD_FAILURES] =
	    "SELECT result_type, side, sending_mta_ip, receiving_ip,"
	    " receiving_mx_hostname, receiving_mx_helo, failure_reason_code,"
	    " additional_information, failed_sessions FROM failures"
	    " WHERE report = ?1 AND policy = ?2 AND n >= 0 ORDER BY n",

	[SQL_READ_TOTALS] =
	    "SELECT messages, reports, conflicts, sessions, failures,"
	    " quarantined, repeated FROM totals WHERE id = 1",
	/* past 2^62 the sum stays there */
	[SQL_ADD_TOTALS] =
	    "UPDATE totals SET messages = messages + ?1,"
	    " reports = reports + ?2, conflicts = conflicts + ?3,"
	    " sessions = min(sessions + ?4, 4611686018427387903),"
	    " failures = failures + ?5,"
	    " quarantined = quarantined + ?6,"
	    " quarantine_bytes = quarantine_bytes + ?7,"
	    " repeated = repeated + ?8 WHERE id = 1",
	/* another with the content of this one: report-repeated */
	[SQL_FIND_REPEATED] =
	    "SELECT o.id FROM reports AS r CROSS JOIN reports AS o"
	    " WHERE r.id = ?1 AND o.body = r.body AND o.status = 'counted'"
	    " AND o.id <> r.id LIMIT 1",
	/* a conflict belongs to the day of the counted copy beside it */
	[SQL_FIRST_DAY] = "SELECT min(date) FROM reports",
	[SQL_NEWEST_END] =
	    "SELECT max(end) FROM reports WHERE status = 'counted'"
	    " AND date = (SELECT max(date) FROM reports)",
	[SQL_LAST_DAY] = "SELECT max(date) FROM reports",

	/* what prune drops of the reports behind a place, in order of date;
	 * days with a conflict to decide are left alone */
	[SQL_PRUNE_NEXT] =
	    "SELECT r.id, r.date, iif(?4, (SELECT length(bytes)"
	    " FROM report_bytes WHERE report = r.id), NULL) AS raw,"
	    " iif(?5, (SELECT count(*) FROM policies WHERE report = r.id), 0)"
	    " AS entries, (SELECT count(*) FROM failures"
	    " WHERE report = r.id) AS failures, (SELECT count(*)"
	    " FROM policies AS p JOIN failures AS f ON f.report = p.report"
	    " AND f.policy = p.n WHERE p.report = r.id AND p.counted = 1)"
	    " FROM reports AS r WHERE (r.date, r.id) > (?2, ?3)"
	    " AND r.date < ?1 AND (raw IS NOT NULL OR entries > 0)"
	    " AND r.date NOT IN (" CONFLICT_DAYS ")"
	    " ORDER BY r.date, r.id LIMIT ?6",
	[SQL_PRUNE_BYTES] = "DELETE FROM report_bytes WHERE report = ?1",
	[SQL_PRUNE_ENTRIES] = "DELETE FROM policies WHERE report = ?1",
	[SQL_PRUNE_DAY] =
	    "UPDATE days SET pruned = 1 WHERE date = ?1 AND pruned = 0",
	[SQL_PRUNE_COUNT] =
	    "SELECT count(*) FILTER (WHERE entries > 0),"
	    " ifnull(sum(failures) FILTER (WHERE entries > 0), 0),"
	    " count(raw), ifnull(sum(raw), 0) FROM (SELECT"
	    " iif(?2, (SELECT length(bytes) FROM report_bytes"
	    " WHERE report = r.id), NULL) AS raw,"
	    " iif(?3, (SELECT count(*) FROM policies WHERE report = r.id), 0)"
	    " AS entries, (SELECT count(*) FROM failures"
	    " WHERE report = r.id) AS failures FROM reports AS r"
	    " WHERE r.date < ?1 AND r.date NOT IN (" CONFLICT_DAYS "))",
	[SQL_PRUNE_LEFT] =
	    "SELECT count(*) FROM (" CONFLICT_DAYS ") WHERE date < ?1",
};
/* clang-format on */

const char *
sql_text(enum sql_id id)
{
	return sql[id] != NULL ? sql[id] : sql_rollups[id];
}
