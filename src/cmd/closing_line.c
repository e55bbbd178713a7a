#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "cmd/closing_line.h"
#include "ingest/ingest.h"

/* Append ", 3 stored before"; nothing for none. */
static void
add_part(char *line, size_t size, size_t *len, uint64_t n, const char *what)
{
	int added;

	if (n == 0 || *len >= size)
		return;
	added = snprintf(line + *len, size - *len, ", %" PRIu64 " %s", n, what);
	if (added > 0)
		*len += (size_t)added;
}

void
closing_line(const struct ingest_counts *c, double seconds, const char *verb)
{
	char line[256] = "";
	size_t len = 0;

	log_progress_end();
	if (!log_is_terminal())
		return;
	add_part(line, sizeof line, &len, c->duplicate, "stored before");
	add_part(line, sizeof line, &len, c->conflict, "in conflict");
	add_part(line, sizeof line, &len, c->rejected, "rejected");
	fprintf(stderr,
	    "%" PRIu64 " message%s looked at in %.1f s: %" PRIu64
	    " without a report, %" PRIu64 " report%s (%" PRIu64 " %s%s)\n",
	    c->messages, c->messages == 1 ? "" : "s", seconds, c->no_report,
	    c->reports, c->reports == 1 ? "" : "s", c->imported, verb, line);
}
