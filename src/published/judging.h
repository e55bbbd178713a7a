#ifndef PUBLISHED_JUDGING_H
#define PUBLISHED_JUDGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/domain_setup.h"
#include "published/judge_domain.h"
#include "published/points.h"
#include "published/sts_policy.h"

struct arena;
struct flaw;
struct txt_answer;

enum {
	JUDGING_SOON = 14, /* days left, when it is time to warn */
	/* points of one code about reports or about hosts of a policy, and
	   items of a list in words: strangers choose how many there are */
	JUDGING_MOST = 20
};

/* A domain being judged; private to the judge_*.c of this room. */
struct judging {
	const struct domain_setup *s;
	struct arena *arena;
	struct domain_verdict *v;
	enum sts_mode mode;   /* in force; STS_NO_MODE without MTA-STS */
	bool takes_mail;      /* MX hosts are known, or the domain is its own */
	bool dane_everywhere; /* senders can go by DANE at every MX host */
};

/* What stands in the sentence of a point; NULL is "". */
struct saying {
	const char *subject;
	const char *h, *x, *y;
	const char *at; /* addresses that it is about alone; "" */
	double seconds;
	size_t host;  /* 1 + index of the MX host whose block it stands in */
	bool lighter; /* what the table has for failed is a warning here */
	bool excused; /* DANE makes up for it, where no policy says other */
};

/* Make a point. */
void judging_say(struct judging *, enum point_code, const struct saying *);

/* Make the point of a flaw of a record or a policy. */
void judging_say_flaw(struct judging *, const struct flaw *, double seconds);

/*
 * Whether a question was answered, be it that there is nothing.  If it was not,
 * that is a point, once a name.
 */
bool judging_is_answered(struct judging *, const struct lookup *);

/* Whether addresses were found, after a point for each question that failed.
 */
enum found_address {
	ADDRESS_FOUND,
	ADDRESS_NONE,
	ADDRESS_UNKNOWN
} judging_address(
    struct judging *, const struct lookup *a, const struct lookup *aaaa);

/* "" for NULL. */
const char *judging_text(const char *);

/* "1 day", "7 days", "90 seconds": the largest unit that divides it. */
const char *judging_duration(struct arena *, uint32_t seconds);

/* `list`, the separator and `item`; `item` alone behind an empty list. */
const char *judging_join(
    struct arena *, const char *list, const char *separator, const char *item);

/*
 * The name at which a record stands that begins with `prefix`, of the other
 * names that were asked; NULL for none.
 */
const char *judging_misplaced(
    struct judging *, const struct txt_answer *, size_t n, const char *prefix);

/* "enforce, max_age 7 days, mx1.example.com mx2.example.com" */
const char *judging_policy_words(struct arena *, const struct sts_policy *);

/* The first items of a list, and how many more there are. */
const char *judging_list(
    struct arena *, const char *const *item, size_t n, const char *separator);

/* Whether two host names are the same, without case and final dot. */
bool judging_is_same_host(const char *, const char *);

#endif
