#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "ledger/logged_problems.h"
#include "notify/syslog_lines.h"
#include "output/structured_data.h"
#include "store/store.h"
#include "tables/new_problems.h"

enum {
	MOST = 20, /* problems that are told one by one */
	SECOND = 1000
};

/* 32473 stands for "some enterprise" (RFC 5612): this program has no number. */
#define ENTERPRISE "@32473"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/*
 * syslog(3) of the C library knows where the daemon listens, and that it may be
 * the journal.  Neither takes the header of RFC 5424 there, so the element
 * stands at the front of the text.
 */
static void
tell(int priority, const char *id, const struct data_param *param, size_t n,
    const char *text)
{
	char *data = structured_data(id, param, n);
	char *clean = xstrdup(text);

	text_clean(clean);
	openlog("tlsrua", LOG_PID, LOG_DAEMON);
	syslog(priority, "%s %s", data, clean);
	closelog();
	free(clean);
	free(data);
}

static void
tell_mailbox(const struct syslog_mailbox *m, struct arena *mem)
{
	const char *seconds = arena_printf(mem, "%" PRId64 ".%03" PRId64,
	    m->duration / SECOND, m->duration % SECOND);
	struct data_param param[] = {
		{ "name", m->name },
		{ "status", arena_printf(mem, "%d", m->status) },
		{ "messages", arena_printf(mem, "%" PRIu64, m->messages) },
		{ "imported", arena_printf(mem, "%" PRIu64, m->imported) },
		{ "rejected", arena_printf(mem, "%" PRIu64, m->rejected) },
		{ "seconds", seconds },
		{ "error", m->error },
	};
	const char *text = arena_printf(mem,
	    "mailbox %s: %" PRIu64 " mails looked at in %s s, %" PRIu64
	    " reports imported, %" PRIu64 " rejected",
	    m->name, m->messages, seconds, m->imported, m->rejected);

	if (m->status != 0)
		text = arena_printf(
		    mem, "%s; ended with %d: %s", text, m->status, m->error);
	tell(m->status == 0 ? LOG_INFO : LOG_WARNING, "mailbox" ENTERPRISE,
	    param, COUNT(param), text);
}

void
syslog_mailboxes(const struct syslog_mailbox *list, size_t n)
{
	struct arena mem = { 0 };
	size_t i;

	for (i = 0; i < n; i++)
		tell_mailbox(&list[i], &mem);
	arena_free(&mem);
}

static void
tell_problem(const struct new_problem *p, struct arena *mem)
{
	struct data_param param[] = {
		{ "number", arena_printf(mem, "%" PRId64, p->number) },
		{ "domain", p->domain },
		{ "mx", p->mx },
		{ "result_type", p->result_type },
		{ "side", p->side },
		{ "failed_sessions", arena_printf(mem, "%" PRId64, p->failed) },
	};
	const char *text = arena_printf(mem,
	    "new problem %" PRId64 ": %s for mail to %s%s%s, "
	    "%" PRId64 " failed sessions",
	    p->number, p->result_type, p->domain,
	    p->mx[0] != '\0' ? " at " : "", p->mx, p->failed);

	tell(LOG_WARNING, "problem" ENTERPRISE, param, COUNT(param), text);
}

static void
tell_rest(int64_t n, struct arena *mem)
{
	struct data_param param = { "count", arena_printf(mem, "%" PRId64, n) };

	tell(LOG_WARNING, "problems" ENTERPRISE, &param, 1,
	    arena_printf(
		mem, "%" PRId64 " more new problems: tlsrua summary -v", n));
}

static int
tell_all(struct store *st, struct arena *mem, struct fault *f)
{
	struct new_problems new;
	int64_t last;
	size_t i;

	if (logged_problems_read(st, &last, f) == -1 ||
	    new_problems_read(st, last, MOST, mem, &new, f) == -1)
		return -1;
	for (i = 0; i < new.n; i++)
		tell_problem(&new.item[i], mem);
	if (new.n == MOST &&new.all > MOST)
		tell_rest(new.all - MOST, mem);
	return logged_problems_note(st, new.newest, f);
}

int
syslog_new_problems(struct store *st, struct fault *f)
{
	struct arena mem = { 0 };
	int rc;

	if (store_begin(st, f) == -1)
		return -1;
	if ((rc = tell_all(st, &mem, f)) == 0)
		rc = store_commit(st, f);
	else
		store_rollback(st);
	arena_free(&mem);
	return rc;
}
