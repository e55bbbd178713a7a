#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "store/store.h"

struct fault;

/* Codes of what only the store can see (requirements R57 and R59). */
#define REPORT_ID_CONFLICT "report-id-conflict"
#define REPORT_ID_REUSED "report-id-reused"

enum sql_id {
	SQL_BEGIN,
	SQL_BEGIN_READ,
	SQL_COMMIT,
	SQL_FIND_MAILBOX,
	SQL_ADD_MAILBOX,
	SQL_SET_CURSOR,
	SQL_POLL_ENDED,
	SQL_COUNT_MAILBOX,
	SQL_READ_MAILBOXES,
	SQL_FIND_REFUSAL,
	SQL_NOTE_REFUSAL,
	SQL_DROP_REFUSAL,
	SQL_ADD_ACTION,
	SQL_READ_ACTIONS,
	SQL_CHANGE_ACTION,
	SQL_DROP_ACTION,
	SQL_SETTLE_MAIL,
	SQL_SETTLE_MESSAGE,
	SQL_ADD_EXPIRED,
	SQL_DROP_ACTIONS_OF_OTHERS,
	SQL_SAY_ONCE,
	SQL_ADD_MESSAGE,
	SQL_FIND_MAIL,
	SQL_FIND_FILE,
	SQL_SET_VERDICT,
	SQL_MAILBOX_OF,
	SQL_FIND_ALIKE,
	SQL_FIND_COUNTED,
	SQL_FIND_CONFLICT,
	SQL_FIND_OTHER_RANGE,
	SQL_ADD_REPORT,
	SQL_ADD_REPORT_BYTES,
	SQL_WARN_REPORT,
	SQL_ADD_POLICY,
	SQL_ADD_FAILURE,
	SQL_FIND_REJECT,
	SQL_FIND_EMPTY_REJECT,
	SQL_ADD_REJECT,
	SQL_ADD_REJECT_BYTES,
	SQL_KEEP_REJECT,
	SQL_JUDGE_REJECT,
	SQL_QUARANTINE_SIZE,
	SQL_ADD_CONFLICT,
	SQL_READ_QUARANTINE,
	SQL_GET_QUARANTINED,
	SQL_GET_QUARANTINE_BYTES,
	SQL_GET_REPORT_BYTES,
	SQL_DROP_REJECT,
	SQL_DROP_REPORT,
	SQL_UNWARN_REPORT,
	SQL_SET_STATUS,
	SQL_SET_COUNTED,
	SQL_SET_QUARANTINED,
	SQL_SUM_REPORT,
	SQL_LOAD_REPORT,
	SQL_LOAD_POLICIES,
	SQL_LOAD_FAILURES,
	SQL_READ_TOTALS,
	SQL_FIND_REPEATED,
	SQL_ADD_TOTALS,
	SQL_FIRST_DAY,
	SQL_LAST_DAY,
	SQL_NEWEST_END,
	SQL_OLDEST_DAY,
	SQL_NEWEST_DAY,
	SQL_OVERVIEW_TOTALS,
	SQL_OVERVIEW_POLL,
	SQL_OVERVIEW_DAYS,
	SQL_OVERVIEW_BEFORE,
	SQL_OVERVIEW_POLICIES,
	SQL_OVERVIEW_NAMES,
	SQL_OVERVIEW_MUTES,
	SQL_OVERVIEW_REASONS,
	SQL_OVERVIEW_RESULTS,
	SQL_OVERVIEW_WARNINGS,
	SQL_OVERVIEW_WARNINGS_OF,
	SQL_OVERVIEW_REPORTS,
	SQL_OVERVIEW_REPORTS_OF,
	SQL_GENERATION,
	SQL_GET_RESULT_TYPE,
	SQL_SET_RESULT_TYPE,
	SQL_GET_PROBLEM,
	SQL_SET_MUTE,
	SQL_FIND_EXPORT,
	SQL_NOTE_EXPORT,
	SQL_VERIFY_DAYS,
	SQL_VERIFY_DAILY,
	SQL_VERIFY_SERIES,
	SQL_VERIFY_SENDERS,
	SQL_VERIFY_FAILURES,
	SQL_VERIFY_WARNINGS,
	SQL_VERIFY_TOTALS,
	SQL_NEXT_GENERATION,
	SQL_FIND_SERIES,
	SQL_ADD_SERIES,
	SQL_STRETCH_SERIES,
	SQL_READ_FINDINGS,
	SQL_SENDER_DAYS,
	SQL_DOMAIN_POLICIES,
	SQL_SERIES_NAMES,
	SQL_READ_SESSIONS,
	SQL_FIND_SENDER,
	SQL_ADD_SENDER,
	SQL_FIND_PROBLEM,
	SQL_ADD_PROBLEM,
	SQL_ADD_DAY,
	SQL_ADD_DAY_WARNING,
	SQL_ADD_DAY_SERIES,
	SQL_ADD_MANY_DAY_SERIES,
	SQL_ADD_DAY_SENDER,
	SQL_ADD_MANY_DAY_SENDER,
	SQL_ADD_DAY_FAILURE,
	SQL_DATE_OF_REPORT,
	SQL_IS_PRUNED,
	SQL_RECOUNT_DAY,
	SQL_RECOUNT_SERIES_NAMES,
	SQL_RECOUNT_SENDER_NAMES,
	SQL_RECOUNT_PROBLEM_NAMES,
	SQL_FORGET_SERIES,
	SQL_FORGET_SENDERS,
	SQL_FORGET_FAILURES,
	SQL_FORGET_WARNINGS,
	SQL_RECOUNT_SERIES,
	SQL_RECOUNT_SERIES_DAYS,
	SQL_RECOUNT_SENDERS,
	SQL_RECOUNT_FAILURES,
	SQL_RECOUNT_WARNINGS,
	SQL_PRUNE_NEXT,
	SQL_PRUNE_BYTES,
	SQL_PRUNE_ENTRIES,
	SQL_PRUNE_DAY,
	SQL_PRUNE_COUNT,
	SQL_PRUNE_LEFT,
	SQL_READ_TOLD,
	SQL_CLEAR_TOLD,
	SQL_ADD_TOLD,
	SQL_COUNT
};

/* Changes to the row of totals that wait for the commit. */
struct tally {
	int64_t messages, reports, conflicts, sessions, failures;
	int64_t quarantined, quarantine_bytes, repeated;
	/* and to the row of one mailbox; 0: none */
	int64_t mailbox, mailbox_messages, mailbox_reports;
};

enum {
	PATIENCE = 10 * 1000 /* ms to wait for another writer */
};

struct store {
	sqlite3 *db;
	char *path;
	enum store_access access;
	int lock; /* descriptor; -1: not locked */
	sqlite3_stmt *stmt[SQL_COUNT];
	struct tally tally;
	struct rollup *rollup;		  /* NULL: nothing was gathered yet */
	int64_t message, message_mailbox; /* the last one added or used */
	bool message_is_new;
	bool view;     /* store_begin_view() began the transaction */
	int waited_at; /* length of the log when readers were waited for */
	struct arena scratch; /* of the call in progress */
};

/* What a parameter of a statement is bound to. */
struct value {
	enum {
		VALUE_NULL,
		VALUE_TEXT,
		VALUE_NUMBER,
		VALUE_BLOB
	} kind;
	struct span bytes; /* must live until the statement was run */
	int64_t number;
};

struct value value_null(void);
struct value value_text(const char *);
struct value value_number(int64_t);
struct value value_count(uint64_t); /* INT64_MAX for what is over it */
struct value value_blob(const void *, size_t n);

/* The texts of statements about the rollups; of others NULL. */
extern const char *const sql_rollups[];

/* The text of a statement, for those who look at its plan. */
const char *sql_text(enum sql_id);

/*
 * Run a statement that gives no row; `v` are its parameters.  sql_changes()
 * tells how many rows it changed.
 */
int sql_run(struct store *, enum sql_id, const struct value *v, size_t n,
    struct fault *);
int sql_changes(const struct store *);
int64_t sql_last_id(const struct store *);

/*
 * Ask for one row: 1 with `*row` standing on it, 0 when there is none.  The
 * caller ends with sqlite3_reset() of the row.
 */
int sql_ask(struct store *, enum sql_id, const struct value *v, size_t n,
    sqlite3_stmt **row, struct fault *);

/* Ask for one number; untouched when there is no row. */
int sql_number(struct store *, enum sql_id, const struct value *v, size_t n,
    int64_t *number, struct fault *);

/*
 * Go to the next row: 1; or 0 past the last, which ends it, as does -1 (a
 * reset after that does no harm).
 */
int sql_next(struct store *, sqlite3_stmt *row, struct fault *);

/* Bind the parameters of a statement, from the first on. */
int sql_bind(struct store *, sqlite3_stmt *, const struct value *v, size_t n,
    struct fault *);

/* Run SQL text that gives no rows anybody wants. */
int sql_exec(struct store *, const char *sql, struct fault *);

/* The number that "PRAGMA name" gives. */
int sql_pragma(
    struct store *, const char *name, int64_t *number, struct fault *);

/* Word what SQLite says went wrong, and what to do.  Returns -1. */
int sql_fault(struct store *, struct fault *);
int sql_fault_of(struct store *, int code, struct fault *);

/* Text of the present row; "" for NULL. */
const char *sql_column(sqlite3_stmt *row, int column);

void sql_close(struct store *);

/* A step from one schema version to the next. */
enum {
	SCHEMA_VERSION = 1,
	SCHEMA_APPLICATION = 0x544c5352 /* "TLSR" in the file's header */
};

struct schema {
	int64_t version;	  /* the newest */
	const char *create;	  /* makes it in an empty database */
	const char *const *steps; /* [n] leads from version n to n + 1 */
};

extern const struct schema schema_current;

/*
 * Bring the database to the schema's version, in one transaction, which
 * STORE_TRY leaves open; for STORE_READ only see whether it is.
 */
int schema_check(struct store *, const struct schema *, struct fault *);

/* The lock of a poll. */
int lock_take(const char *path, enum store_access, int *fd, struct fault *);
void lock_drop(int fd);

/* From now on the log is copied to the database as it grows. */
void checkpoint_install(struct store *);

/* Open a transaction for STORE_TRY, unless it is. */
int store_begin_try(struct store *, struct fault *);

/* Add the tally to the totals and start a new one. */
int tally_write(struct store *, struct fault *);

/* Of numbers from 0 on; goes no further than INT64_MAX / 2. */
int64_t saturating_add(int64_t a, int64_t b);

/* The number of the mailbox a message came from; 0: a file. */
int message_mailbox(
    struct store *, int64_t message, int64_t *mailbox, struct fault *);

/* A report came to count, or (sign -1) no longer does. */
int tally_report(struct store *, int64_t message, int sign, int64_t sessions,
    int64_t findings, struct fault *);

/* The same for report-repeated: where another that counts has its body. */
int tally_repeated(struct store *, int64_t report, int sign, struct fault *);

/* Count in the row of that mailbox; nothing for 0. */
int tally_mailbox(struct store *, int64_t mailbox, int64_t messages,
    int64_t reports, struct fault *);

/*
 * What an entry has failed beyond its details, as a failure of its own; false
 * when there is nothing.
 */
bool failure_not_detailed(const struct policy *, struct failure *rest);

/* Text as it may be stored: `s` itself when it is UTF-8, else a clean copy. */
const char *clean_text(struct arena *, const char *s);

/* Run the SELECT `text` and give its rows, of those columns, to the sink. */
int read_rows(struct store *, const char *text, const struct value *v, size_t n,
    const struct column *columns, size_t n_columns, const struct row_sink *,
    struct fault *);

/* Text of the present row, copied. */
const char *copy_column(struct arena *, sqlite3_stmt *row, int column);

#endif
