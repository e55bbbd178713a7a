#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/timing.h"
#include "cmd/closing_line.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/ship_run.h"
#include "dns/resolver.h"
#include "export/csv_folder.h"
#include "files/files.h"
#include "ingest/ingest.h"
#include "model/message.h"
#include "model/vouching.h"
#include "output/progress.h"
#include "poll/waiting_mails.h"
#include "store/store.h"
#include "views/views.h"

/* An import, and the path that it works on. */
struct import {
	struct ingest *ingest;
	struct progress progress;
	struct ingest_verdict path; /* sum over what the path held so far */
	unsigned messages;	    /* how many it held */
	int status;		    /* the first failure's */
};

static void
add(struct import *im, const struct ingest_verdict *found)
{
	im->path.accepted += found->accepted;
	im->path.rejected += found->rejected;
}

/* Mostly there is but one in a path that is named, which is not worth a
 * queue. */
static int
on_message(void *arg, const struct message *m, struct fault *f)
{
	struct import *im = arg;
	struct ingest_verdict first = { 0 };
	int rc = im->messages == 0 ? ingest_message(im->ingest, m, &first, f)
				   : ingest_queue(im->ingest, m, f);

	if (rc == -1 || ingest_commit_if_due(im->ingest, f) == -1)
		return -1;
	add(im, &first);
	im->messages++;
	progress_step(&im->progress);
	return 0;
}

static int
on_unreadable(void *arg, const struct fault *f)
{
	struct import *im = arg;

	cmd_note_status(&im->status, cmd_failed(f));
	return 0;
}

/* A file that is named must hold a report; a folder need not. */
static void
judge_path(struct import *im, const char *path, int status_before)
{
	struct stat st;

	if (im->status != status_before && im->messages == 0)
		return; /* it was logged that it cannot be read */
	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		return;
	if (im->path.accepted == 0 && im->path.rejected == 0) {
		log_error("%s: holds no TLS report", path);
		cmd_note_status(&im->status, EX_DATAERR);
	} else if (im->path.accepted == 0 ||
		   (im->messages == 1 && im->path.rejected > 0)) {
		cmd_note_status(&im->status, EX_DATAERR);
	}
}

static int
import_path(struct import *im, const char *path, const struct config *c,
    struct fault *f)
{
	struct files_handler handler = { on_message, on_unreadable, im };
	struct ingest_verdict found;
	int before = im->status;

	im->path = (struct ingest_verdict){ 0 };
	im->messages = 0;
	if (files_walk(path, &c->limits, &handler, f) == -1 ||
	    ingest_settle(im->ingest, &found, f) == -1)
		return -1;
	add(im, &found);
	judge_path(im, path, before);
	return 0;
}

static int
import_all(struct import *im, const struct options *o, const struct config *c,
    struct fault *f)
{
	size_t i;

	progress_start(&im->progress, "import", 0);
	for (i = 0; i < o->n_args; i++)
		if (import_path(im, o->args[i], c, f) == -1)
			return -1;
	return ingest_commit(im->ingest, f);
}

static int
import_into(struct store *st, const struct options *o, const struct config *c,
    struct fault *f)
{
	struct timing timing = { 0 };
	struct ingest_settings settings = {
		.examine = { .limits = &c->limits,
		    .our_domains = c->domains.name,
		    .n_our_domains = c->domains.n,
		    .timing = o->timing ? &timing : NULL },
		.keep_raw = c->keep_raw,
	};
	struct resolver *resolver = resolver_new(&c->dns);
	struct vouching how = c->vouching;
	struct import im = { 0 };
	double seconds = timing_now();
	int rc;

	settings.examine.resolver = resolver;
	im.ingest = ingest_open(st, &settings);
	if (o->dkim != DKIM_UNSET)
		how.mode = o->dkim;
	ingest_set_vouching(im.ingest, &how);
	timing_start(&timing);
	timing_enter(settings.examine.timing, ROOM_WIRE);
	rc = o->dry_run ? 0
			: waiting_mails_retry(st, im.ingest,
			      &(struct waiting_mails){ 0, "", "" }, f);
	if (rc == 0)
		rc = import_all(&im, o, c, f);
	timing_enter(settings.examine.timing, ROOM_CSV);
	if (rc == 0 && !o->dry_run)
		rc = csv_folder_refresh(st, c, f);
	seconds = timing_now() - seconds;
	if (o->timing)
		timing_print(&timing);
	if (o->json)
		closing_line_json(ingest_counts(im.ingest), seconds, NULL);
	else
		closing_line(ingest_counts(im.ingest), seconds,
		    o->dry_run ? "would be imported" : "imported");
	closing_line_waiting(ingest_counts(im.ingest), resolver);
	ingest_close(im.ingest);
	resolver_free(resolver);
	if (rc == -1)
		return cmd_failed(f);
	if (o->dry_run)
		return im.status;
	cmd_note_status(
	    &im.status, views_refresh(st, c, &(struct views_wish){ 0 }));
	cmd_note_status(&im.status, ship_after(st, c, 0));
	return im.status;
}

static int
run(const struct options *o)
{
	struct opened in;
	struct fault f = { 0 };
	int status;

	if (o->n_args == 0)
		return cmd_usage("import: which files? give paths, or - for "
				 "standard input");
	status = cmd_open(
	    o, CONFIG_OPTIONAL, o->dry_run ? STORE_TRY : STORE_WRITE, &in);
	if (status == 0)
		status = import_into(in.store, o, &in.config, &f);
	cmd_close(&in);
	return status;
}

const struct command cmd_import = {
	.name = "import",
	.arguments = "[-n] [--json] PATH...",
	.summary = "import report files and mails; - is stdin",
	.options = OPTION_DRY_RUN | OPTION_JSON | OPTION_TIMING | OPTION_DKIM,
	.needs_file = "reports are imported into the store of a poller, which "
		      "is a file, and shipped from there: leave -d out, and "
		      "name the shared store in [postgresql]",
	.run = run,
};
