#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fault.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/overdue.h"
#include "ledger/exports.h"
#include "ledger/mailboxes.h"
#include "model/row.h"
#include "output/json_line.h"
#include "output/terminal_text.h"
#include "ship/shared_mirror.h"
#include "store/status.h"
#include "store/store.h"
#include "upkeep/verify.h"

/* The list of mailboxes while it is printed. */
struct listing {
	const struct config *config;
	const struct column *columns;
	size_t n;		  /* mailboxes printed */
	struct json_object *json; /* where they go as JSON: an array */
};

static int
on_head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct listing *l = arg;

	(void)n;
	(void)f;
	l->columns = columns;
	return 0;
}

static const struct cell *
cell(const struct listing *l, const struct cell *cells, size_t n,
    const char *name)
{
	static const struct cell none = { .null = true, .text = "" };
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(l->columns[i].name, name) == 0)
			return &cells[i];
	return &none;
}

static const char *
text_of(const struct cell *c, const char *when_null)
{
	return c->null || c->len == 0 ? when_null : c->text;
}

/*
 * Whether the folder of a row is polled by the configuration.  Without any
 * mailbox in it, as with -d alone, all are shown.
 */
static bool
is_configured(const struct listing *l, const struct cell *cells, size_t n)
{
	const struct config *c = l->config;
	const char *name = cell(l, cells, n, "mailbox")->text;
	const char *folder = cell(l, cells, n, "folder")->text;
	size_t i, k;

	for (i = 0; i < c->n_mailboxes; i++) {
		if (strcmp(c->mailboxes[i].name, name) != 0)
			continue;
		for (k = 0; k < c->mailboxes[i].n_folders; k++)
			if (strcmp(c->mailboxes[i].folders[k], folder) == 0)
				return true;
	}
	return c->n_mailboxes == 0;
}

static int
print_mailbox(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct listing *l = arg;
	const struct cell *error = cell(l, cells, n, "error");
	char mails[GROUPED], reports[GROUPED];

	(void)f;
	if (!is_configured(l, cells, n))
		return 0;
	if (l->n++ == 0)
		printf("Mailboxes\n");
	fputs("  ", stdout);
	text_put(stdout, text_of(cell(l, cells, n, "mailbox"), ""));
	fputs(": ", stdout);
	text_put(stdout, text_of(cell(l, cells, n, "folder"), ""));
	printf(": %s mails, %s reports; last polled well: %s\n",
	    text_grouped(
		(uint64_t)cell(l, cells, n, "messages")->number, mails),
	    text_grouped(
		(uint64_t)cell(l, cells, n, "reports")->number, reports),
	    text_of(cell(l, cells, n, "last_good"), "never"));
	if (!error->null && error->len > 0) {
		printf("    %s: ",
		    text_of(cell(l, cells, n, "last_poll"), "last poll"));
		text_put(stdout, error->text);
		fputc('\n', stdout);
	}
	return 0;
}

static int
add_mailbox_json(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct listing *l = arg;
	struct json_object *o;
	size_t i;

	(void)f;
	if (!is_configured(l, cells, n))
		return 0;
	o = json_new_object();
	for (i = 0; i < n; i++)
		if (cells[i].null)
			json_add_null(o, l->columns[i].name);
		else if (l->columns[i].kind == COLUMN_NUMBER)
			json_add_number(o, l->columns[i].name, cells[i].number);
		else
			json_add_text(o, l->columns[i].name, cells[i].text);
	json_append(l->json, o);
	return 0;
}

static void
print_stored(const struct store_status *s, int64_t unshipped)
{
	char a[GROUPED], b[GROUPED], c[GROUPED];

	printf("Stored\n");
	if (s->reports == 0)
		printf("  nothing yet\n");
	else
		printf("  %s reports of %s to %s; %s sessions, %s rows of "
		       "failures\n",
		    text_grouped((uint64_t)s->reports, a), s->first_day,
		    s->last_day, text_grouped((uint64_t)s->sessions, b),
		    text_grouped((uint64_t)s->failures, c));
	printf("  %s mails and files looked at; %s bytes on disk\n",
	    text_grouped((uint64_t)s->messages, a),
	    text_grouped((uint64_t)s->bytes, b));
	if (s->repeated > 0)
		printf("  %s of them repeat%s another under a new report-id "
		       "and count%s all the same (report-repeated)\n",
		    text_grouped((uint64_t)s->repeated, a),
		    s->repeated == 1 ? "s" : "", s->repeated == 1 ? "s" : "");
	if (s->conflicts + s->quarantined + unshipped == 0)
		return;
	printf("Waiting for attention\n");
	if (s->quarantined > 0)
		printf("  %s in quarantine: tlsrua quarantine list\n",
		    text_grouped((uint64_t)s->quarantined, a));
	if (s->waiting > 0)
		printf("  %s of them wait%s for DNS, the oldest since %s; each "
		       "poll asks again\n",
		    text_grouped((uint64_t)s->waiting, a),
		    s->waiting == 1 ? "s" : "", s->waiting_since);
	if (s->conflicts > 0)
		printf("  %s in conflict with a stored report: tlsrua "
		       "quarantine list\n",
		    text_grouped((uint64_t)s->conflicts, a));
	if (unshipped > 0)
		printf("  %s not taken by this store: tlsrua ship --status\n",
		    text_grouped((uint64_t)unshipped, a));
}

static void
add_stored_json(struct json_object *o, const struct store_status *s)
{
	json_add_number(o, "messages", s->messages);
	json_add_number(o, "reports", s->reports);
	json_add_number(o, "conflicts", s->conflicts);
	json_add_number(o, "quarantined", s->quarantined);
	json_add_number(o, "repeated", s->repeated);
	json_add_number(o, "failures", s->failures);
	json_add_number(o, "sessions", s->sessions);
	json_add_number(o, "bytes", s->bytes);
	json_add_text(o, "first_day", s->first_day);
	json_add_text(o, "last_day", s->last_day);
	json_add_number(o, "waiting", s->waiting);
	json_add_text(o, "waiting_since", s->waiting_since);
}

static int
print_status_json(struct store *st, const struct config *c,
    const struct store_status *status, int64_t unshipped, struct fault *f)
{
	struct json_object *o = json_new_object();
	struct listing listing = { .config = c, .json = json_new_array() };
	struct row_sink sink = { on_head, add_mailbox_json, &listing };

	json_add(o, "mailboxes", listing.json);
	if (store_read_mailboxes(st, &sink, f) == -1) {
		json_drop(o);
		return -1;
	}
	add_stored_json(o, status);
	json_add_number(o, "unshipped", unshipped);
	json_line_print(stdout, o);
	return 0;
}

/* `unshipped`: reports that a shared store did not take. */
static int
print_status(struct store *st, const struct config *c, int64_t unshipped,
    bool json, struct fault *f)
{
	struct listing listing = { .config = c };
	struct row_sink sink = { on_head, print_mailbox, &listing };
	struct store_status status;

	if (store_status(st, &status, f) == -1)
		return -1;
	if (json)
		return print_status_json(st, c, &status, unshipped, f);
	if (store_read_mailboxes(st, &sink, f) == -1)
		return -1;
	print_stored(&status, unshipped);
	return 0;
}

static void
print_difference(void *arg, const struct store_difference *d)
{
	size_t *n = arg;

	++*n;
	printf("%s: ", d->rollup);
	text_put(stdout, d->what);
	printf(": %s is kept, %s was counted\n",
	    d->stored[0] != '\0' ? d->stored : "nothing",
	    d->counted[0] != '\0' ? d->counted : "nothing");
}

/* 0; 1 when a figure is not what counting gives; or -1. */
static int
verify(struct store *st, struct fault *f)
{
	size_t n = 0;

	if (store_verify(st, print_difference, &n, f) == -1)
		return -1;
	if (n > 0)
		log_error("%zu figures are not what is stored", n);
	return n > 0;
}

/* The exit code. */
static int
show(struct store *st, const struct options *o, const struct config *c,
    struct fault *f)
{
	int rc;

	if (o->check)
		rc = overdue_check(st, c, f);
	else
		rc = o->verify ? verify(st, f)
			       : print_status(st, c, 0, o->json, f);
	return rc == -1 ? cmd_failed(f) : rc;
}

/* The same of a shared store, whose mailboxes are those of its pollers. */
static int
show_shared(struct opened *in, const struct options *o, struct fault *f)
{
	struct config c = in->config;
	int64_t unshipped;
	int rc;

	c.n_mailboxes = 0;
	if (o->verify)
		return cmd_usage(
		    "status: --verify counts again what is in the store of a "
		    "poller; a shared store counts its days again by itself");
	if (o->check) {
		rc = shared_mirror_newest(in->shared, (int64_t)time(NULL), f);
		if (rc == 0)
			rc = overdue_check_told(in->store, &c, f);
	} else {
		rc = shared_mirror_status(in->shared, &unshipped, f);
		if (rc == 0)
			rc = print_status(in->store, &c, unshipped, o->json, f);
	}
	return rc == -1 ? cmd_failed(f) : rc;
}

static int
run(const struct options *o)
{
	struct opened in;
	struct fault f = { 0 };
	int status;

	if (o->n_args > 0)
		return cmd_usage("status: takes no arguments");
	status = cmd_open_reading(o, CONFIG_OPTIONAL, &in);
	if (status == 0)
		status = in.shared != NULL ? show_shared(&in, o, &f)
					   : show(in.store, o, &in.config, &f);
	cmd_close(&in);
	return status;
}

const struct command cmd_status = {
	.name = "status",
	.arguments = "[--json] [--check] [--verify]",
	.summary = "mailboxes, what is stored and what waits",
	.options = OPTION_JSON | OPTION_CHECK | OPTION_VERIFY,
	.prints = true,
	.run = run,
};
