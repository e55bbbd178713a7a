#include <stdbool.h>
#include <string.h>

#include "codes/codes.h"
#include "ingest/ingest.h"
#include "ingest/retry.h"
#include "model/message.h"
#include "upkeep/quarantine.h"

/* What the attachment's bytes are still encoded in; NULL: they are not. */
static const char *
encoding_of(const struct store_quarantined *q)
{
	enum code code = code_find(q->code);

	return code == CODE_TRANSFER_ENCODING ? "base64"
	       : code == CODE_UUENCODE	      ? "uuencode"
					      : NULL;
}

/* Whether it was POSTed, which its source says. */
static bool
is_posted(const struct store_quarantined *q)
{
	return q->mailbox == 0 &&
	       strncmp(q->source, POSTED_SOURCE, strlen(POSTED_SOURCE)) == 0;
}

static void
subtract(struct ingest_counts *c, const struct ingest_counts *before)
{
	c->reports -= before->reports;
	c->imported -= before->imported;
	c->duplicate -= before->duplicate;
	c->conflict -= before->conflict;
	c->rejected -= before->rejected;
	c->deferred -= before->deferred;
	c->waiting -= before->waiting;
}

struct message
retry_message(const struct store_quarantined *q)
{
	return (struct message){
		.source = q->source,
		.mailbox = q->mailbox,
		.uidvalidity = q->uidvalidity,
		.uid = q->uid,
		.bytes = q->bytes,
		.size = q->size,
		.has_arrival = q->has_arrival,
		.arrival = q->arrival,
		.signed_by = q->whole_mail ? NULL : q->signed_by,
		.posted = is_posted(q),
		.is_mail = q->whole_mail,
		.attachment_of = q->whole_mail ? NULL : &q->head,
		.filename = q->filename,
		.encoding = encoding_of(q),
	};
}

int
retry_entry(struct ingest *in, const struct store_quarantined *q,
    struct ingest_counts *did, struct fault *f)
{
	struct ingest_counts before = *ingest_counts(in);
	struct ingest_verdict verdict;
	struct message m = retry_message(q);
	int rc = ingest_message(in, &m, &verdict, f);

	if (rc == 0)
		rc = ingest_commit(in, f);
	*did = *ingest_counts(in);
	subtract(did, &before);
	return rc;
}
