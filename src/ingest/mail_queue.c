#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "ingest/mail_queue.h"
#include "model/message.h"

enum {
	/* bytes that are handed over together: to wake the thread for each mail
	 * would cost more than the mail itself */
	PORTION = 64 * 1024
};

/* Mails that are handed over together, with their bytes in one piece. */
struct portion {
	struct portion *next;
	struct queued_mail {
		struct message message; /* without source and bytes */
		size_t source, bytes;	/* where those begin in `text` */
		void *context;
	} * mail;
	size_t n, room;
	struct buf text;
};

struct mail_queue {
	mail_queue_fn *fn;
	void *arg;
	pthread_t thread;
	struct portion *filling; /* not handed over yet; NULL: none */
	uint64_t added;		 /* the number of the last mail */

	pthread_mutex_t lock; /* of all that follow */
	pthread_cond_t change;
	struct portion *first, **last; /* handed over */
	struct portion *unused;
	uint64_t done, stored;
	bool has_failed, is_over;
	struct fault fault; /* once it has failed */
};

static void
free_portions(struct portion *p)
{
	struct portion *next;

	for (; p != NULL; p = next) {
		next = p->next;
		buf_free(&p->text);
		free(p->mail);
		free(p);
	}
}

/* -- the thread */

/* Work on all mails of a portion; -1 with the fault of the first that failed.
 */
static int
work_on(struct mail_queue *q, const struct portion *p, struct fault *f)
{
	const struct queued_mail *mail;
	struct message m;

	for (mail = p->mail; mail < p->mail + p->n; mail++) {
		m = mail->message;
		m.source = p->text.data + mail->source;
		m.bytes.p = p->text.data + mail->bytes;
		if (q->fn(q->arg, &m, mail->context, f) == -1)
			return -1;
	}
	return 0;
}

static void *
run(void *arg)
{
	struct mail_queue *q = arg;
	struct portion *p;
	struct fault f = { 0 };
	bool has_failed;

	pthread_mutex_lock(&q->lock);
	while (!q->is_over) {
		if ((p = q->first) == NULL) {
			pthread_cond_wait(&q->change, &q->lock);
			continue;
		}
		if ((q->first = p->next) == NULL)
			q->last = &q->first;
		has_failed = q->has_failed;
		pthread_mutex_unlock(&q->lock);
		if (!has_failed)
			has_failed = work_on(q, p, &f) == -1;
		pthread_mutex_lock(&q->lock);
		q->done += p->n;
		if (has_failed && !q->has_failed)
			q->fault = f;
		q->has_failed = has_failed;
		p->next = q->unused;
		q->unused = p;
		pthread_cond_broadcast(&q->change);
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

/* It takes no signals: they are for the thread that waits for the wire. */
static int
start_thread(struct mail_queue *q)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&q->thread, NULL, run, q);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err == 0 ? 0 : -1;
}

static void
free_queue(struct mail_queue *q)
{
	free_portions(q->filling);
	free_portions(q->first);
	free_portions(q->unused);
	pthread_cond_destroy(&q->change);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

struct mail_queue *
mail_queue_start(mail_queue_fn *fn, void *arg)
{
	struct mail_queue *q = xcalloc(1, sizeof *q);

	q->fn = fn;
	q->arg = arg;
	q->last = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->change, NULL);
	if (start_thread(q) == 0)
		return q;
	free_queue(q);
	return NULL;
}

void
mail_queue_stop(struct mail_queue *q)
{
	if (q == NULL)
		return;
	pthread_mutex_lock(&q->lock);
	q->is_over = true;
	pthread_cond_broadcast(&q->change);
	pthread_mutex_unlock(&q->lock);
	pthread_join(q->thread, NULL);
	free_queue(q);
}

/* -- the caller */

/* An empty portion, of those that were used before if there is one. */
static struct portion *
begin_portion(struct mail_queue *q)
{
	struct portion *p;

	pthread_mutex_lock(&q->lock);
	if ((p = q->unused) != NULL)
		q->unused = p->next;
	pthread_mutex_unlock(&q->lock);
	if (p == NULL) {
		p = xcalloc(1, sizeof *p);
		p->text.max = SIZE_MAX / 2;
	}
	p->next = NULL;
	p->n = 0;
	buf_reset(&p->text);
	return p;
}

/* Copy bytes behind the others; where they begin. */
static size_t
copy(struct buf *text, const void *bytes, size_t n)
{
	size_t at = text->len;

	if (buf_append(text, bytes, n) == -1)
		out_of_memory();
	return at;
}

uint64_t
mail_queue_add(struct mail_queue *q, const struct message *m, void *context)
{
	struct queued_mail *mail;
	struct portion *p;

	if (q->filling == NULL)
		q->filling = begin_portion(q);
	p = q->filling;
	p->mail = xgrow(p->mail, p->n, &p->room, sizeof *p->mail);
	mail = &p->mail[p->n++];
	mail->message = *m;
	mail->context = context;
	mail->source = copy(&p->text, m->source, strlen(m->source) + 1);
	mail->bytes = copy(&p->text, m->bytes.p, m->bytes.n);
	q->added++;
	if (p->text.len >= PORTION)
		mail_queue_hand_over(q);
	return q->added;
}

void
mail_queue_hand_over(struct mail_queue *q)
{
	if (q->filling == NULL)
		return;
	pthread_mutex_lock(&q->lock);
	*q->last = q->filling;
	q->last = &q->filling->next;
	pthread_cond_broadcast(&q->change);
	pthread_mutex_unlock(&q->lock);
	q->filling = NULL;
}

int
mail_queue_wait(struct mail_queue *q, uint64_t number, struct fault *f)
{
	int rc = 0;

	pthread_mutex_lock(&q->lock);
	while (q->done < number && !q->has_failed)
		pthread_cond_wait(&q->change, &q->lock);
	if (q->has_failed) {
		*f = q->fault;
		rc = -1;
	}
	pthread_mutex_unlock(&q->lock);
	return rc;
}

void
mail_queue_tell_stored(struct mail_queue *q, uint64_t number)
{
	pthread_mutex_lock(&q->lock);
	q->stored = number;
	pthread_cond_broadcast(&q->change);
	pthread_mutex_unlock(&q->lock);
}

void
mail_queue_wait_stored(struct mail_queue *q, uint64_t number)
{
	pthread_mutex_lock(&q->lock);
	while (q->stored < number && !q->is_over)
		pthread_cond_wait(&q->change, &q->lock);
	pthread_mutex_unlock(&q->lock);
}
