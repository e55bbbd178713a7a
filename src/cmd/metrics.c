#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "config/config.h"
#include "export/protected_files.h"
#include "ledger/mailboxes.h"
#include "ledger/polled_folders.h"
#include "model/poller_state.h"
#include "output/prometheus.h"
#include "output/whole_file.h"
#include "ship/shared_mirror.h"
#include "store/store.h"
#include "tables/metric_list.h"

enum {
	FOLDERS = 40 /* of which there are gauges; the worst */
};

/* A configured folder, and how its polls went. */
struct folder {
	const char *mailbox, *name;
	struct store_mailbox polled; /* zero when it never was */
};

/* Where the gauges go. */
struct writing {
	FILE *out;
	const struct metric *family; /* begun last */
};

static void
write_build(FILE *out)
{
	static const struct prometheus_label version[] = { { "version",
	    TLSRUA_VERSION } };

	prometheus_family(
	    out, "tlsrua_build_info", "The release that wrote this.");
	prometheus_number(out, "tlsrua_build_info", version, 1, 1);
}

static int
write_gauge(void *arg, const struct metric *m,
    const char *const value_of_label[METRIC_LABELS], int64_t value,
    struct fault *f)
{
	struct writing *w = arg;
	struct prometheus_label label[METRIC_LABELS];
	size_t n;

	(void)f;
	if (w->family != m)
		prometheus_family(w->out, m->name, m->help);
	w->family = m;
	for (n = 0; n < METRIC_LABELS && m->label[n] != NULL; n++)
		label[n] =
		    (struct prometheus_label){ m->label[n], value_of_label[n] };
	prometheus_number(w->out, m->name, label, n, value);
	return 0;
}

/* Folders whose last good poll is longest ago come first. */
static int
compare_folders(const void *a, const void *b)
{
	const struct folder *x = a, *y = b;
	int by_name;

	if (x->polled.last_good != y->polled.last_good)
		return x->polled.last_good < y->polled.last_good ? -1 : 1;
	by_name = strcmp(x->mailbox, y->mailbox);
	return by_name != 0 ? by_name : strcmp(x->name, y->name);
}

/* The folders that there are gauges of. */
struct folders {
	struct folder *item;
	size_t n;
	struct poller_state told; /* holds their names, of a shared store */
};

/* List the folders of the configuration; free_folders() them. */
static void
list_configured(struct folders *all, const struct config *c)
{
	size_t i, k, n = 0;

	for (i = 0; i < c->n_mailboxes; i++)
		n += c->mailboxes[i].n_folders;
	all->item = xcalloc(n + 1, sizeof *all->item);
	for (i = 0; i < c->n_mailboxes; i++)
		for (k = 0; k < c->mailboxes[i].n_folders; k++)
			all->item[all->n++] =
			    (struct folder){ .mailbox = c->mailboxes[i].name,
				    .name = c->mailboxes[i].folders[k] };
}

/* List the folders of all pollers of a shared store. */
static int
list_told(struct folders *all, struct store *st, struct fault *f)
{
	size_t i;

	if (poller_state_read(st, &all->told, f) == -1)
		return -1;
	all->item = xcalloc(all->told.n_folders + 1, sizeof *all->item);
	for (i = 0; i < all->told.n_folders; i++)
		all->item[all->n++] = (struct folder){
			.mailbox = all->told.folders[i].mailbox,
			.name = all->told.folders[i].folder,
		};
	return 0;
}

static void
free_folders(struct folders *all)
{
	free(all->item);
	arena_free(&all->told.memory);
}

static int
read_folders(struct folders *all, const struct opened *in, struct fault *f)
{
	size_t i;

	if (in->shared == NULL)
		list_configured(all, &in->config);
	else if (list_told(all, in->store, f) == -1)
		return -1;
	for (i = 0; i < all->n; i++)
		if (store_find_mailbox(in->store, all->item[i].mailbox,
			all->item[i].name, &all->item[i].polled, f) == -1)
			return -1;
	qsort(all->item, all->n, sizeof *all->item, compare_folders);
	return 0;
}

static void
write_polls(FILE *out, const struct folder *list, size_t n)
{
	static const char name[] =
	    "tlsrua_mailbox_last_good_poll_timestamp_seconds";
	size_t i;

	prometheus_family(out, name,
	    "When the folder was last polled without trouble, 0: never.");
	for (i = 0; i < n; i++) {
		struct prometheus_label label[] = { { "mailbox",
							list[i].mailbox },
			{ "folder", list[i].name } };

		prometheus_number(
		    out, name, label, 2, list[i].polled.last_good);
	}
}

/* Of each mailbox once. */
static void
write_durations(FILE *out, const struct folder *list, size_t n)
{
	static const char name[] = "tlsrua_mailbox_last_poll_duration_seconds";
	size_t i, k;

	prometheus_family(
	    out, name, "How long the last poll of the mailbox took.");
	for (i = 0; i < n; i++) {
		struct prometheus_label label = { "mailbox", list[i].mailbox };

		for (k = 0; k < i; k++)
			if (strcmp(list[k].mailbox, list[i].mailbox) == 0)
				break;
		if (k == i && list[i].polled.id != 0 &&
		    list[i].polled.duration >= 0)
			prometheus_seconds(out, name, &label, 1,
			    (double)list[i].polled.duration / 1000);
	}
}

static int
write_folders(FILE *out, const struct opened *in, struct fault *f)
{
	struct folders all = { 0 };
	size_t shown;
	int rc = read_folders(&all, in, f);

	if (rc == 0 && all.n > 0) {
		shown = all.n < FOLDERS ? all.n : FOLDERS;
		write_polls(out, all.item, shown);
		write_durations(out, all.item, shown);
		prometheus_family(out, "tlsrua_mailbox_folders_left_out",
		    "Folders polled later than all that are listed.");
		prometheus_number(out, "tlsrua_mailbox_folders_left_out", NULL,
		    0, (int64_t)(all.n - shown));
	}
	free_folders(&all);
	return rc;
}

static int
write_all(FILE *out, const struct opened *in, struct fault *f)
{
	struct writing w = { .out = out };

	write_build(out);
	if (write_folders(out, in, f) == -1)
		return -1;
	return metrics_read(in->store, write_gauge, &w, f);
}

static int
write_file(const char *path, const struct opened *in, struct fault *f)
{
	struct whole_file *file;
	int rc = -1;

	if (protected_file_check(&in->config, path, f) == -1)
		return -1;
	if ((file = whole_file_open(path, f)) != NULL &&
	    write_all(whole_file_stream(file), in, f) == 0)
		rc = whole_file_commit(file, f);
	whole_file_close(file);
	return rc;
}

static int
run(const struct options *o)
{
	const char *path = o->output != NULL ? o->output : "-";
	struct opened in;
	struct fault f = { 0 };
	int status, rc;

	if (o->n_args > 0)
		return cmd_usage("metrics: takes no arguments");
	status = cmd_open_reading(o, CONFIG_OPTIONAL, &in);
	if (status == 0 && in.shared != NULL &&
	    shared_mirror_metrics(in.shared, &f) == -1)
		status = cmd_failed(&f);
	if (status == 0) {
		rc = strcmp(path, "-") == 0 ? write_all(stdout, &in, &f)
					    : write_file(path, &in, &f);
		if (rc == -1)
			status = cmd_failed(&f);
	}
	cmd_close(&in);
	return status;
}

const struct command cmd_metrics = {
	.name = "metrics",
	.arguments = "[-o FILE.prom]",
	.summary = "figures for Prometheus",
	.options = OPTION_FILE,
	.run = run,
};
