#include <stdio.h>
#include <string.h>

#include "codes/codes.h"
#include "codes/findings.h"
#include "json/json_piece.h"
#include "report/content_digest.h"
#include "report/members.h"
#include "report/report_parser.h"

enum {
	VALUE = 100 /* ranks from here on are about values */
};

/* "policies[0].failure-details[2].result-type" */
static void
where(const struct report_parser *rp, enum member m, char out[FINDING_WHERE])
{
	const char *parent = member_parent(m), *name = member_name(m);
	const char *dot = *name != '\0' ? "." : "";

	if (rp->policy == NOT_INSIDE)
		snprintf(out, FINDING_WHERE, "%s%s", parent, name);
	else if (rp->failure == NOT_INSIDE)
		snprintf(out, FINDING_WHERE, "policies[%zu]%s%s%s", rp->policy,
		    dot, parent, name);
	else
		snprintf(out, FINDING_WHERE,
		    "policies[%zu].failure-details[%zu]%s%s", rp->policy,
		    rp->failure, dot, name);
}

static void
refuse(struct report_parser *rp, unsigned rank, enum code code, enum member m)
{
	if (rp->refusal.code != CODE_NONE && rank >= rp->rank)
		return;
	rp->rank = rank;
	rp->refusal.code = code;
	where(rp, m, rp->refusal.where);
}

void
refuse_form(struct report_parser *rp, unsigned requirement, enum code code,
    enum member m)
{
	refuse(rp, requirement, code, m);
}

void
refuse_value(struct report_parser *rp, unsigned requirement, enum code code,
    enum member m)
{
	refuse(rp, VALUE + requirement, code, m);
}

bool
is_malformed(const struct report_parser *rp)
{
	return rp->refusal.code != CODE_NONE && rp->rank < VALUE;
}

void
warn_of(struct report_parser *rp, enum code code, enum member m)
{
	char text[FINDING_WHERE];

	if (findings_has(rp->findings, code))
		return;
	where(rp, m, text);
	findings_add(rp->findings, code, "%s", text);
}

void
digest_piece(struct report_parser *rp, size_t piece)
{
	if (rp->pieces.piece[piece].cut)
		content_string(&rp->content, MEMBER_ROOT,
		    json_piece_text(&rp->pieces, piece));
}
