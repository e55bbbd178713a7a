#include "scenes/stores.h"

#include <glob.h>

#include "base/utc.h"
#include "ledger/action_journal.h"
#include "ledger/announced_changes.h"
#include "ledger/dkim_keys.h"
#include "ledger/exports.h"
#include "ledger/journal_events.h"
#include "ledger/logged_problems.h"
#include "ledger/mailboxes.h"
#include "ledger/mechanisms.h"
#include "ledger/notified.h"
#include "ledger/polled_folders.h"
#include "ledger/posts.h"
#include "ledger/refused_logins.h"
#include "ledger/suspects.h"
#include "ledger/view_progress.h"
#include "model/announced.h"
#include "model/poller_state.h"
#include "store/rejects.h"
#include "store/status.h"
#include "store/views_mark.h"
#include "store/vouched.h"
#include "tables/domain_reports.h"
#include "tables/gather_overview.h"
#include "tables/known_domains.h"
#include "tables/new_problems.h"
#include "tables/own_entries.h"
#include "tables/table_list.h"
#include "tables/table_select.h"
#include "upkeep/drop_report.h"
#include "upkeep/integrity.h"
#include "upkeep/problems.h"
#include "upkeep/prune.h"
#include "upkeep/quarantine.h"
#include "upkeep/stored_report.h"

/*
 * No statement may look at every row of a table that grows: a store holds
 * millions of reports and is polled every hour.
 */

/* The tables that grow with every mail, and what queries call them. */
static const char *const growing[] = { "messages", "reports", "report_bytes",
	"policies", "failures", "quarantine_bytes", "rollup_daily",
	"rollup_senders", "rollup_failures", "rollup_warnings", "outbox", "o",
	"m", "r", "c", "p", "f", "d" };

/* The plan of a query, a line each step. */
static char *
plan_of(const struct scene *s, const char *query)
{
	char *explain = xasprintf("EXPLAIN QUERY PLAN %s", query);
	char *out = xstrdup(""), *more;
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(s->st->db, explain, -1, &stmt, NULL) !=
	    SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(s->st->db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		more = xasprintf("%s%s\n", out, sql_column(stmt, 3));
		free(out);
		out = more;
	}
	sqlite3_finalize(stmt);
	free(explain);
	return out;
}

/* Whether `step` reads all of `table`. */
static bool
scans(const char *step, const char *table)
{
	const char scan[] = "SCAN ";
	size_t n;

	if (strncmp(step, scan, sizeof scan - 1) != 0)
		return false;
	step += sizeof scan - 1;
	n = strcspn(step, " ");
	return n == strlen(table) && strncmp(step, table, n) == 0;
}

static void
assert_no_scan(const struct scene *s, const char *query)
{
	char *plan = plan_of(s, query), *step, *rest = plan;
	size_t i;

	while ((step = strsep(&rest, "\n")) != NULL)
		for (i = 0; i < sizeof growing / sizeof *growing; i++)
			if (scans(step, growing[i]))
				fail_msg("%s\n%s", step, query);
	free(plan);
}

/* Look at the statements that a store has prepared. */
typedef void look_fn(const struct scene *, const char *text);

static void
each_statement(const struct scene *s, look_fn *look)
{
	sqlite3_stmt *stmt = NULL;
	size_t n = 0;

	while ((stmt = sqlite3_next_stmt(s->st->db, stmt)) != NULL) {
		look(s, sqlite3_sql(stmt));
		n++;
	}
	assert_true(n > 0);
}

static struct report
report_of(struct policy *policies, size_t n, const char *id, int day)
{
	struct report r = some_report(policies, n);

	r.report_id = id;
	r.start = utc_of(2026, 11, day, 0, 0, 0);
	r.end = r.start + UTC_DAY - 1;
	return r;
}

/* Copies of a report that are vouched for better and better. */
static void
vouch(struct scene *s, struct policy *p)
{
	struct report r = report_of(p, 1, "vouched", 22);
	struct store_waiting list;
	struct arena a = { 0 };
	struct span record;
	size_t n;

	r.dkim = "dkim-fail";
	r.warnings = "unauthenticated";
	add(s, &r);
	r.dkim = "pass";
	r.warnings = "";
	add(s, &r);
	assert_ok(s, store_find_waiting(s->st, 0, 0, &a, &list, &s->f));
	assert_ok(
	    s, store_note_dkim_key(s->st, "name", span_of("p="), 0, &s->f));
	assert_ok(s,
	    store_find_dkim_keys(s->st, "name", 0, &a, &record, 1, &n, &s->f));
	assert_int_equal(n, 1);
	arena_free(&a);
}

/* A copy that waited for DNS in vain, and arrived before it was read. */
static void
learn(struct scene *s, struct policy *p)
{
	struct message late = { .source = "late.eml", .size = 2 };
	struct report r = report_of(p, 1, "learned", 22);
	int64_t message;

	r.dkim = "waiting";
	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s,
	    store_add_message(s->st, &late, &mail_head_empty, &message, &s->f));
	add_report_of(s, message, &r);
	r.dkim = "dkim-fail";
	add_report_of(s, message, &r);
	add_report_of(s, add_message(s, 0), &r);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_number(s, "SELECT count(*) FROM reports WHERE arrived <> ''", 1);
}

/* Reports of 30 domains with a failure each: new, again, and other content. */
static void
store_reports(struct scene *s)
{
	struct policy p[30];
	struct failure failure = some_failure;
	char name[30][16];
	struct report r = report_of(p, 30, "many", 22);
	size_t i;

	for (i = 0; i < 30; i++) {
		p[i] = some_policy;
		snprintf(name[i], sizeof name[i], "d%zu.example", i);
		p[i].domain = p[i].recipient_domain = name[i];
		p[i].failures = &failure;
		p[i].n_failures = 1;
		p[i].failed_sessions = 5;
	}
	r.warnings = "some-warning";
	add(s, &r);
	add(s, &r);
	r.content[0] = 1;
	add(s, &r);
	add(s, &r);
	r = report_of(p, 1, "many", 23);
	add(s, &r);
	r = report_of(p, 1, "many", 21);
	add(s, &r);
	vouch(s, p);
	learn(s, p);
}

static void
reject(struct scene *s, int64_t message, const char *code, const char *bytes)
{
	struct store_reject x = { .code = code,
		.where = "",
		.filename = "",
		.bytes = span_of(bytes) };
	struct store_rejected out;

	assert_ok(
	    s, store_add_reject(s->st, message, &x, UINT64_MAX, &out, &s->f));
}

static void
store_rejects(struct scene *s)
{
	struct store_reject x = { "code", "", "", span_of("late"), false };
	struct store_rejected out;
	int64_t message;

	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, 0);
	reject(s, message, "code", "bytes");
	reject(s, message, "other", "bytes");
	reject(s, message, "empty", "");
	/* no room at first */
	assert_ok(s, store_add_reject(s->st, message, &x, 0, &out, &s->f));
	reject(s, message, "code", "late");
	assert_ok(s, store_message_verdict(s->st, message, "rejected", &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
}

/* Mails that a server does not hand out. */
static void
suspect(struct scene *s, const struct store_mailbox *mb)
{
	struct store_suspect *list;
	struct arena a = { 0 };
	uint32_t *uids, uid;
	size_t n;

	assert_ok(s, store_begin(s->st, &s->f));
	reject(s, add_message(s, mb->id), "not-handed-out", "");
	assert_ok(s, store_commit(s->st, &s->f));
	assert_ok(s, store_note_suspect(s->st, mb, 3, true, "why", &s->f));
	assert_ok(s, store_suspect_again(s->st, mb->id, 7, 1, &s->f));
	assert_ok(s, store_read_suspects(s->st, mb, &a, &list, &n, &s->f));
	assert_int_equal(n, 2);
	assert_ok(s, store_read_done(s->st, mb, &a, &uids, &n, &s->f));
	assert_true(store_find_witness(s->st, mb, &uid, &s->f) >= 0);
	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_drop_suspect(s->st, mb->id, 7, s->uid, true, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	assert_ok(s, store_action_refused(s->st, mb, 9, 5, &s->f));
	arena_free(&a);
}

/* The mails of a folder, and what is done with them on the server. */
static void
poll_folder(struct scene *s)
{
	static const uint32_t uids[] = { 1 };
	struct store_wanted wanted = { "seen", "flag", 1, 0 };
	struct store_refusal refusal = { .error = "no" };
	struct policy p = some_policy;
	struct report r = report_of(&p, 1, "mailed", 23);
	struct message again = { .source = "", .uidvalidity = 7 };
	struct store_action *list;
	struct store_mailbox mb;
	struct arena a = { 0 };
	char mechanism[20];
	int64_t message, since;
	bool first;
	size_t n;
	int i;

	assert_ok(s, store_mailbox(s->st, "name", "INBOX", &mb, &s->f));
	assert_ok(s, store_judged_since(s->st, mb.id, 0, &since, &s->f));
	mb.uidvalidity = 7;
	again.mailbox = mb.id;
	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, mb.id);
	add_report_of(s, message, &r);
	assert_ok(s, store_message_verdict(s->st, message, "imported", &s->f));
	assert_ok(s, store_keep_message(s->st, message, &s->f));
	again.uid = s->uid;
	assert_ok(s, store_add_message(
			 s->st, &again, &mail_head_empty, &message, &s->f));
	assert_ok(s, store_add_action(s->st, mb.id, 7, 1, "seen", &s->f));
	assert_ok(s, store_set_cursor(s->st, &mb, &s->f));
	assert_ok(
	    s, store_bytes_of_day(s->st, "example", UTC_DAY, &message, &s->f));
	assert_ok(
	    s, store_say_once(s->st, mb.id, STORE_SAID_UNSEEN, &first, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	assert_ok(
	    s, store_take_actions(s->st, &mb, &wanted, &a, &list, &n, &s->f));
	for (i = STORE_ACTION_BEGUN; i <= STORE_ACTION_GIVEN_UP; i++)
		assert_ok(s, store_actions_step(s->st, &mb, uids, 1,
				 (enum store_action_step)i, "copied", &s->f));
	assert_ok(s, store_add_actions_again(s->st, &mb, "seen", &s->f));
	assert_ok(
	    s, store_poll_ended(s->st, mb.id,
		   &(struct store_poll){ .when = 0, .status = 0, .error = "" },
		   &s->f));
	assert_ok(s, store_note_refusal(s->st, "name", &refusal, &s->f));
	assert_ok(s, store_find_refusal(s->st, "name", &refusal, &s->f));
	assert_ok(s, store_drop_refusal(s->st, "name", &s->f));
	assert_ok(s, store_note_mechanism(s->st, "name", "PLAIN", &s->f));
	assert_ok(s, store_find_mechanism(
			 s->st, "name", mechanism, sizeof mechanism, &s->f));
	suspect(s, &mb);
	arena_free(&a);
}

static void
no_mute(void *arg, const struct store_problem *p)
{
	(void)arg;
	(void)p;
}

/* What a refresh of the CSV folder asks beside the tables, and `mute`. */
static void
refresh(struct scene *s)
{
	const struct store_result_type type = { "certificate-expired", "ours",
		"" };
	struct store_export e = { "dir", "daily", 1, "", "", "" };
	struct arena a = { 0 };
	int64_t generation;

	assert_ok(s, store_set_result_types(s->st, &type, 1, &s->f));
	assert_ok(s, store_begin_view(s->st, &s->f));
	assert_ok(s, store_generation(s->st, &generation, &s->f));
	store_end_view(s->st);
	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_note_export(s->st, &e, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	assert_ok(s, store_find_export(s->st, "dir", "daily", &a, &e, &s->f));
	assert_ok(s, store_mute(s->st, 1, "2026-12-31", "note", &s->f));
	arena_free(&a);
}

/* A file that was imported before, and a report of another than the last. */
static void
import_again(struct scene *s)
{
	struct message file = { .source = "again.json", .size = 1 };
	struct policy p = some_policy;
	struct report r = report_of(&p, 1, "later", 23);
	int64_t first, other;
	int i;

	assert_ok(s, store_begin(s->st, &s->f));
	first = add_message(s, 0);
	for (i = 0; i < 2; i++)
		assert_ok(s, store_add_message(s->st, &file, &mail_head_empty,
				 &other, &s->f));
	add_report_of(s, first, &r);
	assert_ok(s, store_commit(s->st, &s->f));
}

static void
post(struct scene *s)
{
	int64_t n;

	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_add_post(s->st, "192.0.2.1", 0, &n, &s->f));
	assert_int_equal(store_claim_refresh(s->st, 0, 60, &s->f), 1);
	assert_ok(s, store_commit(s->st, &s->f));
}

/* All that runs for a mail, a POST, a poll or an import. */
static void
run_often(struct scene *s)
{
	store_reports(s);
	store_rejects(s);
	poll_folder(s);
	import_again(s);
	post(s);
	refresh(s);
}

/* A day on which everything was judged, and whose problem is muted. */
static void
read_judged_day(struct scene *s, struct overview_range *range)
{
	struct failure failure = some_failure;
	struct policy p = some_policy;
	struct report r = report_of(&p, 1, "judged", 26);
	struct overview o;
	struct arena a = { 0 };
	int64_t problem;

	p.domain = p.recipient_domain = "judged.example";
	p.failures = &failure;
	p.n_failures = 1;
	p.failed_sessions = 5;
	r.dkim = "pass";
	r.dkim_domain = "example.net";
	add(s, &r);
	r.report_id = "unvouched";
	r.dkim = "dkim-missing";
	add(s, &r);
	problem = number_of(
	    s, "SELECT id FROM problems WHERE domain = 'judged.example'");
	assert_ok(s, store_mute(s->st, problem, "2026-12-31", "", &s->f));
	range->from = range->to = "2026-11-26";
	assert_ok(s, store_overview(s->st, range, &a, &o, &s->f));
	arena_free(&a);
}

/* What its owner is told of a domain; then what the operator is, again. */
static void
read_own_overview(struct scene *s, struct overview_range *range)
{
	struct overview_range own = *range;
	struct overview o;
	struct arena a = { 0 };

	own.from = "2026-11-01";
	own.to = "2026-11-30";
	own.alone = true;
	assert_ok(s, store_overview(s->st, &own, &a, &o, &s->f));
	assert_int_equal(o.reports, 1);
	each_statement(s, assert_no_scan);
	assert_ok(s, store_overview(s->st, range, &a, &o, &s->f));
	assert_int_equal(o.reports, 1);
	arena_free(&a);
}

static void
read_overviews(struct scene *s)
{
	static const char *const name = "d1.example";
	struct overview_range range = { .today = "2026-11-24" };
	struct overview o;
	struct arena a = { 0 };

	assert_ok(s, store_overview(s->st, &range, &a, &o, &s->f));
	range.domains = &name;
	range.n_domains = 1;
	assert_ok(s, store_overview(s->st, &range, &a, &o, &s->f));
	read_own_overview(s, &range);
	range.n_domains = 0;
	read_judged_day(s, &range);
	arena_free(&a);
}

static void
decide(struct scene *s)
{
	int64_t conflict =
	    number_of(s, "SELECT id FROM quarantine WHERE report IS NOT NULL");
	int64_t refused =
	    number_of(s, "SELECT id FROM quarantine WHERE report IS NULL");

	assert_ok(s, store_quarantine_accept(s->st, conflict, &s->f));
	assert_ok(s, store_quarantine_drop(s->st, conflict, &s->f));
	assert_ok(s, store_quarantine_drop(s->st, refused, &s->f));
}

/* Take out a report that counts, and one that is in conflict with another. */
static void
drop_reports(struct scene *s)
{
	struct policy p = some_policy;
	struct report r = report_of(&p, 1, "dropped", 23);
	struct store_dropped d;
	struct arena a = { 0 };
	struct store_added first, second;

	first = add(s, &r);
	r.content[0] = 1;
	second = add(s, &r);
	reopen(s);
	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_drop_report(s->st, second.report, &a, &d, &s->f));
	assert_ok(s, store_drop_report(s->st, first.report, &a, &d, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	arena_free(&a);
}

static void
prune(struct scene *s)
{
	struct store_prune p = { "2026-11-30", true, true, true };
	struct store_prune_place place = { 0 };
	struct store_pruned sum;
	int64_t days;

	assert_ok(s, store_prune_count(s->st, &p, &sum, &s->f));
	assert_ok(s, store_prune_left(s->st, &p, &days, &s->f));
	assert_ok(s, store_prune_unshipped(s->st, &p, &days, &s->f));
	assert_true(days > 0);
	p.keep_unshipped = false;
	assert_int_equal(store_prune_some(s->st, &p, &place, &sum, &s->f), 1);
}

/* What somebody asks for now and then. */
/* What people were told: two accounts, of which none touches the other. */
static void
tell_changes(struct scene *s)
{
	const struct announced told = { "problem", "1", 5 }, *list;
	const struct notified one = { 1, 7 }, two = { 2, 8 }, *all;
	struct arena a = { 0 };
	size_t n;

	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, store_set_notified(s->st, &two, &s->f));
	assert_ok(s, store_set_notified(s->st, &one, &s->f));
	assert_ok(s, store_write_announced(s->st, &told, 1, &s->f));
	assert_ok(s, store_forget_notified(s->st, 2, &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	assert_ok(s, store_read_announced(s->st, &a, &list, &n, &s->f));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].figure, 5);
	assert_ok(s, store_read_notified(s->st, &a, &all, &n, &s->f));
	assert_int_equal(n, 1);
	assert_int_equal(all[0].failed, 7);
	arena_free(&a);
}

/* What check asks of the store. */
static void
look_at_domains(struct scene *s)
{
	struct domain_reports reports = { .domain = "a.example" };
	struct arena a = { 0 };
	const char **domain, *damage;
	size_t n;

	assert_ok(s, store_integrity(s->st, &a, &damage, &s->f));
	assert_string_equal(damage, "");
	assert_ok(s, domain_reports_list(s->st, 10, &a, &domain, &n, &s->f));
	assert_true(n > 0);
	assert_ok(s, domain_reports_read(s->st, &reports, 1, &a, &s->f));
	arena_free(&a);
}

/* What ships the journal. */
static void
read_journal(struct scene *s)
{
	unsigned char id[SHIPMENT_KEY], mark[SHIPMENT_KEY];
	struct shipment some = { 0 };
	int64_t last, seq, at;

	assert_ok(s, journal_read(s->st, id, &last, &s->f));
	assert_int_equal(journal_mark(s->st, last, mark, &s->f), 1);
	assert_ok(s, journal_read_some(s->st, 10, true, &some, &s->f));
	assert_true(some.n_reports > 0);
	arena_free(&some.memory);
	assert_ok(s, journal_note_shipped(s->st, id, last, &s->f));
	assert_int_equal(journal_shipped(s->st, &seq, &at, &s->f), 1);
	assert_ok(s, journal_renew(s->st, id, &s->f));
}

/* What keeps the views up to date, and syslog. */
static void
follow_by_views(struct scene *s)
{
	static const char *const names[] = { "a.example" };
	struct store_filter filter = { .from = "2026-01-01",
		.to = "2026-12-31",
		.domains = names,
		.n_domains = 1,
		.alone = true };
	struct known_domains known;
	struct view_progress progress;
	struct new_problems new;
	struct arena a = { 0 };
	char from[16], to[16];
	int64_t newest, monday;

	assert_ok(s, view_progress_read(s->st, &progress, &s->f));
	assert_ok(s, view_progress_note(s->st, &progress, 1, &s->f));
	assert_ok(s, views_mark_changed(s->st, &s->f));
	assert_ok(s, view_mailed_note(s->st, "a", 20000, &s->f));
	assert_ok(s, view_mailed_read(s->st, "a", &monday, &s->f));
	assert_int_equal(monday, 20000);
	assert_ok(s, known_domains_read(s->st, &a, &known, &s->f));
	assert_ok(s, new_domains_read(s->st, 0, &a, &known, &newest, &s->f));
	assert_ok(s, own_days(s->st, &filter, 30, from, to, &s->f));
	assert_ok(s, logged_problems_note(s->st, 1, &s->f));
	assert_ok(s, logged_problems_read(s->st, &newest, &s->f));
	assert_ok(s, new_problems_read(s->st, 0, 20, &a, &new, &s->f));
	assert_ok(s, own_entries_read(s->st, &filter, -1, &s->f));
	/* and somebody else wrote meanwhile */
	assert_ok(s, sql_exec(s->st,
			 "UPDATE days SET generation = generation + 1", &s->f));
	assert_ok(s, own_entries_read(s->st, &filter, -1, &s->f));
	assert_ok(s, store_gather_lives(s->st, &filter, &s->f));
	store_forget_lives(s->st, &filter);
	arena_free(&a);
}

static void
run_seldom(struct scene *s)
{
	struct store_status status;
	struct report r;
	struct arena a = { 0 };
	char day[16], oldest[24];
	struct store_refused refused;
	struct poller_state state;
	bool vouched;
	int64_t end;

	drop_reports(s);
	assert_ok(s, store_status(s->st, &status, &s->f));
	assert_ok(s, store_newest_day(s->st, day, &s->f));
	assert_int_equal(store_knows_domain(s->st, "none.example", &s->f), 0);
	assert_ok(s, store_mute(s->st, 1, "2026-12-31", "note", &s->f));
	assert_ok(s, store_read_mutes(s->st, no_mute, NULL, &s->f));
	assert_ok(s, store_end_mute(s->st, 1, &s->f));
	assert_ok(s, store_newest_end(s->st, 0, &end, &vouched, &s->f));
	assert_ok(s, store_count_refused(s->st, "box", 0, &refused, &s->f));
	assert_ok(s, store_count_waiting(s->st, &end, oldest, &s->f));
	assert_ok(s, store_load_report(s->st, 1, &a, &r, &s->f));
	assert_ok(s, poller_state_read(s->st, &state, &s->f));
	arena_free(&state.memory);
	look_at_domains(s);
	tell_changes(s);
	read_overviews(s);
	read_journal(s);
	follow_by_views(s);
	decide(s);
	prune(s);
	arena_free(&a);
}

static void
no_statement_scans_what_grows(void **state)
{
	struct scene *s = *state;

	run_often(s);
	each_statement(s, assert_no_scan);
	reopen(s);
	run_seldom(s);
	each_statement(s, assert_no_scan);
}

/*
 * Whether a plan reads all of any table; not of "(subquery-2)", "CONSTANT" or
 * what the statement gathered itself.
 */
static bool
scans_any(const char *plan)
{
	const char *p;

	for (p = plan; (p = strstr(p, "SCAN ")) != NULL; p++) {
		const char *name = p + 5;
		char *own = xasprintf(
		    "MATERIALIZE %.*s\n", (int)strcspn(name, " \n"), name);
		bool gathered = strstr(plan, own) != NULL;

		free(own);
		if (!gathered && name[0] >= 'a' && name[0] <= 'z')
			return true;
	}
	return false;
}

static void
assert_scans_nothing(const struct scene *s, const char *query)
{
	char *plan = plan_of(s, query);

	if (scans_any(plan))
		fail_msg("%s\n%s", query, plan);
	free(plan);
}

/* Names of domains and senders, too, are many when a stranger wants it. */
static void
what_runs_for_each_mail_scans_nothing(void **state)
{
	struct scene *s = *state;

	run_often(s);
	each_statement(s, assert_scans_nothing);
}

static bool
is_new(char *const *seen, size_t n, const char *text)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(seen[i], text) == 0)
			return false;
	return true;
}

/* Whether it was put together at run time. */
static bool
is_kept(const struct scene *s, const sqlite3_stmt *stmt)
{
	size_t i;

	for (i = 0; i < KEPT_STATEMENTS; i++)
		if (s->st->kept[i].stmt == stmt)
			return true;
	return false;
}

/* Add the texts of the statements that are prepared now and stand in a file. */
static void
gather(const struct scene *s, char **seen, size_t *n)
{
	sqlite3_stmt *stmt = NULL;

	while ((stmt = sqlite3_next_stmt(s->st->db, stmt)) != NULL)
		if (!is_kept(s, stmt) && is_new(seen, *n, sqlite3_sql(stmt))) {
			assert_true(*n < 1000);
			seen[(*n)++] = xstrdup(sqlite3_sql(stmt));
		}
}

/* How many statements stand in the files of a room. */
static size_t
statements_in(const char *pattern)
{
	char line[1000];
	size_t i, n = 0;
	glob_t found;
	FILE *f;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		assert_non_null(f = fopen(found.gl_pathv[i], "re"));
		while (fgets(line, sizeof line, f) != NULL)
			n += strstr(line, "static const struct sql ") == line &&
			     strstr(line, "struct sql *") == NULL;
		fclose(f);
	}
	globfree(&found);
	return n;
}

/*
 * Else the plan of some statement would be looked at by nobody.  Those that
 * fill a mirror are run over no store.
 */
static void
every_statement_is_run_here(void **state)
{
	struct scene *s = *state;
	char *seen[1000];
	size_t n = 0, i;

	run_often(s);
	assert_rollups_are_true(s);
	gather(s, seen, &n);
	reopen(s);
	run_seldom(s);
	gather(s, seen, &n);
	assert_int_equal(n, statements_in("src/store/*.c") +
				statements_in("src/ledger/*.c") +
				statements_in("src/upkeep/*.c") +
				statements_in("src/tables/*.c") -
				statements_in("src/tables/mirror.c"));
	for (i = 0; i < n; i++)
		free(seen[i]);
}

static const char *wanted_start, *wanted_index;
static bool was_found;

static void
look_for_index(const struct scene *s, const char *text)
{
	char *plan;

	if (strncmp(text, wanted_start, strlen(wanted_start)) != 0)
		return;
	plan = plan_of(s, text);
	was_found |= strstr(plan, wanted_index) != NULL;
	free(plan);
}

/* The index by which a statement finds its row. */
static void
finds_rows_by_the_index_made_for_it(void **state)
{
	static const struct {
		const char *start, *index;
	} cases[] = {
		{ "SELECT EXISTS (SELECT 1 FROM reports", "reports_counted" },
		{ "SELECT EXISTS (SELECT 1 FROM reports", "reports_body" },
		{ "SELECT id, content FROM reports", "reports_counted" },
		{ "SELECT id FROM reports WHERE status = 'conflict'",
		    "reports_conflict" },
		{ "SELECT 1 FROM reports", "reports_counted" },
		{ "SELECT id FROM messages WHERE mailbox = ",
		    "messages_in_mailbox" },
		{ "INSERT INTO actions (mailbox, uidvalidity, uid, action)"
		  " SELECT",
		    "messages_by_age (mailbox=? AND uidvalidity=? AND"
		    " <expr><?" },
		{ "UPDATE messages SET settled = 1 WHERE mailbox",
		    "messages_in_mailbox" },
		{ "SELECT id FROM messages WHERE mailbox IS NULL",
		    "messages_in_file" },
		{ "SELECT id, kept, code, place FROM quarantine WHERE message",
		    "quarantine_" },
	};
	struct scene *s = *state;
	size_t i;

	run_often(s);
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		wanted_start = cases[i].start;
		wanted_index = cases[i].index;
		was_found = false;
		each_statement(s, look_for_index);
		if (!was_found)
			fail_msg("%s: not by %s", wanted_start, wanted_index);
	}
}

static void
no_export_of_a_range_scans_what_grows(void **state)
{
	static const char *const names[] = { "a", "b" };
	static const struct store_filter filters[] = {
		{ .from = "2026-01-01" },
		{ .to = "2026-01-01" },
		{ .from = "2026-01-01", .to = "2026-12-31" },
		{ .from = "2026-01-01", .domains = names, .n_domains = 2 },
		{ .from = "2026-01-01",
		    .to = "2026-12-31",
		    .domains = names,
		    .n_domains = 1,
		    .organizations = names,
		    .n_organizations = 2 },
		{ .from = "2026-01-01",
		    .to = "2026-12-31",
		    .domains = names,
		    .n_domains = 2,
		    .alone = true },
	};
	struct scene *s = *state;
	struct arena a = { 0 };
	const struct table *table;
	size_t i, j;

	assert_ok(s, own_entries_read(s->st, &filters[2], -1, &s->f));
	for (i = 0; (table = table_at(i)) != NULL; i++)
		for (j = 0; j < sizeof filters / sizeof *filters; j++) {
			const char *query = table_sql(&a, table, &filters[j]);
			char *plan = plan_of(s, query);

			assert_no_scan(s, query);
			if (strstr(plan, " (date") == NULL &&
			    strstr(plan, " (monday") == NULL &&
			    strstr(plan, " (month") == NULL &&
			    strstr(plan, "AND date>? AND date<?") == NULL &&
			    strstr(plan, "AND day>? AND day<?") == NULL)
				fail_msg("%s\n%s", query, plan);
			free(plan);
		}
	arena_free(&a);
}

static void
taking_a_report_out_finds_all_of_it_by_indexes(void **state)
{
	static const char *const queries[] = {
		"SELECT 1 FROM policies WHERE report = 1",
		"SELECT 1 FROM failures WHERE report = 1 AND policy = 1",
		"SELECT 1 FROM quarantine WHERE report = 1",
		"SELECT 1 FROM report_bytes WHERE report = 1",
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof queries / sizeof *queries; i++) {
		char *plan = plan_of(s, queries[i]);

		if (strncmp(plan, "SEARCH", 6) != 0)
			fail_msg("%s\n%s", queries[i], plan);
		free(plan);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_statement_scans_what_grows),
		TEST(what_runs_for_each_mail_scans_nothing),
		TEST(every_statement_is_run_here),
		TEST(finds_rows_by_the_index_made_for_it),
		TEST(no_export_of_a_range_scans_what_grows),
		TEST(taking_a_report_out_finds_all_of_it_by_indexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
