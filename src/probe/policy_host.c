#include <stddef.h>
#include <stdint.h>

#include "model/check_options.h"
#include "probe/https_fetch.h"
#include "probe/policy_host.h"
#include "probe/probe.h"

void
policy_look(const struct probe *p, const char *host, const char *const *address,
    size_t n, int64_t until, struct arena *arena, struct web_fetch *found)
{
	struct https_request q = { .host = host,
		.port = p->options->https_port,
		.path = "/.well-known/mta-sts.txt" };

	https_fetch(p, &q, address, n, until, arena, found);
}
