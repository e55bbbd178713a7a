#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

#include "dns/context.h"
#include "dns/resolver.h"

static const char resolv_conf[] = "/etc/resolv.conf";
static const char system_anchor[] = "/usr/share/dns/root.key";

const char *
dns_servers(const struct dns_settings *set)
{
	return set->n_servers > 0 ? set->servers[0] : resolv_conf;
}

/* Whether resolv.conf names a server; without one libunbound would ask the
 * root servers itself. */
static bool
system_has_server(void)
{
	FILE *f = fopen(resolv_conf, "re");
	char line[256];
	bool found = false;

	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof line, f) != NULL)
		found = strncmp(line, "nameserver", 10) == 0;
	fclose(f);
	return found;
}

static int
add_servers(const struct dns_settings *set, struct ub_ctx *ctx)
{
	size_t i;

	for (i = 0; i < set->n_servers; i++)
		if (ub_ctx_set_fwd(ctx, set->servers[i]) != 0)
			return -1;
	if (set->n_servers > 0)
		return 0;
	if (!system_has_server())
		return ub_ctx_set_fwd(ctx, "127.0.0.1");
	return ub_ctx_resolvconf(ctx, resolv_conf);
}

struct ub_ctx *
dns_context(const struct dns_settings *set, const char *anchor)
{
	struct ub_ctx *ctx = ub_ctx_create();

	if (ctx == NULL)
		return NULL;
	ub_ctx_debugout(ctx, NULL);
	if (add_servers(set, ctx) != 0 || ub_ctx_async(ctx, 1) != 0 ||
	    ub_ctx_set_option(ctx, "do-not-query-localhost:", "no") != 0 ||
	    /* else silence of a server near by reads as SERVFAIL */
	    ub_ctx_set_option(ctx, "infra-cache-min-rtt:", "1000") != 0 ||
	    /* each name is asked for: what others prove absent may fail */
	    ub_ctx_set_option(ctx, "aggressive-nsec:", "no") != 0 ||
	    /* of several records that do not fit the first is told */
	    ub_ctx_set_option(ctx, "rrset-roundrobin:", "no") != 0 ||
	    /* its 16 are soon taken by names that nobody answers for */
	    (set->patient &&
		ub_ctx_set_option(ctx, "outgoing-range:", "128") != 0) ||
	    (anchor != NULL && ub_ctx_add_ta_file(ctx, anchor) != 0) ||
	    /* names that libunbound else answers by itself; it takes no
	     * settings after this, and reads the anchor: 1.26 ends the
	     * program when a context that it refused is used again */
	    ub_ctx_zone_remove(ctx, "test.") != 0 ||
	    ub_ctx_zone_remove(ctx, "invalid.") != 0) {
		ub_ctx_delete(ctx);
		return NULL;
	}
	return ctx;
}

const char *
dns_anchor(const struct dns_settings *set)
{
	if (strcmp(set->trust_anchor, "none") == 0)
		return NULL;
	if (strcmp(set->trust_anchor, "auto") != 0)
		return set->trust_anchor;
	return access(system_anchor, R_OK) == 0 ? system_anchor : NULL;
}
