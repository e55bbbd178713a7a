#include <string.h>

#include "cmd/cmd.h"
#include "cmd/range_options.h"

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
