#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/range_options.h"
#include "export/first_day.h"
#include "export/protected_files.h"
#include "export/table_file.h"
#include "ledger/exports.h"
#include "model/row.h"
#include "output/csv.h"
#include "output/output_folder.h"
#include "ship/shared_mirror.h"
#include "store/status.h"
#include "store/store.h"
#include "tables/tables.h"
#include "views/views.h"

static bool
is_table(const char *name)
{
	const char *table;
	size_t i;

	for (i = 0; (table = store_table_name(i)) != NULL; i++)
		if (strcmp(table, name) == 0)
			return true;
	return false;
}

/* An export, and where it goes. */
struct exporting {
	const struct config *config;
	struct table_source source;
	struct table_format format;
	struct store_filter filter;
	char from[16]; /* the first day, where the filter has one of --since */
	struct output_folder folder; /* not open: standard output */
	size_t n;		     /* tables written */
};

static int
write_table(struct exporting *e, const char *table, struct fault *f)
{
	char *name, *path;
	int rc;

	if (e->folder.fd == -1)
		return table_print(
		    &e->source, &e->format, table, &e->filter, f);
	name = xasprintf("%s.%s", table, e->format.ndjson ? "ndjson" : "csv");
	path = xasprintf("%s/%s", e->folder.path, name);
	rc = protected_file_check(e->config, path, f);
	if (rc == 0)
		rc = table_write(&e->source, &e->format, &e->folder, name,
		    table, &e->filter, f);
	e->n += rc == 0;
	free(name);
	free(path);
	return rc;
}

/* The configuration's, but for what the command line says. */
static struct csv_style
chosen_style(const struct options *o, const struct config *c)
{
	struct csv_style style = c->csv;

	style.bom = style.bom || o->bom;
	if (o->delimiter != '\0')
		style.delimiter = o->delimiter;
	if (o->decimal != '\0')
		style.decimal = o->decimal;
	return style;
}

/*
 * Write the tables that are named, or all.  `newest`: the newest day, from
 * which
 * --since counts, or else the configuration's.
 */
static int
write_tables(struct exporting *e, const struct options *o,
    const char newest[static 16], struct fault *f)
{
	const char *table;
	size_t i;
	int rc = 0;

	memcpy(e->from, newest, sizeof e->from);
	first_day_of(o->since != NULL ? o->since_days : e->config->export_since,
	    e->from);
	if (o->from == NULL && e->from[0] != '\0')
		e->filter.from = e->from;
	for (i = 0; rc == 0 && i < o->n_args; i++)
		rc = write_table(e, o->args[i], f);
	for (i = 0;
	     rc == 0 && o->n_args == 0 && (table = store_table_name(i)) != NULL;
	     i++)
		rc = write_table(e, table, f);
	return rc;
}

static int
read_shared(void *arg, const char *table, const struct store_filter *filter,
    const struct row_sink *sink, struct fault *f)
{
	return shared_mirror_table(arg, table, filter, sink, f);
}

/* The tables of a store, in one view of it. */
static int
write_store(struct exporting *e, const struct opened *in,
    const struct options *o, struct fault *f)
{
	char newest[16];
	int rc;

	e->source = in->shared != NULL
			? (struct table_source){ read_shared, in->shared }
			: table_source_of(in->store);
	if (store_begin_view(in->store, f) == -1)
		return -1;
	rc = store_newest_day(in->store, newest, f);
	if (rc == 0)
		rc = write_tables(e, o, newest, f);
	store_end_view(in->store);
	return rc;
}

static int
export_tables(const struct opened *in, const struct options *o, const char *dir,
    struct fault *f)
{
	const struct config *c = &in->config;
	struct csv_style style = chosen_style(o, c);
	struct exporting e = { .config = c,
		.format = { o->ndjson, &style },
		.filter = { .from = o->from,
		    .to = o->to,
		    .domains = o->domains.item,
		    .n_domains = o->domains.n,
		    .organizations = o->organizations.item,
		    .n_organizations = o->organizations.n },
		.folder = { .fd = -1 } };
	int rc;

	if (strcmp(dir, "-") != 0 &&
	    output_folder_open(&e.folder, dir, f) == -1)
		return -1;
	rc = write_store(&e, in, o, f);
	if (rc == 0 && e.folder.fd != -1)
		cmd_done(
		    "%s: %zu table%s written", dir, e.n, e.n == 1 ? "" : "s");
	output_folder_close(&e.folder);
	return rc;
}

/* 0, or the exit code of a wrong command line. */
static int
check_arguments(
    const struct options *o, const struct config *c, const char *dir)
{
	struct csv_style style = chosen_style(o, c);
	size_t i;

	for (i = 0; i < o->n_args; i++)
		if (!is_table(o->args[i]))
			return cmd_usage(
			    "export: %s: no such table; there are daily, "
			    "weekly, monthly, failures, problems, mx, domains, "
			    "senders and reports",
			    o->args[i]);
	if (style.delimiter == style.decimal)
		return cmd_usage("export: delimiter and decimal are both "
				 "\"%c\"; give --delimiter semicolon",
		    style.decimal);
	if (dir[0] == '\0')
		return cmd_usage("export: where to? give -o DIR, or -o - and a "
				 "table, or set dir in [export]");
	if (strcmp(dir, "-") == 0 && o->n_args != 1)
		return cmd_usage(
		    "export: -o - writes one table: name it, as in "
		    "`tlsrua export -o - daily`");
	return range_options_check(o, "export");
}

/* 0, or the exit code of wrong arguments of --views. */
static int
check_views(const struct options *o, const struct config *c)
{
	size_t i, j;

	if (o->output != NULL || o->from != NULL || o->to != NULL ||
	    o->since != NULL || o->domains.n > 0 || o->organizations.n > 0 ||
	    o->ndjson || o->bom || o->delimiter != '\0' || o->decimal != '\0')
		return cmd_usage("export: --views goes with no other option: "
				 "[view NAME] in the configuration says what "
				 "is written");
	if (c->n_views == 0)
		return cmd_usage("export: --views: the configuration has no "
				 "[view NAME] for this store");
	for (i = 0; i < o->n_args; i++) {
		for (j = 0; j < c->n_views; j++)
			if (strcmp(c->views[j].name, o->args[i]) == 0)
				break;
		if (j == c->n_views)
			return cmd_usage("export: %s: no such view in %s",
			    o->args[i], c->path);
	}
	return 0;
}

/* Write those that are named, or all that changed. */
static int
write_views(const struct options *o, struct opened *in)
{
	size_t written = 0;
	struct views_wish wish = { (const char *const *)o->args, o->n_args,
		&written };
	int status;

	if (cmd_shared_service(&in->config) != NULL)
		return cmd_usage(
		    "export: --views needs the store of a poller: "
		    "of a shared one each customer's role, of "
		    "tlsrua_tenant, has `export -o`, `html -o` and "
		    "`summary --mail`; see tlsrua(1), SHARED STORE");
	if ((status = check_views(o, &in->config)) == 0)
		status = cmd_open_store(STORE_WRITE, in);
	if (status == 0)
		status = views_refresh(in->store, &in->config, &wish);
	if (status == 0)
		cmd_done("export: %zu of %zu views written", written,
		    in->config.n_views);
	return status;
}

static int
run(const struct options *o)
{
	struct opened in = { 0 };
	struct fault f = { 0 };
	const char *dir;
	int status;

	if ((status = cmd_config(o, CONFIG_OPTIONAL, &in.config)) != 0)
		goto out;
	if (o->views) {
		status = write_views(o, &in);
		goto out;
	}
	dir = o->output != NULL ? o->output : in.config.export_dir;
	status = check_arguments(o, &in.config, dir);
	if (status == 0 && (status = cmd_open_to_read(o, &in)) == 0)
		status = range_options_check_domains(o, "export", in.store);
	if (status == 0 && export_tables(&in, o, dir, &f) == -1)
		status = cmd_failed(&f);
out:
	cmd_close(&in);
	return status;
}

const struct command cmd_export = {
	.name = "export",
	.arguments = "[-o DIR|-] [--views] [TABLE|VIEW...]",
	.summary = "write the tables as CSV or JSON",
	.options = OPTION_OUTPUT | OPTION_RANGE | OPTION_ORG | OPTION_FORMAT |
		   OPTION_STYLE | OPTION_VIEWS,
	.prints = true,
	.run = run,
};
