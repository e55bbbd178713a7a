#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/side_by_side.h"
#include "model/check_options.h"
#include "model/domain_setup.h"
#include "net/wait.h"
#include "probe/policy_host.h"
#include "probe/probe.h"
#include "survey/domain_view.h"
#include "survey/look_at_policies.h"

enum {
	FETCH_TIMEOUTS = 4 /* that a fetch may take */
};

struct policies {
	const struct probe *probe;
	struct domain_view **view;
};

static void
look(void *arg, size_t i)
{
	const struct policies *p = arg;
	struct domain_view *v = p->view[i];
	int64_t until = wait_clock() + FETCH_TIMEOUTS * 1000 *
					   (int64_t)p->probe->options->timeout;

	if (v->policy.n == 0)
		return;
	if (p->probe->stop == NULL || !*p->probe->stop)
		policy_look(p->probe,
		    arena_printf(&v->arena, "mta-sts.%s", v->setup.domain),
		    v->policy.item, v->policy.n, until, &v->arena,
		    &v->setup.policy);
	v->is_cut |= v->setup.policy.result == FETCH_NOT_TRIED;
}

void
look_at_policies(const struct probe *p, struct domain_view **view, size_t n)
{
	struct policies all = { p, view };

	side_by_side(p->options->parallel, n, look, &all);
}
