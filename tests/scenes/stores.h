#ifndef TESTS_STORES_H
#define TESTS_STORES_H

/* What the tests of the store share: a store in a folder of its own. */

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/utc.h"
#include "ledger/mailboxes.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "store/messages.h"
#include "store/reports.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"
#include "tables/tables.h"
#include "upkeep/verify.h"

struct scene {
	char dir[256];
	char path[300];
	struct store *st;
	struct fault f;
	uint32_t uid; /* of the last mail */
};

/* Nothing in here has folders of its own. */
static inline void
remove_folder(const char *dir)
{
	struct dirent *e;
	char path[600];
	DIR *d = opendir(dir);

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		unlink(path);
	}
	closedir(d);
	assert_int_equal(rmdir(dir), 0);
}

static inline void
open_store(struct scene *s, enum store_access access)
{
	if ((s->st = store_open(s->path, access, &s->f)) == NULL)
		fail_msg("%d: %s", s->f.status, s->f.text);
}

static inline void
reopen(struct scene *s)
{
	store_close(s->st);
	open_store(s, STORE_WRITE);
}

static inline int
setup_empty(void **state)
{
	struct scene *s = xcalloc(1, sizeof *s);
	const char *tmp = getenv("TMPDIR");

	snprintf(s->dir, sizeof s->dir, "%s/tlsrua-store-XXXXXX",
	    tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof s->path, "%s/t.db", s->dir);
	*state = s;
	return 0;
}

static inline int
setup(void **state)
{
	setup_empty(state);
	open_store(*state, STORE_WRITE);
	return 0;
}

static inline int
teardown(void **state)
{
	struct scene *s = *state;

	store_close(s->st);
	remove_folder(s->dir);
	free(s);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TEST_EMPTY(f) cmocka_unit_test_setup_teardown(f, setup_empty, teardown)

/* What a call that must not fail returned. */
#define assert_ok(s, call)                                                    \
	do {                                                                  \
		if ((call) == -1)                                             \
			fail_msg(                                             \
			    "%s: %d: %s", #call, (s)->f.status, (s)->f.text); \
	} while (0)

/* The number that a query gives; -1 for NULL or no row. */
static inline int64_t
number_of(const struct scene *s, const char *query)
{
	sqlite3_stmt *stmt;
	int64_t n = -1;

	if (sqlite3_prepare_v2(s->st->db, query, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(s->st->db));
	if (sqlite3_step(stmt) == SQLITE_ROW &&
	    sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

#define assert_number(s, query, n) assert_int_equal(number_of(s, query), n)

/* All rows of a query, columns by '|', rows by newline. */
static inline char *
rows_of(const struct scene *s, const char *query)
{
	char *out = xstrdup(""), *more;
	sqlite3_stmt *stmt;
	int i;

	if (sqlite3_prepare_v2(s->st->db, query, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(s->st->db));
	while (sqlite3_step(stmt) == SQLITE_ROW)
		for (i = 0; i < sqlite3_column_count(stmt); i++) {
			more = xasprintf("%s%s%s", out, sql_column(stmt, i),
			    i + 1 < sqlite3_column_count(stmt) ? "|" : "\n");
			free(out);
			out = more;
		}
	sqlite3_finalize(stmt);
	return out;
}

static inline void
assert_rows_(const struct scene *s, const char *query, const char *expected,
    const char *file, int line)
{
	char *rows = rows_of(s, query);

	_assert_string_equal(rows, expected, file, line);
	free(rows);
}

#define assert_rows(s, query, expected) \
	assert_rows_(s, query, expected, __FILE__, __LINE__)

/* That the row of totals is what counting gives. */
#define assert_totals(s)                                             \
	assert_number(s,                                             \
	    "SELECT count(*) FROM totals AS t WHERE"                 \
	    " messages = (SELECT count(*) FROM messages)"            \
	    " AND reports = (SELECT count(*) FROM reports"           \
	    " WHERE status = 'counted')"                             \
	    " AND conflicts = (SELECT count(*) FROM reports"         \
	    " WHERE status = 'conflict')"                            \
	    " AND sessions = (SELECT total(counted_sessions)"        \
	    " FROM csv_reports)"                                     \
	    " AND failures = (SELECT count(*) FROM csv_failures)"    \
	    " AND quarantined = (SELECT count(*) FROM quarantine"    \
	    " WHERE report IS NULL)"                                 \
	    " AND conflicts = (SELECT count(*) FROM quarantine"      \
	    " WHERE report IS NOT NULL)"                             \
	    " AND quarantine_bytes = (SELECT total(length(bytes))"   \
	    " FROM quarantine_bytes)"                                \
	    " AND (SELECT total(reports) FROM mailboxes) = (SELECT"  \
	    " count(*) FROM reports AS r JOIN messages AS m"         \
	    " ON m.id = r.message WHERE m.mailbox IS NOT NULL"       \
	    " AND r.status = 'counted')"                             \
	    " AND (SELECT total(messages) FROM mailboxes) = (SELECT" \
	    " count(*) FROM messages WHERE mailbox IS NOT NULL)",    \
	    1)

static inline void
fail_for_difference(void *arg, const struct store_difference *d)
{
	(void)arg;
	fail_msg(
	    "%s: %s: %s, not %s", d->rollup, d->what, d->stored, d->counted);
}

/* What the rollups hold is what counting the reports anew gives. */
static inline void
assert_rollups_are_true(struct scene *s)
{
	assert_ok(s, store_verify(s->st, fail_for_difference, NULL, &s->f));
}

/* That, and the totals are. */
#define assert_figures(s)                   \
	do {                                \
		assert_rollups_are_true(s); \
		assert_totals(s);           \
	} while (0)

static const struct failure some_failure = {
	.result_type = "certificate-expired",
	.side = "ours",
	.sending_mta_ip = "192.0.2.1",
	.receiving_ip = "198.51.100.7",
	.receiving_mx_hostname = "mx1.example.com",
	.receiving_mx_helo = "mx1",
	.failure_reason_code = "X509_V_ERR_CERT_HAS_EXPIRED",
	.additional_information = "https://example.net/1",
	.failed_sessions = 3,
};

static const struct policy some_policy = {
	.type = "sts",
	.domain = "example.com",
	.recipient_domain = "example.com",
	.mode = "enforce",
	.successful_sessions = 10,
	.counted_sessions = 10,
};

/* A report of Example Inc. about 23 November 2026, one policy, no failure. */
static inline struct report
some_report(struct policy *policies, size_t n)
{
	struct report r = {
		.organization = "Example Inc.",
		.report_id = "id-1",
		.start = utc_of(2026, 11, 23, 0, 0, 0),
		.end = utc_of(2026, 11, 23, 23, 59, 59),
		.contact = "tls@example.net",
		.reporter_domain = "example.net",
		.policies = policies,
		.n_policies = n,
		.warnings = "",
		.dkim = "",
		.dkim_domain = "",
		.dkim_selector = "",
	};

	return r;
}

/* A mail of the folder `mailbox`, or with 0 a file. */
static inline int64_t
add_message(struct scene *s, int64_t mailbox)
{
	struct message m = {
		.source = mailbox != 0 ? "example: INBOX" : "dir/report.json",
		.mailbox = mailbox,
		.uidvalidity = mailbox != 0 ? 7 : 0,
		.uid = mailbox != 0 ? ++s->uid : 0,
		.size = mailbox != 0 ? 4000 : 4000 + ++s->uid,
		.has_arrival = true,
		.arrival = utc_of(2026, 11, 24, 3, 4, 5),
	};
	struct mail_head head = { "tls@example.net", "Report Domain: x",
		"<1@example.net>", "", "example.com", "example.net" };
	int64_t id = 0;

	assert_ok(s, store_add_message(s->st, &m, &head, &id, &s->f));
	assert_true(id > 0);
	return id;
}

static inline struct store_added
add_report_of(struct scene *s, int64_t message, const struct report *r)
{
	struct store_added added = { 0 };
	const char raw[] = "raw bytes";

	assert_ok(s,
	    store_add_report(s->st, message, r, span_of(raw), &added, &s->f));
	return added;
}

/* Store a report that came in a file of its own, in one transaction. */
static inline struct store_added
add(struct scene *s, const struct report *r)
{
	struct store_added added;
	int64_t message;

	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, 0);
	added = add_report_of(s, message, r);
	assert_ok(s, store_message_verdict(s->st, message,
			 added.outcome == STORE_IMPORTED    ? "imported"
			 : added.outcome == STORE_DUPLICATE ? "duplicate"
							    : "conflict",
			 &s->f));
	assert_ok(s, store_commit(s->st, &s->f));
	return added;
}

/* How a child ended that ran `fn`; what it exits with is its own business. */
static inline int
in_child(void (*fn)(struct scene *), struct scene *s)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		fn(s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static inline void
assert_child(void (*fn)(struct scene *), struct scene *s, int status)
{
	int rc = in_child(fn, s);

	assert_true(WIFEXITED(rc));
	assert_int_equal(WEXITSTATUS(rc), status);
}

/* In a child: go on only with the status and a text that are expected. */
static inline void
expect(struct scene *s, int status, const char *text)
{
	if (s->f.status != status || strstr(s->f.text, text) == NULL) {
		fprintf(stderr, "%d: %s\n", s->f.status, s->f.text);
		_exit(1);
	}
}

static inline void
write_file(const char *path, const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static inline void
store_one(struct scene *s)
{
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	add(s, &r);
}

static inline unsigned
mode_of(const char *path)
{
	struct stat sb;

	assert_int_equal(stat(path, &sb), 0);
	return sb.st_mode & 07777;
}

/* That opening `path` fails, with that exit code and text. */
static inline void
assert_not_opened(struct scene *s, const char *path, enum store_access access,
    int status, const char *text)
{
	memset(&s->f, 0, sizeof s->f);
	assert_null(store_open(path, access, &s->f));
	assert_int_equal(s->f.scope, FAULT_HOST);
	if (s->f.status != status || strstr(s->f.text, text) == NULL)
		fail_msg("%d: %s", s->f.status, s->f.text);
}

#endif
