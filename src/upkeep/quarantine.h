#ifndef UPKEEP_QUARANTINE_H
#define UPKEEP_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "model/row.h"
#include "model/tls_report.h"

struct arena;
struct fault;
struct store;

/*
 * What waits for somebody's decision: refused attachments and mails with their
 * bytes, and copies of a report that contradict the one that counts.
 */

/*
 * Read all entries, oldest first.  Columns: id, seen (time), source, uid,
 * sender, subject, code, place, filename, size, kept (1: its bytes are kept).
 */
int store_read_quarantine(
    struct store *, const struct row_sink *, struct fault *);

/* One entry; strings and bytes live in the arena it was read into. */
struct store_quarantined {
	int64_t id;
	const char *code, *where, *filename;
	struct span bytes;  /* n 0: not kept */
	bool whole_mail;    /* bytes is the mail, not an attachment */
	const char *source; /* of the message it came in, as the next ones */
	int64_t mailbox;
	uint32_t uidvalidity, uid;
	uint64_t size;
	struct mail_head head;
	const char *signed_by; /* domains, separated by blanks */
	bool has_arrival;
	int64_t arrival;
	bool deferred; /* no report of the mail is stored until DNS answers */
	int64_t conflict; /* the contradicting report; 0: a refusal */
	int64_t counted;  /* the one that counts; 0: none */
};

/* Read an entry.  Exit code 66 when there is none of that number. */
int store_quarantine_get(struct store *, int64_t id, struct arena *,
    struct store_quarantined *, struct fault *);

/*
 * Drop an entry with its bytes, or the contradicting copy, in a transaction of
 * its own.
 */
int store_quarantine_drop(struct store *, int64_t id, struct fault *);

/* The same in the open transaction. */
int store_quarantine_settle(struct store *, int64_t id, struct fault *);

/*
 * Let a contradicting copy count; the copy that counted takes its place in
 * quarantine.
 */
int store_quarantine_accept(struct store *, int64_t id, struct fault *);

#endif
