#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "config/config.h"
#include "description/describe.h"
#include "dns/resolver.h"
#include "files/files.h"
#include "ingest/examine.h"
#include "model/message.h"
#include "model/vouching.h"

struct show {
	const struct options *options;
	struct examiner *examiner;
	struct arena mail, reports; /* emptied by message and by candidate */
	struct mail_head head;
	const char *source;
	unsigned shown;	     /* things printed so far */
	unsigned candidates; /* of the present message */
	int status;
};

static void
separate(struct show *s)
{
	if (s->shown++ > 0 && !s->options->json)
		puts("\n--------");
}

static int
on_candidate(void *arg, const struct candidate *c, struct fault *f)
{
	struct show *s = arg;

	(void)f;
	s->candidates++;
	separate(s);
	if (s->options->json)
		describe_json(s->source, c);
	else
		describe_words(s->source, &s->head, c);
	if (c->report == NULL && s->status == 0)
		s->status = EX_DATAERR;
	arena_reset(&s->reports);
	return 0;
}

static int
on_message(void *arg, const struct message *m, struct fault *f)
{
	struct show *s = arg;
	struct message copy = *m;

	if (s->options->has_arrival) {
		copy.has_arrival = true;
		copy.arrival = s->options->arrival;
	}
	s->source = m->source;
	s->candidates = 0;
	arena_reset(&s->mail);
	if (examine(s->examiner, &copy, &s->mail, &s->reports, &s->head,
		on_candidate, s, f) == -1)
		return -1;
	if (s->candidates > 0)
		return 0;
	separate(s);
	if (s->options->json)
		describe_no_report_json(m->source);
	else
		describe_no_report_words(m->source, &s->head);
	return 0;
}

static int
on_unreadable(void *arg, const struct fault *f)
{
	struct show *s = arg;

	s->status = cmd_failed(f);
	return 0;
}

static int
show(const struct options *o, const struct config *c)
{
	struct resolver *resolver = resolver_new(&c->dns);
	struct examine_settings settings = { .limits = &c->limits,
		.our_domains = c->domains.name,
		.n_our_domains = c->domains.n,
		.notes = true,
		.resolver = resolver };
	struct show s = { .options = o, .examiner = examiner_new(&settings) };
	struct files_handler handler = { on_message, on_unreadable, &s };
	struct vouching how = c->vouching;
	struct fault f = { 0 };
	size_t i;

	if (o->dkim != DKIM_UNSET)
		how.mode = o->dkim;
	examiner_set_vouching(s.examiner, &how);
	for (i = 0; i < o->n_args; i++) {
		if (files_walk(o->args[i], &c->limits, &handler, &f) == 0)
			continue;
		s.status = cmd_failed(&f);
		break;
	}
	examiner_free(s.examiner);
	resolver_free(resolver);
	arena_free(&s.mail);
	arena_free(&s.reports);
	return s.status;
}

static int
run(const struct options *o)
{
	struct config c;
	int status;

	if (o->n_args == 0)
		return cmd_usage("show: which file? give a path, or - for "
				 "standard input");
	if ((status = cmd_config(o, CONFIG_UNUSED, &c)) == 0)
		status = show(o, &c);
	config_free(&c);
	return status;
}

const struct command cmd_show = {
	.name = "show",
	.arguments = "[--json] [--arrival TIME] PATH|-",
	.summary = "one report or mail in words; nothing is stored",
	.options = OPTION_JSON | OPTION_ARRIVAL | OPTION_DKIM,
	.prints = true,
	.run = run,
};
