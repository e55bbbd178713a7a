#ifndef INGEST_WRITER_H
#define INGEST_WRITER_H

struct batch;
struct fault;
struct recorder;

/*
 * A thread that stores batches while the next ones are read and judged.  It
 * has the recorder, and with it the store, to itself from writer_start() to
 * writer_stop(); no other thread may use either meanwhile.
 */
struct writer;

/* Batches it may have at a time: the one being stored and what waits. */
enum {
	WRITER_QUEUE = 2
};

/* NULL when there can be no thread: the caller stores by itself then. */
struct writer *writer_start(struct recorder *);

/*
 * Hand over a batch as soon as there is room for it; the one handed over
 * WRITER_QUEUE calls before is its owner's again.  -1 with the fault of the
 * first that could not be stored: nothing is stored from there on.
 */
int writer_give(struct writer *, const struct batch *, struct fault *);

/*
 * Wait until all is stored and end the thread.  0, or -1 with that fault; NULL
 * is legal.
 */
int writer_stop(struct writer *, struct fault *);

#endif
