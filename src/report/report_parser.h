#ifndef REPORT_REPORT_PARSER_H
#define REPORT_REPORT_PARSER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "json/json_gate.h"
#include "json/json_piece.h"
#include "model/tls_report.h"
#include "report/content_digest.h"
#include "report/members.h"
#include "report/report.h"

enum {
	/* of policy-string and mx-host together, in all policies; json-c gets
	   one more, so that it shows when there are too many */
	REPORT_STRINGS_MAX = JSON_PIECE_ELEMENTS - 1
};

#define NOT_INSIDE SIZE_MAX

/* A report while it is read, and what is kept from one to the next. */
struct report_parser {
	const struct report_context *context;
	struct arena *arena;
	struct report *report;
	struct findings *findings;
	struct content content; /* the digest */
	struct json_pieces pieces;
	struct json_reader json;

	/* number of the element of policies, and of its failure-details, that
	   is read; or NOT_INSIDE */
	size_t policy, failure;

	/* the refusal that comes first in the order of the requirements */
	unsigned rank;
	struct finding refusal;

	size_t failures;      /* failure details so far, in all policies */
	size_t strings_left;  /* how many more strings policies may keep */
	unsigned conversions; /* how many more host names may be converted
				 from Unicode, which is slow */
};

/*
 * Note a reason to refuse the report: requirement number `requirement` does
 * not hold for the form, or for the value, of a member.  Of several reasons
 * those about form come first, then those of the lowest requirement, then the
 * first one.
 */
void refuse_form(
    struct report_parser *, unsigned requirement, enum code, enum member);
void refuse_value(
    struct report_parser *, unsigned requirement, enum code, enum member);

/* Whether some member has a form that no value can be read from. */
bool is_malformed(const struct report_parser *);

/*
 * The digest of the content is made of what json-c read.  Of a piece that it
 * did not get wholly, add the text as it was sent.
 */
void digest_piece(struct report_parser *, size_t piece);

/* Add a warning about a member of what is read. */
void warn_of(struct report_parser *, enum code, enum member);

#endif
