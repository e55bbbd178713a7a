#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/utc.h"
#include "cmd/judged_overview.h"
#include "cmd/require_advice.h"
#include "config/config.h"
#include "model/vouching.h"
#include "store/vouched.h"
#include "summary/judge.h"

enum {
	LATELY = 30 /* days */
};

static bool requires(const struct config_mailbox *mailbox)
{
	return mailbox->vouching.mode == DKIM_REQUIRE;
}

static bool
is_required(const struct config *c)
{
	size_t i = 0;

	if (c->n_mailboxes == 0)
		return c->vouching.mode == DKIM_REQUIRE;
	while (i < c->n_mailboxes && requires(&c->mailboxes[i]))
		i++;
	return i == c->n_mailboxes;
}

int
require_advice_read(struct judged_overview *l, struct store *st,
    const struct config *c, struct fault *f)
{
	struct judge_advice *advice = &l->judgement.advice;
	struct judge_refusing *list =
	    arena_alloc(&l->mem, (c->n_mailboxes + 1) * sizeof *list);
	size_t i;

	*advice = (struct judge_advice){ .is_required = is_required(c),
		.refusing = list };
	for (i = 0; i < c->n_mailboxes; i++) {
		struct store_refused r;

		if (!requires(&c->mailboxes[i]))
			continue;
		if (store_count_refused(st, c->mailboxes[i].name,
			l->now - LATELY * UTC_DAY, &r, f) == -1)
			return -1;
		if (r.refused > r.counted)
			list[advice->n_refusing++] =
			    (struct judge_refusing){ c->mailboxes[i].name,
				    (uint64_t)r.refused,
				    (uint64_t)(r.refused + r.counted) };
	}
	return 0;
}
