#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "config/config.h"
#include "export/protected_files.h"
#include "ledger/mailboxes.h"
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

/* The longer ago the last good poll, the sooner. */
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

/* All folders of the configuration; the caller frees the list. */
static int
read_folders(struct store *st, const struct config *c, struct folder **list,
    size_t *n, struct fault *f)
{
	size_t i, k;

	*n = 0;
	for (i = 0; i < c->n_mailboxes; i++)
		*n += c->mailboxes[i].n_folders;
	*list = xcalloc(*n + 1, sizeof **list);
	*n = 0;
	for (i = 0; i < c->n_mailboxes; i++)
		for (k = 0; k < c->mailboxes[i].n_folders; k++) {
			struct folder *folder = &(*list)[(*n)++];

			folder->mailbox = c->mailboxes[i].name;
			folder->name = c->mailboxes[i].folders[k];
			if (store_find_mailbox(st, folder->mailbox,
				folder->name, &folder->polled, f) == -1)
				return -1;
		}
	qsort(*list, *n, sizeof **list, compare_folders);
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
write_folders(
    FILE *out, struct store *st, const struct config *c, struct fault *f)
{
	struct folder *list;
	size_t n, shown;
	int rc = read_folders(st, c, &list, &n, f);

	if (rc == 0 && n > 0) {
		shown = n < FOLDERS ? n : FOLDERS;
		write_polls(out, list, shown);
		write_durations(out, list, shown);
		prometheus_family(out, "tlsrua_mailbox_folders_left_out",
		    "Folders polled later than all that are listed.");
		prometheus_number(out, "tlsrua_mailbox_folders_left_out", NULL,
		    0, (int64_t)(n - shown));
	}
	free(list);
	return rc;
}

static int
write_all(FILE *out, struct store *st, const struct config *c, struct fault *f)
{
	struct writing w = { .out = out };

	write_build(out);
	if (write_folders(out, st, c, f) == -1)
		return -1;
	return metrics_read(st, write_gauge, &w, f);
}

static int
write_file(
    const char *path, struct store *st, const struct config *c, struct fault *f)
{
	struct whole_file *file;
	int rc = -1;

	if (protected_file_check(c, path, f) == -1)
		return -1;
	if ((file = whole_file_open(path, f)) != NULL &&
	    write_all(whole_file_stream(file), st, c, f) == 0)
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
		rc = strcmp(path, "-") == 0
			 ? write_all(stdout, in.store, &in.config, &f)
			 : write_file(path, in.store, &in.config, &f);
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
