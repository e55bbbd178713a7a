#ifndef INGEST_JUDGE_VOUCHER_H
#define INGEST_JUDGE_VOUCHER_H

struct candidate;
struct exam;
struct report;

/*
 * Say who vouches for a report that was read, in its `dkim` and warnings: the
 * signatures of its mail, the known ones of a mail that is gone, or the host
 * that POSTed it.  Where the mailbox has `dkim = require` and nobody vouches,
 * the candidate is refused (with the whole mail, if that was signed wrongly) or
 * deferred until DNS answers; its `report` is NULL then.
 */
void judge_voucher(struct exam *, struct candidate *, struct report *);

/*
 * Judge the signatures of the mail around a candidate that cannot be read.  A
 * later release may read it, and must then know who signed the mail.
 */
void judge_unreadable(struct exam *, const struct candidate *);

#endif
