#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "config/config.h"
#include "model/pruning.h"
#include "output/json_line.h"
#include "output/terminal_text.h"
#include "ship/operate.h"
#include "store/store.h"
#include "upkeep/prune.h"

static const char stopped[] = "prune: stopped: the next one goes on from here";

/* A prune and its outcome. */
struct pruning {
	const struct options *options;
	struct store *store;
	struct store_prune what;
	struct store_pruned done;
	int64_t given_back; /* bytes that the store file shrank by */
	int64_t left;	    /* days left alone since a conflict waits */
	int64_t unshipped;  /* likewise, since not all of them is shipped */
};

static int
interrupted(struct fault *f)
{
	return fault(f, FAULT_HOST, EX_TEMPFAIL, "%s", stopped);
}

static int
drop(struct pruning *p, struct fault *f)
{
	struct store_prune_place place = { 0 };
	int more = 1;

	while (more == 1 && !stop_requested())
		more =
		    store_prune_some(p->store, &p->what, &place, &p->done, f);
	return more == 1 ? interrupted(f) : more;
}

static int
give_back(struct pruning *p, struct fault *f)
{
	int more = 1;

	while (more == 1 && !stop_requested())
		more = store_give_back(p->store, &p->given_back, f);
	return more == 1 ? interrupted(f) : more;
}

static void
print_json(const struct pruning *p)
{
	struct json_object *o = json_new_object();

	json_add_number(o, "reports", p->done.reports);
	json_add_number(o, "failures", p->done.failures);
	json_add_number(o, "raw", p->done.raw);
	json_add_number(o, "raw_bytes", p->done.raw_bytes);
	json_add_number(o, "given_back", p->given_back);
	json_add_number(o, "days_left", p->left);
	json_add_number(o, "days_unshipped", p->unshipped);
	json_line_print(stdout, o);
}

/* Print in one line what was dropped, or would be. */
static void
print_words(FILE *out, const struct pruning *p, bool dry_run)
{
	char a[GROUPED], b[GROUPED], c[GROUPED], d[GROUPED];

	fprintf(out,
	    "%sthe details of %s reports with %s failures, and the bytes of %s "
	    "(%s bytes)",
	    dry_run ? "would drop " : "dropped ",
	    text_grouped((uint64_t)p->done.reports, a),
	    text_grouped((uint64_t)p->done.failures, b),
	    text_grouped((uint64_t)p->done.raw, c),
	    text_grouped((uint64_t)p->done.raw_bytes, d));
	if (!dry_run)
		fprintf(out, "; %s bytes given back to the disk",
		    text_grouped((uint64_t)p->given_back, a));
	fputc('\n', out);
}

static void
tell(const struct pruning *p, const struct options *o)
{
	if (p->left > 0)
		log_warn("prune: %" PRId64 " day%s before %s %s left "
			 "alone, for a "
			 "conflict waits there: decide (`tlsrua quarantine "
			 "list`), and prune again",
		    p->left, p->left == 1 ? "" : "s", p->what.before,
		    p->left == 1 ? "is" : "are");
	if (p->unshipped > 0)
		log_warn("prune: %" PRId64 " day%s before %s %s left "
			 "alone, for it is not all shipped yet: "
			 "`tlsrua ship`, and prune again",
		    p->unshipped, p->unshipped == 1 ? "" : "s", p->what.before,
		    p->unshipped == 1 ? "is" : "are");
	if (o->json)
		print_json(p);
	else if (o->dry_run)
		print_words(stdout, p, true);
	else if (log_is_terminal() || log_on(LOG_LEVEL_INFO))
		print_words(stderr, p, false);
}

/* Of a shared store: whole months. */
static int
prune_there(void *arg, const struct shared_service *s)
{
	struct pruning *p = arg;
	struct fault f = { 0 };

	if (operate_prune(s, &p->what, p->options->dry_run, &p->done,
		&p->given_back, &p->left, &f) == -1)
		return cmd_failed(&f);
	tell(p, p->options);
	return 0;
}

static int
prune(struct pruning *p, const struct options *o, struct fault *f)
{
	int rc;

	if (store_prune_left(p->store, &p->what, &p->left, f) == -1 ||
	    store_prune_unshipped(p->store, &p->what, &p->unshipped, f) == -1)
		return -1;
	if (o->dry_run) {
		rc = store_prune_count(p->store, &p->what, &p->done, f);
	} else {
		stop_listen(stopped);
		rc = drop(p, f) == -1 || give_back(p, f) == -1 ? -1 : 0;
	}
	if (rc == 0)
		tell(p, o);
	return rc;
}

static int
prune_here(void *arg, struct opened *in)
{
	struct pruning *p = arg;
	const struct config *c = &in->config;
	struct fault f = { 0 };

	p->store = in->store;
	p->what.keep_unshipped = c->postgresql.service[0] != '\0' &&
				 (p->what.details || c->postgresql.raw);
	return prune(p, p->options, &f) == -1 ? cmd_failed(&f) : 0;
}

static int
run(const struct options *o)
{
	struct pruning p = { .options = o,
		.what = { .before = o->before,
		    .raw = o->raw || !o->details,
		    .details = o->details || !o->raw } };
	struct store_work work = { o->dry_run ? STORE_READ : STORE_WRITE,
		prune_here, prune_there, &p };

	if (o->n_args > 0)
		return cmd_usage("prune: takes no arguments");
	if (o->before == NULL)
		return cmd_usage("prune: what? give --before DATE, the first "
				 "day that stays as it is");
	return cmd_work(o, &work);
}

const struct command cmd_prune = {
	.name = "prune",
	.arguments = "--before DATE [options]",
	.summary = "drop old details and bytes, keep the figures",
	.options = OPTION_PRUNE | OPTION_DRY_RUN | OPTION_JSON,
	.run = run,
};
