#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/fault.h"
#include "base/utc.h"
#include "cmd/quarantine_show.h"
#include "codes/codes.h"
#include "description/describe.h"
#include "description/report_difference.h"
#include "model/tls_report.h"
#include "output/terminal_text.h"
#include "store/recount.h"
#include "upkeep/quarantine.h"
#include "upkeep/stored_report.h"

static void
show_mail(const struct store_quarantined *q)
{
	char arrival[UTC_TEXT];

	printf("%-10s%" PRId64 "\n", "Number", q->id);
	printf("%-10s", "Source");
	text_put(stdout, q->source);
	if (q->uid != 0)
		printf(", UID %" PRIu32, q->uid);
	fputc('\n', stdout);
	if (q->has_arrival) {
		utc_format(q->arrival, arrival);
		printf("%-10s%s\n", "Arrived", arrival);
	}
	describe_field("From", q->head.from);
	describe_field("Subject", q->head.subject);
	describe_field("Message", q->head.message_id);
	describe_field("File", q->filename);
}

static int
show_conflict(struct store *st, const struct store_quarantined *q,
    struct arena *a, struct fault *f)
{
	struct report counted, other;
	int pruned = store_is_pruned(st, q->counted, f);

	if (pruned == 1)
		puts("The details of the stored copy were pruned: nothing to "
		     "compare this one with, or to take its place");
	if (pruned != 0)
		return pruned == 1 ? 0 : -1;
	if (store_load_report(st, q->counted, a, &counted, f) == -1 ||
	    store_load_report(st, q->conflict, a, &other, f) == -1)
		return -1;
	report_difference_print(&counted, &other);
	printf("\nTo count this copy in place of the stored one: tlsrua "
	       "quarantine accept %" PRId64 "\n",
	    q->id);
	return 0;
}

int
quarantine_show(
    struct store *st, int64_t id, bool raw, struct arena *a, struct fault *f)
{
	struct store_quarantined q;

	if (store_quarantine_get(st, id, a, &q, f) == -1)
		return -1;
	if (raw) {
		if (q.bytes.n == 0)
			return fault(f, FAULT_HOST, EX_NOINPUT,
			    "quarantine: %" PRId64 ": its bytes were not kept",
			    id);
		fwrite(q.bytes.p, 1, q.bytes.n, stdout);
		return 0;
	}
	show_mail(&q);
	if (q.conflict != 0)
		return show_conflict(st, &q, a, f);
	describe_refusal(q.code, q.where);
	if (q.bytes.n == 0)
		puts("Its bytes were not kept.");
	else
		printf("%-10s%zu bytes%s kept; tlsrua quarantine show --raw "
		       "%" PRId64 " gives them\n",
		    "Bytes", q.bytes.n,
		    code_find(q.code) == CODE_MESSAGE_TOO_LARGE ? " of headers"
								: "",
		    id);
	return 0;
}
