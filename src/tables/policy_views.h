#ifndef TABLES_POLICY_VIEWS_H
#define TABLES_POLICY_VIEWS_H

#include <stddef.h>

struct arena;

/*
 * How the organizations that report on a domain see its MTA-STS policy: each by
 * a mode, "" where it finds no policy.  Zero-initialise.
 */
struct policy_views {
	struct {
		char mode[16];
		size_t count;
		const char *names; /* the first twenty, "Google Inc., GMX" */
	} of[4];		   /* "", enforce, none, testing */
	size_t n;
};

/* Add the view of an organization; equal modes come one after another. */
void policy_views_add(struct arena *, struct policy_views *, const char *mode,
    const char *organization);

/*
 * Who sees another policy than most do: "testing: Google Inc., Comcast; no
 * policy: Mail.ru", or "".
 */
const char *policy_views_differ(struct arena *, const struct policy_views *);

#endif
