#include <string.h>
#include <sysexits.h>

#include "base/fault.h"
#include "cmd/cmd.h"
#include "cmd/judged_overview.h"
#include "page/html_page.h"
#include "output/whole_file.h"

static int
write_page(const struct look *l, const char *path, struct fault *f)
{
	struct whole_file *file;
	int rc = -1;

	if (strcmp(path, "-") == 0) {
		html_print(stdout, &l->words);
		return 0;
	}
	if ((file = whole_file_open(path, f)) != NULL) {
		html_print(whole_file_stream(file), &l->words);
		rc = whole_file_commit(file, f);
	}
	whole_file_close(file);
	return rc;
}

static int
run(const struct options *o)
{
	struct fault f = { 0 };
	struct look look = { 0 };
	struct config c;
	int status;

	if ((status = look_check(o, "html")) != 0)
		return status;
	if (o->output == NULL)
		return cmd_usage("html: where to? give -o FILE.html");
	if ((status = cmd_config(o, CONFIG_OPTIONAL, &c)) != 0)
		goto out;
	if (look_open(&look, o, &c, false, &f) == -1 ||
	    write_page(&look, o->output, &f) == -1)
		status = cmd_failed(&f);
out:
	look_free(&look);
	config_free(&c);
	return status;
}

const struct command cmd_html = {
	.name = "html",
	.arguments = "-o FILE.html [options]",
	.summary = "what matters, as one page with plots",
	.options = OPTION_FILE | OPTION_RANGE,
	.run = run,
};
