#ifndef LEDGER_MAILBOXES_H
#define LEDGER_MAILBOXES_H

#include <stdint.h>

struct fault;
struct row_sink;
struct store;

/* A folder of a configured mailbox and how far it was read. */
struct store_mailbox {
	int64_t id;
	uint32_t uidvalidity; /* 0: never read */
	uint32_t uid;	      /* all mails up to this UID are done */
	int64_t last_good; /* when it was last polled well, seconds since 1970;
			      0: never.  Not written by store_set_cursor */
	/* of 10,000 mails like those looked at last, how many hold a report;
	 * -1: not known */
	int report_share;
	/* bytes that the server has sent for the folder on a UTC day (seconds
	 * since 1970 at its start; 0 before the first) */
	int64_t day;
	int64_t bytes;
	int64_t duration; /* milliseconds that the last poll of the mailbox
			     took; -1: not known */
};

/* Find it by name and folder (UTF-8), or create it. */
int store_mailbox(struct store *, const char *name, const char *folder,
    struct store_mailbox *, struct fault *);

/* Find it and create nothing: 1, 0 when it is not there, or -1. */
int store_find_mailbox(struct store *, const char *name, const char *folder,
    struct store_mailbox *, struct fault *);

/* Write how far it was read, the share of reports, and the day with its bytes.
 */
int store_set_cursor(
    struct store *, const struct store_mailbox *, struct fault *);

/* Bytes that the server sent on a day for all folders of that mailbox. */
int store_bytes_of_day(struct store *, const char *name, int64_t day,
    int64_t *bytes, struct fault *);

/* How a poll of a folder ended. */
struct store_poll {
	int64_t when;	   /* seconds since 1970 */
	int64_t duration;  /* milliseconds, of all folders of the mailbox */
	int status;	   /* the exit code it came to, 0: well */
	const char *error; /* the text of its fault, or "" */
};

/* Note how it ended; `mailbox` is the id of the folder. */
int store_poll_ended(
    struct store *, int64_t mailbox, const struct store_poll *, struct fault *);

/*
 * The folders polled: mailbox, folder, uidvalidity, uid, last_poll, last_good,
 * status, error, messages, reports; for `status`.
 */
int store_read_mailboxes(
    struct store *, const struct row_sink *, struct fault *);

#endif
