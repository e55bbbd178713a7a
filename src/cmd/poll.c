#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "base/timing.h"
#include "cmd/closing_line.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/mailbox_arguments.h"
#include "cmd/ship_run.h"
#include "dns/resolver.h"
#include "export/csv_folder.h"
#include "ingest/ingest.h"
#include "notify/notify.h"
#include "notify/syslog_lines.h"
#include "output/json_line.h"
#include "poll/mailboxes_in_parallel.h"
#include "poll/poll_mailbox.h"
#include "poll/poll_outcome.h"
#include "poll/poll_run.h"
#include "store/store.h"
#include "views/views.h"

static const char stopped[] = "poll: stopped: the next run goes on from here";

/*
 * Not for a dry run, which is one transaction that is rolled back, nor with
 * --timing, which measures one process.
 */
static bool
is_parallel(const struct poll_run *p, size_t n)
{
	return n > 1 && p->config->parallel > 1 && !p->dry_run &&
	       p->timing == NULL;
}

/* The mailboxes of a run, and how each of them ended. */
struct polled {
	const struct config_mailbox **list;
	struct poll_outcome *ended;
	size_t n;
};

/* Poll one after the other; those behind a fault of the store are not begun. */
static int
poll_in_turn(struct poll_run *p, struct polled *m, struct ingest_counts *counts,
    struct fault *f)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < m->n && !stop_requested(); i++) {
		rc = poll_mailbox(p, m->list[i], f);
		m->ended[i] = p->ended;
		if (rc == -1)
			m->ended[i] = (struct poll_outcome){ false };
	}
	*counts = *ingest_counts(p->ingest);
	return rc;
}

/*
 * Poll all mailboxes, then write the CSV folder, when the memory that reading
 * mails took is free again.
 */
static int
poll_all(struct poll_run *p, struct polled *m, struct ingest_counts *counts,
    struct fault *f)
{
	int rc = is_parallel(p, m->n)
		     ? poll_in_parallel(p, m->list, m->n, counts, m->ended, f)
		     : poll_in_turn(p, m, counts, f);

	ingest_close(p->ingest);
	p->ingest = NULL;
	if (rc == -1 || p->dry_run || stop_requested())
		return rc;
	timing_enter(p->timing, ROOM_CSV);
	return csv_folder_refresh(p->store, p->config, f);
}

/* [{"mailbox":"example","status":0,"error":""}] */
static struct json_object *
outcomes_json(const struct polled *m)
{
	struct json_object *all = json_new_array(), *one;
	size_t i;

	for (i = 0; i < m->n; i++) {
		if (!m->ended[i].begun)
			continue;
		one = json_new_object();
		json_add_text(one, "mailbox", m->list[i]->name);
		json_add_number(one, "status", m->ended[i].status);
		json_add_text(one, "error", m->ended[i].error);
		json_append(all, one);
	}
	return all;
}

/* Tell syslog of the mailboxes that were begun, and of problems if it may. */
static int
tell_syslog(struct store *st, const struct polled *m, bool problems)
{
	struct syslog_mailbox *list = xcalloc(m->n + 1, sizeof *list);
	struct fault f = { 0 };
	size_t i, n = 0;

	for (i = 0; i < m->n; i++) {
		const struct poll_outcome *e = &m->ended[i];

		if (e->begun)
			list[n++] = (struct syslog_mailbox){ m->list[i]->name,
				e->status, e->error, e->messages, e->imported,
				e->rejected, e->duration };
	}
	syslog_mailboxes(list, n);
	free(list);
	return problems && syslog_new_problems(st, &f) == -1 ? cmd_failed(&f)
							     : 0;
}

/* What follows once the mailboxes were polled, or `f` ended that. */
static int
follow(struct store *st, const struct options *o, const struct config *c,
    const struct polled *m, int status, const struct fault *f)
{
	if (!o->dry_run && (o->syslog || c->syslog))
		cmd_note_status(&status, tell_syslog(st, m, f == NULL));
	if (f != NULL)
		return cmd_failed(f);
	if (stop_requested()) {
		log_warn("%s", stopped);
		return EX_TEMPFAIL;
	}
	if (o->dry_run)
		return status;
	cmd_note_status(
	    &status, views_refresh(st, c, &(struct views_wish){ 0 }));
	cmd_note_status(&status, notify_changes(st, NULL, c));
	cmd_note_status(&status, ship_after(st, c, 1));
	return status;
}

static int
poll_into(struct store *st, const struct options *o, const struct config *c,
    struct fault *f)
{
	struct timing timing;
	struct poll_run p = { .config = c,
		.dry_run = o->dry_run,
		.again_actions = o->again_actions,
		.store = st,
		.timing = o->timing ? &timing : NULL };
	struct ingest_settings settings = {
		.examine = { .limits = &c->limits,
		    .our_domains = c->domains.name,
		    .n_our_domains = c->domains.n,
		    .timing = p.timing },
		.keep_raw = c->keep_raw,
	};
	struct dns_settings dns = c->dns;
	struct ingest_counts counts = { 0 };
	struct polled m = { 0 };
	struct resolver *resolver;
	double seconds;
	int rc, status;

	m.list = xcalloc(c->n_mailboxes, sizeof *m.list);
	m.ended = xcalloc(c->n_mailboxes, sizeof *m.ended);
	m.n = mailbox_arguments_list(o, c, m.list);

	timing_start(&timing);
	seconds = timing_now();
	dns.stop = stop_flag();
	settings.examine.resolver = resolver = resolver_new(&dns);
	p.ingest = ingest_open(st, &settings);
	stop_listen(stopped);
	rc = poll_all(&p, &m, &counts, f);
	seconds = timing_now() - seconds;
	if (o->timing)
		timing_print(&timing);
	if (o->json)
		closing_line_json(&counts, seconds, outcomes_json(&m));
	else
		closing_line(&counts, seconds,
		    o->dry_run ? "would be imported" : "imported");
	closing_line_waiting(&counts, resolver);
	resolver_free(resolver);
	status = follow(st, o, c, &m, p.status, rc == -1 ? f : NULL);
	free(m.list);
	free(m.ended);
	return status;
}

static int
run(const struct options *o)
{
	struct opened in = { 0 };
	struct fault f = { 0 };
	int status;

	if (o->again_actions && o->n_args == 0)
		return cmd_usage("poll: --again-actions: for which mailbox? "
				 "name it");
	if ((status = cmd_config(o, CONFIG_REQUIRED, &in.config)) == 0 &&
	    (status = mailbox_arguments_check(o, &in.config, "poll")) == 0 &&
	    (status = cmd_open_store(
		 o->dry_run ? STORE_TRY : STORE_WRITE, &in)) == 0)
		status = store_lock(in.store, &f) == 0
			     ? poll_into(in.store, o, &in.config, &f)
			     : cmd_failed(&f);
	cmd_close(&in);
	return status;
}

const struct command cmd_poll = {
	.name = "poll",
	.arguments = "[-n] [--json] [--syslog] [MAILBOX...]",
	.summary = "import what is new in the mailboxes",
	.options = OPTION_DRY_RUN | OPTION_JSON | OPTION_TIMING | OPTION_AGAIN |
		   OPTION_SYSLOG,
	.needs_file = "mails are polled into the store of a poller, which is a "
		      "file, and shipped from there: leave -d out, and name "
		      "the shared store in [postgresql]",
	.run = run,
};
