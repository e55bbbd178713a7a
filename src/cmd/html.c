#include <string.h>

#include "base/fault.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/judged_overview.h"
#include "cmd/range_options.h"
#include "cmd/require_advice.h"
#include "export/protected_files.h"
#include "export/read_overview.h"
#include "output/whole_file.h"
#include "page/html_page.h"
#include "store/store.h"

static int
write_page(const struct config *c, const struct judged_overview *l,
    const char *path, struct fault *f)
{
	struct page_origin origin = { l->now, c->store_path, l->host };
	struct whole_file *file;
	int rc = -1;

	if (strcmp(path, "-") == 0) {
		html_print(stdout, &l->words, &origin);
		return 0;
	}
	if (protected_file_check(c, path, f) == -1)
		return -1;
	if ((file = whole_file_open(path, f)) != NULL) {
		html_print(whole_file_stream(file), &l->words, &origin);
		rc = whole_file_commit(file, f);
	}
	whole_file_close(file);
	return rc;
}

static int
run(const struct options *o)
{
	struct fault f = { 0 };
	struct judged_overview overview = { 0 };
	struct opened in;
	int status;

	if (o->n_args > 0)
		return cmd_usage("html: takes no arguments");
	if ((status = range_options_check(o, "html")) != 0)
		return status;
	if (o->output == NULL)
		return cmd_usage("html: where to? give -o FILE.html");
	status = cmd_open_reading(o, CONFIG_OPTIONAL, &in);
	if (status == 0)
		status = range_options_check_domains(o, "html", in.store);
	if (status == 0 &&
	    (judged_overview_read(&overview, &in, o, false, &f) == -1 ||
		require_advice_read(&overview, in.store, &in.config, &f) ==
		    -1 ||
		write_page(&in.config, &overview, o->output, &f) == -1))
		status = cmd_failed(&f);
	if (status == 0 && strcmp(o->output, "-") != 0)
		cmd_done("%s: written", o->output);
	judged_overview_free(&overview);
	cmd_close(&in);
	return status;
}

const struct command cmd_html = {
	.name = "html",
	.arguments = "-o FILE.html [options]",
	.summary = "what matters, as one page with plots",
	.options = OPTION_FILE | OPTION_RANGE,
	.run = run,
};
