#include <inttypes.h>
#include <stdio.h>

#include "base/fault.h"
#include "postgresql/connection.h"
#include "postgresql/shared_check.h"
#include "ship/ship.h"

static void
tell(
    const char *service, const struct shared_state *s, struct ship_found *found)
{
	*found = (struct ship_found){ .unshipped = s->unshipped };
	snprintf(found->text, sizeof found->text,
	    "service %s: schema version %d, %s, %" PRId64 " journal%s, %" PRId64
	    " report%s not taken, %" PRId64 " day%s to be counted again",
	    service, s->version, s->encryption, s->journals,
	    s->journals == 1 ? "" : "s", s->unshipped,
	    s->unshipped == 1 ? "" : "s", s->dirty_days,
	    s->dirty_days == 1 ? "" : "s");
	if (s->unshipped > 0)
		snprintf(found->remedy, sizeof found->remedy, "%s",
		    "`tlsrua ship --status` says which store, and why");
}

int
ship_check(
    const struct ship_settings *s, struct ship_found *found, struct fault *f)
{
	struct shared_state state;
	struct pg p;
	int rc = pg_open(&p, s->service, "tlsrua check", s->timeout, f);

	if (rc == 0)
		rc = shared_check(&p, &state, f);
	if (rc == 0)
		tell(s->service, &state, found);
	pg_close(&p);
	return rc;
}
