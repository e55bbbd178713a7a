#ifndef INGEST_RETRY_H
#define INGEST_RETRY_H

struct fault;
struct ingest;
struct ingest_counts;
struct message;
struct store_quarantined;

/* An entry of quarantine as a message that is judged once more; it points into
 * the entry. */
struct message retry_message(const struct store_quarantined *);

/*
 * Judge an entry of quarantine again as it came, a mail or an attachment of
 * one, and commit the outcome; `did` gets what became of it.  The entry itself
 * stays: its reason is the new one where it is refused again.
 */
int retry_entry(struct ingest *, const struct store_quarantined *,
    struct ingest_counts *did, struct fault *);

#endif
