#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/range_options.h"
#include "store/status.h"

int
range_options_check(const struct options *o, const char *command)
{
	if (o->since != NULL && o->from != NULL)
		return cmd_usage(
		    "%s: --since and --from: which of them?", command);
	if (o->from != NULL && o->to != NULL && strcmp(o->from, o->to) > 0)
		return cmd_usage("%s: --from is after --to", command);
	return 0;
}

int
range_options_check_domains(
    const struct options *o, const char *command, struct store *st)
{
	static const char text[] =
	    "%s: --domain %s: no report about this domain is stored: see the "
	    "names in `tlsrua export -o - domains`";
	struct fault f = { 0 };
	int status = 0, known;
	size_t i;

	for (i = 0; i < o->domains.n; i++) {
		known = store_knows_domain(st, o->domains.item[i], &f);
		if (known == -1)
			return cmd_failed(&f);
		if (known == 0 && o->has_fail_above)
			status = cmd_usage(text, command, o->domains.item[i]);
		else if (known == 0)
			log_warn(text, command, o->domains.item[i]);
	}
	return status;
}
