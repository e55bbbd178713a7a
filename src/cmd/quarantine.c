#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/quarantine_show.h"
#include "codes/codes.h"
#include "dns/resolver.h"
#include "export/csv_folder.h"
#include "ingest/ingest.h"
#include "ingest/retry.h"
#include "ledger/suspects.h"
#include "model/row.h"
#include "model/vouching.h"
#include "output/terminal_text.h"
#include "ship/operate.h"
#include "ship/shared_mirror.h"
#include "store/store.h"
#include "upkeep/quarantine.h"

/* Numbers of entries. */
struct ids {
	int64_t *id;
	size_t n;
};

/* A command for entries of the quarantine. */
struct work {
	const struct options *options;
	const struct verb *verb;
	struct ids ids;		     /* that are named, or all for --all */
	const struct config *config; /* where something is changed */
	struct store *store;
	struct shared_mirror *shared; /* the store is its; or NULL */
	struct arena arena;
	bool changed; /* the CSV folder needs a refresh */
};

typedef int entry_fn(struct work *, int64_t id, struct fault *);

/* The columns of store_read_quarantine(). */
enum {
	COL_ID,
	COL_SEEN,
	COL_SOURCE,
	COL_UID,
	COL_SENDER,
	COL_SUBJECT,
	COL_CODE,
	COL_PLACE,
	COL_FILENAME,
	COL_SIZE,
	COL_KEPT
};

/* Print an entry in two or three lines. */
static int
list_row(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	size_t *count = arg;
	enum code code = code_find(c[COL_CODE].text);

	(void)n;
	(void)f;
	(*count)++;
	printf("%" PRId64 "  %.10s  ", c[COL_ID].number, c[COL_SEEN].text);
	text_put(stdout, c[COL_SOURCE].text);
	if (!c[COL_UID].null)
		printf(", UID %" PRId64, c[COL_UID].number);
	if (c[COL_SENDER].len > 0) {
		fputs(", from ", stdout);
		text_put(stdout, c[COL_SENDER].text);
	}
	fputs("\n    ", stdout);
	text_put(stdout, c[COL_CODE].text);
	if (c[COL_PLACE].len > 0) {
		fputs(": ", stdout);
		text_put(stdout, c[COL_PLACE].text);
	}
	fputc('\n', stdout);
	if (code != CODE_NONE)
		text_wrap(stdout, "    ", code_entry(code)->meaning);
	return 0;
}

static int
list(struct work *w, struct fault *f)
{
	size_t count = 0;
	struct row_sink sink = { NULL, list_row, &count };

	if (w->shared != NULL && shared_mirror_conflicts(w->shared, f) == -1)
		return -1;
	if (store_read_quarantine(w->store, &sink, f) == -1)
		return -1;
	if (count == 0)
		puts("Nothing is in quarantine.");
	else if (w->shared != NULL)
		puts("\nNext: tlsrua quarantine show ID, accept ID, or drop "
		     "ID.");
	else
		puts("\nNext: tlsrua quarantine show ID, retry ID, drop ID, "
		     "or accept ID for a conflict.");
	return 0;
}

static int
show(struct work *w, int64_t id, struct fault *f)
{
	if (w->shared != NULL && shared_mirror_copies(w->shared, id, f) == -1)
		return -1;
	return quarantine_show(w->store, id, w->options->raw, &w->arena, f);
}

/* As in the mailbox that it came from, when that is still configured. */
static const struct vouching *
vouching_of(const struct config *c, const struct store_quarantined *q)
{
	size_t i, n;

	for (i = 0; q->mailbox != 0 && i < c->n_mailboxes; i++) {
		n = strlen(c->mailboxes[i].name);
		if (strncmp(q->source, c->mailboxes[i].name, n) == 0 &&
		    strncmp(q->source + n, ": ", 2) == 0)
			return &c->mailboxes[i].vouching;
	}
	return &c->vouching;
}

static struct ingest_settings
settings_of(const struct config *c)
{
	return (struct ingest_settings){
		.examine = { .limits = &c->limits,
		    .our_domains = c->domains.name,
		    .n_our_domains = c->domains.n },
		.keep_raw = c->keep_raw,
	};
}

/* Judge it again as it came: the mail, or the attachment under its mail. */
static int
ingest_again(struct work *w, const struct store_quarantined *q,
    const struct vouching *how, struct ingest_counts *counts, struct fault *f)
{
	struct resolver *resolver = resolver_new(&w->config->dns);
	struct ingest_settings settings = settings_of(w->config);
	struct ingest *in;
	int rc;

	settings.examine.resolver = resolver;
	in = ingest_open(w->store, &settings);
	ingest_set_vouching(in, how);
	rc = retry_entry(in, q, counts, f);
	ingest_close(in);
	resolver_free(resolver);
	return rc;
}

/* Why an entry cannot be tried again, or NULL. */
static const char *
no_retry(const struct store_quarantined *q)
{
	if (q->conflict != 0)
		return "a conflict: accept or drop it";
	if (q->bytes.n == 0)
		return "its bytes were not kept";
	if (code_find(q->code) == CODE_MESSAGE_TOO_LARGE)
		return "its headers alone were kept: import the mail itself";
	return NULL;
}

/* The server is asked for the mail, by the next poll of its folder. */
static int
ask_again(struct work *w, const struct store_quarantined *q, struct fault *f)
{
	int n = (int)strcspn(q->source, ":");

	if (store_suspect_again(
		w->store, q->mailbox, q->uidvalidity, q->uid, f) == -1)
		return -1;
	printf("%" PRId64 ": the server is asked for it again by the next "
	       "`tlsrua poll %.*s`\n",
	    q->id, n, q->source);
	return 0;
}

static const char *
imported_as(const struct ingest_counts *c)
{
	return c->imported > 0	 ? "imported"
	       : c->conflict > 0 ? "in conflict with a stored report"
				 : "a duplicate of a stored report";
}

/* Try an entry again; it leaves quarantine when all in it was stored. */
static int
retry(struct work *w, int64_t id, struct fault *f)
{
	struct store_quarantined q;
	struct ingest_counts c;

	if (store_quarantine_get(w->store, id, &w->arena, &q, f) == -1)
		return -1;
	if (code_find(q.code) == CODE_NOT_HANDED_OUT && q.mailbox != 0)
		return ask_again(w, &q, f);
	if (no_retry(&q) != NULL) {
		printf("%" PRId64 ": %s\n", id, no_retry(&q));
		return 0;
	}
	if (ingest_again(w, &q, vouching_of(w->config, &q), &c, f) == -1)
		return -1;
	w->changed |= c.imported + c.conflict > 0;
	if (c.reports == 0) {
		printf("%" PRId64 ": holds no report\n", id);
		return 0;
	}
	if (c.waiting > 0) {
		printf("%" PRId64 ": DNS does not answer yet\n", id);
		return 0;
	}
	if (c.rejected > 0) {
		if (store_quarantine_get(w->store, id, &w->arena, &q, f) == -1)
			return -1;
		printf("%" PRId64 ": refused again: %s\n", id, q.code);
		return 0;
	}
	printf("%" PRId64 ": %s\n", id, imported_as(&c));
	return store_quarantine_drop(w->store, id, f);
}

static int
drop(struct work *w, int64_t id, struct fault *f)
{
	if (store_quarantine_drop(w->store, id, f) == -1)
		return -1;
	printf("%" PRId64 ": dropped\n", id);
	return 0;
}

/* Count the reports of a mail that was refused for who signed it. */
static int
accept_mail(struct work *w, const struct store_quarantined *q, struct fault *f)
{
	struct vouching how = { .mode = DKIM_RECORD, .decided = q->code };
	struct ingest_counts c;

	if (ingest_again(w, q, &how, &c, f) == -1)
		return -1;
	w->changed |= c.imported + c.conflict > 0;
	if (c.rejected > 0 || c.reports == 0)
		return fault(f, FAULT_HOST, EX_DATAERR,
		    "quarantine: %" PRId64 ": holds no report that can be read",
		    q->id);
	printf("%" PRId64 ": %s\n", q->id, imported_as(&c));
	return store_quarantine_drop(w->store, q->id, f);
}

static int
accept_entry(struct work *w, int64_t id, struct fault *f)
{
	struct store_quarantined q;

	if (store_quarantine_get(w->store, id, &w->arena, &q, f) == -1)
		return -1;
	if (q.conflict == 0 && strncmp(q.code, "dkim-", 5) == 0 &&
	    q.bytes.n > 0)
		return accept_mail(w, &q, f);
	if (store_quarantine_accept(w->store, id, f) == -1)
		return -1;
	w->changed = true;
	printf("%" PRId64 ": now counts; the copy that counted before is in "
	       "quarantine\n",
	    id);
	return 0;
}

static int
collect_id(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct ids *ids = arg;

	(void)n;
	(void)f;
	ids->id = xreallocarray(ids->id, ids->n + 1, sizeof *ids->id);
	ids->id[ids->n++] = c[COL_ID].number;
	return 0;
}

static int
parse_ids(const struct options *o, struct ids *ids)
{
	unsigned long long v;
	char *end;
	size_t i;

	ids->id = xcalloc(o->n_args, sizeof *ids->id);
	for (i = 1; i < o->n_args; i++) {
		v = strtoull(o->args[i], &end, 10);
		if (o->args[i][0] < '1' || o->args[i][0] > '9' ||
		    *end != '\0' || v > INT64_MAX)
			return cmd_usage("quarantine: %s: no number of `tlsrua "
					 "quarantine list`",
			    o->args[i]);
		ids->id[ids->n++] = (int64_t)v;
	}
	return 0;
}

static int
each(struct work *w, entry_fn *fn, struct fault *f)
{
	size_t i;

	for (i = 0; i < w->ids.n; i++) {
		arena_reset(&w->arena);
		if (fn(w, w->ids.id[i], f) == -1)
			return -1;
	}
	return 0;
}

static const struct verb {
	const char *name;
	entry_fn *fn; /* NULL: list */
	bool writes, takes_all;
} verbs[] = {
	{ "list", NULL, false, false },
	{ "show", show, false, false },
	{ "retry", retry, true, true },
	{ "accept", accept_entry, true, false },
	{ "drop", drop, true, true },
};

static const struct verb *
find_verb(const struct options *o)
{
	size_t i;

	for (i = 0; o->n_args > 0 && i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, o->args[0]) == 0)
			return &verbs[i];
	return NULL;
}

/* list and show; 0, or the exit code. */
static int
read_entries(struct work *w)
{
	struct opened in;
	struct fault f = { 0 };
	int status = cmd_open_reading(w->options, CONFIG_OPTIONAL, &in);
	int rc = 0;

	w->store = in.store;
	w->shared = in.shared;
	if (status == 0)
		rc = w->verb->fn == NULL ? list(w, &f)
					 : each(w, w->verb->fn, &f);
	cmd_close(&in);
	return rc == -1 ? cmd_failed(&f) : status;
}

static int
change_here(void *arg, struct opened *in)
{
	struct work *w = arg;
	struct row_sink sink = { NULL, collect_id, &w->ids };
	struct fault f = { 0 };
	int rc, status;

	w->store = in->store;
	w->config = &in->config;
	if (w->options->all && store_read_quarantine(w->store, &sink, &f) == -1)
		rc = -1;
	else
		rc = each(w, w->verb->fn, &f);
	status = rc == -1 ? cmd_failed(&f) : 0;
	if (w->changed && csv_folder_refresh(w->store, w->config, &f) == -1) {
		rc = cmd_failed(&f);
		status = status != 0 ? status : rc;
	}
	return status;
}

/* Of a shared store: the copies in conflict. */
static int
change_there(void *arg, const struct shared_service *s)
{
	const struct work *w = arg;
	struct fault f = { 0 };
	size_t i;

	if (w->verb->fn != accept_entry)
		return cmd_usage("quarantine %s: what was refused is in the "
				 "store of a poller; of a shared one there is "
				 "list, show and accept, and `tlsrua drop`, "
				 "for copies in conflict",
		    w->verb->name);
	if (operate_accept(s, w->ids.id, w->ids.n, &f) == -1)
		return cmd_failed(&f);
	for (i = 0; i < w->ids.n; i++)
		printf("%" PRId64 ": now counts; the copy that counted before "
		       "is in conflict\n",
		    w->ids.id[i]);
	return 0;
}

static int
check_arguments(const struct options *o, const struct verb *verb)
{
	if (o->all && !verb->takes_all)
		return cmd_usage(
		    "quarantine %s: does not take --all", verb->name);
	if (verb->fn == NULL ? o->n_args > 1 : o->all && o->n_args > 1)
		return cmd_usage("quarantine %s: %s", verb->name,
		    o->all ? "--all or numbers, not both" : "takes no numbers");
	if (verb->fn != NULL && !o->all && o->n_args == 1)
		return cmd_usage("quarantine %s: which? numbers are in `tlsrua "
				 "quarantine list`",
		    verb->name);
	return 0;
}

static int
run(const struct options *o)
{
	struct work w = { .options = o, .verb = find_verb(o) };
	struct store_work change = { STORE_WRITE, change_here, change_there,
		&w };
	int status;

	if (w.verb == NULL)
		return cmd_usage(
		    "quarantine: list, show, retry, accept or drop?");
	if ((status = check_arguments(o, w.verb)) == 0 &&
	    (status = parse_ids(o, &w.ids)) == 0)
		status =
		    w.verb->writes ? cmd_work(o, &change) : read_entries(&w);
	free(w.ids.id);
	arena_free(&w.arena);
	return status;
}

const struct command cmd_quarantine = {
	.name = "quarantine",
	.arguments = "list|show|retry|accept|drop [ID...]",
	.summary = "what could not be imported, and why",
	.options = OPTION_RAW | OPTION_ALL,
	.run = run,
};
