#ifndef SUMMARY_WORDS_OF_VOUCHING_H
#define SUMMARY_WORDS_OF_VOUCHING_H

#include <stddef.h>

#include "summary/words.h"

struct overview_signers;

/*
 * Who vouches for the reports, in words (RFC 8460 section 3).  Strings live in
 * the arena of the words and have no full stop.
 */

/*
 * An organization with the domain that signs its reports: "Example Inc.
 * (example.com)"; "Example Inc. (nobody vouches)" where others are vouched for.
 */
const char *words_signed(const struct words *, const char *organization);

/* "388 vouched for"; "" when nothing was judged. */
const char *words_vouched(const struct words *);

/*
 * "12 of 400 reports are vouched for by nobody (dkim-fail 9, dkim-missing 3):
 * tlsrua explain dkim-fail"; "" when there is none.
 */
const char *words_unvouched(const struct words *);

/* "they name Example Inc., example.com (9); Other (3)": the worst senders of
 * those; "" when there is none. */
const char *words_unvouched_senders(const struct words *);

/* "Example Inc.: signed by 2 domains, example.com (30 reports), other.example
 * (2 reports): ..." */
const char *words_signers(
    const struct words *, const struct overview_signers *);

/*
 * "All 412 reports of the last 30 days are vouched for: ready for dkim =
 * require"; "" when they are not, or it is required already.
 */
const char *words_ready_to_require(const struct words *);

/* "example: 17 of 20 reports of the last 30 days were refused, ...:
 * trust_authserv ..."; of the i-th mailbox that refuses most. */
const char *words_refusing(const struct words *, size_t i);

#endif
