#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "cmd/check_domains.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "config/config.h"
#include "config/domain_list.h"
#include "dns/resolver.h"
#include "model/check_options.h"
#include "model/domain_setup.h"
#include "probe/probe.h"
#include "published/judge_domain.h"
#include "store/store.h"
#include "survey/ask_dns.h"
#include "survey/domain_view.h"
#include "survey/look_at_policies.h"
#include "survey/look_at_web_targets.h"
#include "survey/look_into_store.h"
#include "survey/print_domain.h"
#include "survey/smtp_targets.h"

enum {
	BATCH = 256 /* domains that are looked at together */
};

/* A run over domains. */
struct run {
	const struct config *config;
	struct probe probe;
	struct resolver *resolver;
	enum dnssec_view dnssec;
	struct smtp_targets *targets;
	struct store *store; /* NULL: there is none */
	struct polled_mailbox *mailbox;
	struct domain_printer printer;
	int64_t now;
	bool post; /* a test report is sent to https: addresses */
	bool has_failed, has_no_answer;
};

/* Ask the root for its keys: without an answer there is nothing to look at. */
static int
open_resolver(struct run *run)
{
	const struct dns_settings *set = &run->config->dns;
	const char *server = resolver_server(run->resolver);

	switch (resolver_find_trust(run->resolver)) {
	case DNS_VALIDATED:
		run->dnssec = DNSSEC_JUDGED;
		return 0;
	case DNS_NO_ANCHOR:
		run->dnssec = DNSSEC_OFF;
		return 0;
	case DNS_STRIPPED:
		run->dnssec = DNSSEC_STRIPPED;
		return 0;
	case DNS_BAD_ANCHOR:
		log_error("check: trust_anchor %s cannot be read: put the keys "
			  "of the root there (package dns-root-data), or set "
			  "trust_anchor = none in [dns]",
		    set->trust_anchor);
		return EX_CONFIG;
	default:
		if (stop_requested())
			return EX_TEMPFAIL;
		log_error("check: the resolver %s does not answer: see "
			  "/etc/resolv.conf, or set resolver in [dns]",
		    server);
		return EX_UNAVAILABLE;
	}
}

static void
list_mailboxes(struct run *run)
{
	const struct config *c = run->config;
	size_t i;

	run->mailbox = xcalloc(c->n_mailboxes + 1, sizeof *run->mailbox);
	for (i = 0; i < c->n_mailboxes; i++)
		run->mailbox[i] = (struct polled_mailbox){ c->mailboxes[i].name,
			c->mailboxes[i].account.user };
}

/* What holds for each domain alike. */
static void
fill_in(const struct run *run, struct domain_setup *s)
{
	s->now = run->now;
	s->resolver = resolver_server(run->resolver);
	s->dnssec = run->dnssec;
	s->configured = run->config->path[0] != '\0';
	s->mailbox = run->mailbox;
	s->n_mailboxes = run->config->n_mailboxes;
	s->smtp_off = !run->probe.options->smtp;
}

static void
judge_and_print(struct run *run, struct domain_view *v)
{
	struct domain_verdict *verdict =
	    arena_alloc(&v->arena, sizeof *verdict);

	v->setup.others_answered = smtp_targets_answered(run->targets);
	judge_domain(&v->setup, &v->arena, verdict);
	run->has_failed |= verdict->failed > 0;
	run->has_no_answer |= verdict->no_answer;
	print_domain(&run->printer, &v->setup, verdict);
}

/*
 * A store is there to compare with; without one, or when it cannot be read, the
 * domains are looked at all the same.
 */
static void
open_store(struct run *run)
{
	struct fault f = { 0 };

	if (access(run->config->store_path, F_OK) == 0 &&
	    (run->store = store_open(
		 run->config->store_path, STORE_READ, &f)) == NULL)
		log_warn(
		    "%s; the domains are not compared with reports", f.text);
}

static void
add_reports(struct run *run, struct domain_view **view, size_t n)
{
	struct fault f = { 0 };

	if (run->store == NULL || look_into_store(run->store, view, n, &f) == 0)
		return;
	log_warn("%s; the domains are not compared with reports", f.text);
	store_close(run->store);
	run->store = NULL;
}

/* Those of a batch that a stop did not cut short. */
static void
look(struct run *run, struct domain_view **view, size_t n)
{
	size_t i;

	ask_dns(run->resolver, view, n);
	if (stop_requested())
		return;
	add_reports(run, view, n);
	look_at_policies(&run->probe, view, n);
	look_at_web_targets(&run->probe, view, n, run->post);
	smtp_targets_look(run->targets, view, n);
	log_progress_end();
	for (i = 0; i < n; i++)
		if (!view[i]->is_cut)
			judge_and_print(run, view[i]);
}

static void
look_at_batch(
    struct run *run, const struct domain_list *domains, size_t from, size_t n)
{
	struct domain_view **view = xcalloc(n, sizeof *view);
	size_t i;

	for (i = 0; i < n; i++) {
		view[i] = xmalloc(sizeof *view[i]);
		domain_view_init(view[i], domains->name[from + i]);
		fill_in(run, &view[i]->setup);
	}
	look(run, view, n);
	for (i = 0; i < n; i++) {
		domain_view_free(view[i]);
		free(view[i]);
	}
	free(view);
}

static int
look_at_all(struct run *run, const struct domain_list *domains)
{
	size_t i, n;

	for (i = 0; i < domains->n && !stop_requested(); i += n) {
		n = domains->n - i < BATCH ? domains->n - i : BATCH;
		log_progress(
		    "check: looking at %zu of %zu domains", n, domains->n);
		look_at_batch(run, domains, i, n);
	}
	log_progress_end(); /* also after a stop */
	if (run->has_failed)
		return 1;
	return stop_requested() || run->has_no_answer ? EX_TEMPFAIL : 0;
}

int
check_domains(const struct options *o, const struct config *c,
    const struct domain_list *domains, bool is_behind)
{
	struct check_options options = c->check;
	struct dns_settings dns = c->dns;
	struct run run = { .config = c,
		.printer = { .out = stdout,
		    .json = o->json,
		    .quiet = o->quiet,
		    .has_begun = is_behind },
		.now = time(NULL),
		.post = o->post };
	struct fault f = { 0 };
	int status;

	options.smtp = options.smtp && !o->no_smtp;
	dns.patient = true;
	dns.stop = stop_flag();
	if (o->resolver != NULL) {
		dns.servers = &o->resolver;
		dns.n_servers = 1;
	}
	list_mailboxes(&run);
	run.resolver = resolver_new(&dns);
	if (probe_open(&run.probe, &options, stop_flag(), &f) == -1)
		status = cmd_failed(&f);
	else if ((status = open_resolver(&run)) == 0) {
		run.targets = smtp_targets_new(&run.probe);
		open_store(&run);
		status = look_at_all(&run, domains);
		store_close(run.store);
		smtp_targets_free(run.targets);
	}
	probe_close(&run.probe);
	resolver_free(run.resolver);
	free(run.mailbox);
	return status;
}
