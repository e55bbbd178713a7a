#include <stdint.h>
#include <time.h>

#include "base/fault.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/ship_run.h"
#include "config/config.h"
#include "ledger/journal_events.h"
#include "ship/ship.h"
#include "store/store.h"

void
ship_settings_of(const struct config *c, struct ship_settings *s)
{
	*s = (struct ship_settings){
		.service = c->postgresql.service,
		.name = c->postgresql.name,
		.raw = c->postgresql.raw,
		.timeout = c->postgresql.timeout,
		.progress = log_is_terminal(),
	};
}

/* Whether something was shipped not long ago. */
static int
within_grace(struct store *st, const struct config *c)
{
	struct fault ignored = { 0 };
	int64_t seq, at;

	return journal_shipped(st, &seq, &at, &ignored) == 1 &&
	       (int64_t)time(NULL) - at <= (int64_t)c->postgresql.grace;
}

int
ship_after(struct store *st, const struct config *c, int locked)
{
	struct ship_settings settings;
	struct ship_counts counts;
	struct fault f = { 0 };

	/* another store than the configuration names is nobody's to ship */
	if (c->postgresql.service[0] == '\0' || c->own_store_path[0] != '\0' ||
	    (!locked && store_lock(st, &f) == -1))
		return 0;
	ship_settings_of(c, &settings);
	if (ship(st, &settings, &counts, &f) == 0)
		return 0;
	if (!within_grace(st, c))
		return cmd_failed(&f);
	log_info("%s; the next run tries again", f.text);
	return 0;
}
