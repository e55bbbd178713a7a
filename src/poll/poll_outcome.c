#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/fault.h"
#include "base/timing.h"
#include "ingest/ingest.h"
#include "poll/poll_outcome.h"

void
poll_outcome_note(struct poll_outcome *out, const struct fault *f,
    const struct ingest_counts *before, const struct ingest *ingest,
    double began)
{
	const struct ingest_counts *now = ingest_counts(ingest);

	*out = (struct poll_outcome){ .begun = true,
		.status = f->status,
		.messages = now->messages - before->messages,
		.imported = now->imported - before->imported,
		.rejected = now->rejected - before->rejected,
		.duration = (int64_t)((timing_now() - began) * 1000) };
	memcpy(out->error, f->text, sizeof out->error);
}
