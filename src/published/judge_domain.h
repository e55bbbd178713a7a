#ifndef PUBLISHED_JUDGE_DOMAIN_H
#define PUBLISHED_JUDGE_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "published/points.h"
#include "published/sts_policy.h"
#include "published/sts_record.h"
#include "published/tlsrpt_record.h"

struct arena;
struct domain_setup;

/* A point made about a domain; strings live in the arena. */
struct point {
	enum point_code code;
	enum point_state state; /* not POINT_BY_POLICY */
	const char *subject;	/* the URI or host that it is about; "" */
	double seconds;		/* that finding it out took */
	const char *detail;	/* what was found, in words */
	const char *remedy;	/* what to do; "" for nothing */
	size_t host;  /* 1 + index of the MX host whose block it is in; 0 */
	size_t place; /* by which points are ordered */
};

/* What a domain's set-up adds up to. */
struct domain_verdict {
	struct point *point; /* by group; those of MX hosts host by host */
	size_t n, room;
	size_t failed, warnings, unknown;
	bool no_answer;	   /* a dns-temperror is among them */
	const char *about; /* "all well", "4 failed, 1 warning" */
	struct tlsrpt_record tlsrpt;
	struct sts_record sts;
	struct sts_policy policy;
};

/* Judge what was found out about a domain.  All of it lives in the arena. */
void judge_domain(
    const struct domain_setup *, struct arena *, struct domain_verdict *);

#endif
