#ifndef REPORT_READING_H
#define REPORT_READING_H

#include <json-c/json_types.h>

#include "base/buf.h"
#include "report/content_digest.h"
#include "report/members.h"
#include "report/report.h"

struct json_tokener;

enum {
	READING_TEXT_MAX = 4096 /* bytes of a string that are kept */
};

#define READING_NOWHERE SIZE_MAX

struct reading_string {
	struct span text; /* in the report's own text, if it has no escapes */
	bool escaped;
};

/* A report while it is read. */
struct reading {
	const struct report_context *context;
	struct arena *arena;
	struct report *report;
	struct findings *findings;
	struct jsontext json;
	struct content content;

	/* which element of policies and of its failure-details is being
	   looked at, or READING_NOWHERE */
	size_t policy, failure;

	/* the refusal that comes first in the order of the requirements */
	unsigned rank;
	struct finding refusal;

	/* the strings of one piece; those with escapes decoded together */
	struct reading_string *string;
	size_t n_strings, strings_cap;
	size_t n_escaped;
	struct json_tokener *tokener;
	struct buf room;	     /* what it gets */
	struct json_object *decoded; /* what it made of that */

	size_t lines;	      /* strings that policies may still keep */
	unsigned conversions; /* host names still converted from Unicode */
};

/*
 * Note a reason to refuse by requirement `rank`; of several the one with the
 * lowest rank stands, and of those the first.  Returns -1.
 */
int reading_refuse(struct reading *, unsigned rank, enum code, enum member);

/* Add a warning about a member of what is being looked at. */
void reading_warn(struct reading *, enum code, enum member);

/* Warn of a member that is null; of one that its alias stands for, too. */
void reading_warn_null(struct reading *, const struct members *, enum member);
void reading_warn_alias(
    struct reading *, const struct members *, enum member, enum member alias);

/*
 * The strings of a piece (the head, one policy, one failure detail) are
 * decoded at once, so that no more than one piece is unpacked at a time:
 * begin, add them all, decode, get.  What is not a string is not added.  A
 * string without a backslash is in the text already (RFC 8259 §7); the others
 * are read by json-c.
 */
#define READING_NO_STRING SIZE_MAX

void strings_begin(struct reading *);
size_t strings_add(struct reading *, const struct jsontext_node *);
void strings_decode(struct reading *);

/* The string added as number `i`, until the next strings_begin(). */
struct span strings_get(const struct reading *, size_t i);

/*
 * A string to be kept: cut to READING_TEXT_MAX, with warnings text-truncated
 * and text-unsafe; `lines` allows TAB, CR and LF.
 */
const char *reading_keep(
    struct reading *, struct span, enum member, bool lines);

/* The rooms of the report, each with a file of its own. */
int structure_check(struct reading *);
void dates_read(struct reading *, struct span start, struct span end);
void policies_read(struct reading *, const struct jsontext_node *policies);
void failures_read(
    struct reading *, const struct jsontext_node *failures, struct policy *);
void domains_settle(struct reading *);
void counting_settle(struct reading *);
enum policy_kind policy_kind_of(const struct policy *);

/*
 * The number in `node` (absent: 0), which structure_check() has seen; `rank`
 * as in reading_refuse().
 */
uint64_t count_read(
    struct reading *, unsigned rank, const struct jsontext_node *, enum member);

/* The lines of policy-string, or the patterns of mx-host. */
struct list {
	size_t first, n; /* strings added */
	bool nulls;	 /* some elements are null */
	const struct jsontext_node *node;
};

void list_add(struct reading *, const struct jsontext_node *, struct list *);
size_t list_policy_strings(
    struct reading *, const struct list *, const char *const **out);
size_t list_mx_hosts(
    struct reading *, const struct list *, const char *const **out);

#endif
