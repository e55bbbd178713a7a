#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "base/log.h"
#include "cmd/closing_line.h"
#include "dns/resolver.h"
#include "ingest/ingest.h"
#include "output/json_line.h"

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
	add_part(line, sizeof line, &len, c->deferred, "put off");
	fprintf(stderr,
	    "%" PRIu64 " message%s looked at in %.1f s: %" PRIu64
	    " without a report, %" PRIu64 " report%s (%" PRIu64 " %s%s)\n",
	    c->messages, c->messages == 1 ? "" : "s", seconds, c->no_report,
	    c->reports, c->reports == 1 ? "" : "s", c->imported, verb, line);
}

void
closing_line_waiting(const struct ingest_counts *c, const struct resolver *r)
{
	if (c->waiting == 0)
		return;
	log_progress_end();
	log_warn("dns: no answer from %s; %" PRIu64 " mail%s, and %s tried "
		 "again by each run",
	    resolver_server(r), c->waiting,
	    c->waiting == 1 ? " waits" : "s wait",
	    c->waiting == 1 ? "is" : "are");
}

void
closing_line_json(const struct ingest_counts *c, double seconds,
    struct json_object *mailboxes)
{
	struct json_object *o = json_new_object();

	json_add_count(o, "messages", c->messages);
	json_add_count(o, "reports", c->reports);
	json_add_count(o, "imported", c->imported);
	json_add_count(o, "duplicate", c->duplicate);
	json_add_count(o, "conflict", c->conflict);
	json_add_count(o, "rejected", c->rejected);
	json_add_count(o, "no_report", c->no_report);
	json_add_count(o, "warnings", c->warnings);
	json_add_count(o, "bytes", c->bytes);
	json_add_decimal(o, "seconds", seconds, 3);
	json_add_count(o, "deferred", c->deferred);
	json_add_count(o, "unverified", c->unverified);
	if (mailboxes != NULL)
		json_add(o, "mailboxes", mailboxes);
	json_line_print(stdout, o);
}
