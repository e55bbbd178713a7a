#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/side_by_side.h"

/* What the threads share. */
struct crowd {
	pthread_mutex_t lock; /* of `next` */
	size_t next, n;
	void (*fn)(void *, size_t);
	void *arg;
};

static void *
work(void *p)
{
	struct crowd *c = p;
	size_t i;

	for (;;) {
		pthread_mutex_lock(&c->lock);
		i = c->next < c->n ? c->next++ : c->n;
		pthread_mutex_unlock(&c->lock);
		if (i == c->n)
			return NULL;
		c->fn(c->arg, i);
	}
}

void
side_by_side(size_t most, size_t n, void (*fn)(void *, size_t), void *arg)
{
	struct crowd c = { .n = n, .fn = fn, .arg = arg };
	size_t n_threads = 0, wanted = n < most ? n : most;
	pthread_t *thread = xcalloc(wanted + 1, sizeof *thread);
	sigset_t all, before;

	pthread_mutex_init(&c.lock, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (n_threads < wanted &&
	       pthread_create(&thread[n_threads], NULL, work, &c) == 0)
		n_threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (n_threads == 0) /* this machine has none left: alone, then */
		work(&c);
	while (n_threads > 0)
		pthread_join(thread[--n_threads], NULL);
	pthread_mutex_destroy(&c.lock);
	free(thread);
}
