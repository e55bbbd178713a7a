#ifndef POLL_WAITING_MAILS_H
#define POLL_WAITING_MAILS_H

#include <stdint.h>

struct fault;
struct ingest;
struct store;

/*
 * Judge again the mails of a folder (its number; 0: of no mailbox) that came in
 * the last five days and wait for DNS.  What is settled leaves quarantine or
 * gets its new reason there.  `after_import` and `after_reject` are what is
 * then done with mails that were put off.
 */
struct waiting_mails {
	int64_t mailbox;
	const char *after_import, *after_reject; /* "": nothing */
};

int waiting_mails_retry(struct store *, struct ingest *,
    const struct waiting_mails *, struct fault *);

#endif
