#ifndef PUBLISHED_STS_POLICY_H
#define PUBLISHED_STS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "published/flaws.h"

struct arena;

enum sts_mode {
	STS_NO_MODE,
	STS_ENFORCE,
	STS_TESTING,
	STS_NONE
};

enum {
	STS_MAX_AGE = 31557600, /* seconds, the most that is allowed */
	STS_SHORT_AGE = 86400	/* below this it is told */
};

/* A policy (RFC 8461 §3.2). */
struct sts_policy {
	bool valid; /* by the grammar; only then is the rest set */
	enum sts_mode mode;
	uint32_t max_age;
	const char *const *mx; /* as they stand: "mx.example.com", "*.x.org" */
	size_t n_mx;
	struct flaws flaws;
};

/* Read the body that a policy host served. */
void sts_policy_read(struct span body, struct arena *, struct sts_policy *);

/* "enforce", "testing", "none"; "" for STS_NO_MODE. */
const char *sts_mode_name(enum sts_mode);

/*
 * Whether a policy's mx lists that host (RFC 8461 §4.1): equal without case, or
 * below "*." by exactly one label.  A final dot of the host is no part of it.
 */
bool sts_mx_matches(const char *pattern, const char *host);

#endif
