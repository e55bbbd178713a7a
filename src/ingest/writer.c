#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/thread.h"
#include "ingest/store_batch.h"
#include "ingest/writer.h"

/* All but the thread and the recorder is under the mutex. */
struct writer {
	pthread_t thread;
	struct recorder *recorder;
	pthread_mutex_t mutex;
	pthread_cond_t change;
	/* a ring of those handed over, the first of which is being stored */
	const struct batch *queue[WRITER_QUEUE];
	size_t first, n;
	bool end; /* no more will come */
	int rc;
	struct fault fault; /* when rc is -1 */
};

static void *
run(void *arg)
{
	struct writer *w = arg;
	const struct batch *b;
	struct fault f;
	int rc;

	pthread_mutex_lock(&w->mutex);
	for (;;) {
		while (w->n == 0 && !w->end)
			pthread_cond_wait(&w->change, &w->mutex);
		if (w->n == 0)
			break;
		b = w->queue[w->first];
		pthread_mutex_unlock(&w->mutex);
		rc = record_batch(w->recorder, b, &f);
		pthread_mutex_lock(&w->mutex);
		w->first = (w->first + 1) % WRITER_QUEUE;
		w->n--;
		if (rc == -1) {
			w->rc = -1;
			w->fault = f;
			w->n = 0; /* what waits stands behind a gap */
		}
		pthread_cond_signal(&w->change);
	}
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

static void
release(struct writer *w)
{
	pthread_cond_destroy(&w->change);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}

struct writer *
writer_start(struct recorder *recorder)
{
	struct writer *w = xcalloc(1, sizeof *w);

	w->recorder = recorder;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->change, NULL);
	if (thread_start(&w->thread, run, w) == 0)
		return w;
	release(w);
	return NULL;
}

/* Under the mutex, until it has no more than so many. */
static int
wait_until(struct writer *w, size_t most, struct fault *f)
{
	while (w->n > most)
		pthread_cond_wait(&w->change, &w->mutex);
	if (w->rc == -1)
		*f = w->fault;
	return w->rc;
}

int
writer_give(struct writer *w, const struct batch *b, struct fault *f)
{
	int rc;

	pthread_mutex_lock(&w->mutex);
	rc = wait_until(w, WRITER_QUEUE - 1, f);
	if (rc == 0) {
		w->queue[(w->first + w->n) % WRITER_QUEUE] = b;
		w->n++;
		pthread_cond_signal(&w->change);
	}
	pthread_mutex_unlock(&w->mutex);
	return rc;
}

int
writer_stop(struct writer *w, struct fault *f)
{
	int rc;

	if (w == NULL)
		return 0;
	pthread_mutex_lock(&w->mutex);
	rc = wait_until(w, 0, f);
	w->end = true;
	pthread_cond_signal(&w->change);
	pthread_mutex_unlock(&w->mutex);
	pthread_join(w->thread, NULL);
	release(w);
	return rc;
}
