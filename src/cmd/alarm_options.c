#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/alarm_options.h"
#include "cmd/command_line.h"

/* A percentage: digits, perhaps a point, perhaps a "%". */
int
alarm_set_fail_above(struct options *o, const char *value)
{
	char *end;
	size_t n = strspn(value, "0123456789.");

	o->fail_above = strtod(value, &end);
	if (n == 0 || end != value + n ||
	    (strcmp(end, "%") != 0 && strcmp(end, "") != 0) ||
	    o->fail_above > 100) {
		log_error("--fail-above %s: write a share as 1%% or 0.5%%, at "
			  "most 100%%",
		    value);
		return -1;
	}
	o->has_fail_above = true;
	return 0;
}

int
alarm_set_min_sessions(struct options *o, const char *value)
{
	size_t n = strspn(value, "0123456789");

	if (n == 0 || n > 18 || value[n] != '\0') {
		log_error("--min-sessions %s: write a number, as 50", value);
		return -1;
	}
	o->min_sessions = strtoull(value, NULL, 10);
	return 0;
}
