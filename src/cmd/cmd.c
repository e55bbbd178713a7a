#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "config/config.h"
#include "config/shared_store.h"
#include "ship/operate.h"
#include "ship/shared_mirror.h"
#include "store/store.h"

static const char default_config[] = "/etc/tlsrua.conf";

static bool
is_same_store(const char *a, const char *b)
{
	struct stat x, y;

	return strcmp(a, b) == 0 ||
	       (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
		   x.st_ino == y.st_ino);
}

/*
 * Put the store of -d in place of the configuration's.  If it is another one,
 * it must not write the CSV folder and views of the configuration, and [notify]
 * command is not run for its problems.
 */
static void
use_store(struct config *c, const char *path)
{
	if (!is_same_store(c->store_path, path)) {
		c->export_dir = "";
		c->n_views = 0;
		/* but `notify` runs it for those of a shared store */
		if (shared_store_service(path) == NULL)
			c->notify_command = "";
	}
	c->own_store_path = c->store_path;
	c->store_path = path;
}

int
cmd_config(const struct options *o, enum config_need need, struct config *c)
{
	const char *path = o->config != NULL ? o->config : default_config;
	struct fault f = { 0 };
	bool needed = need == CONFIG_REQUIRED ||
		      (need == CONFIG_OPTIONAL && o->store == NULL);

	config_defaults(c);
	if ((o->config != NULL || needed || access(path, R_OK) == 0) &&
	    config_load(path, c, &f) == -1)
		return cmd_failed(&f);
	if (o->store != NULL)
		use_store(c, o->store);
	return 0;
}

const char *
cmd_shared_service(const struct config *c)
{
	return shared_store_service(c->store_path);
}

int
cmd_open_store(enum store_access access, struct opened *in)
{
	struct fault f = { 0 };

	if (cmd_shared_service(&in->config) != NULL)
		return cmd_usage("-d postgresql: this needs the store of a "
				 "poller, which is a file");

	in->store = store_open(in->config.store_path, access, &f);
	return in->store != NULL ? 0 : cmd_failed(&f);
}

int
cmd_open(const struct options *o, enum config_need need,
    enum store_access access, struct opened *in)
{
	int status = cmd_config(o, need, &in->config);

	in->store = NULL;
	in->shared = NULL;
	return status != 0 ? status : cmd_open_store(access, in);
}

int
cmd_open_to_read(const struct options *o, struct opened *in)
{
	struct fault f = { 0 };
	const char *service = cmd_shared_service(&in->config);

	if (service == NULL)
		return cmd_open_store(STORE_READ, in);
	in->shared = shared_mirror_open(service, in->config.postgresql.timeout,
	    o->domains.item, o->domains.n, &f);
	if (in->shared == NULL)
		return cmd_failed(&f);
	in->store = shared_mirror_store(in->shared);
	return 0;
}

int
cmd_open_reading(
    const struct options *o, enum config_need need, struct opened *in)
{
	int status = cmd_config(o, need, &in->config);

	in->store = NULL;
	in->shared = NULL;
	return status != 0 ? status : cmd_open_to_read(o, in);
}

int
cmd_work(const struct options *o, const struct store_work *w)
{
	struct opened in = { 0 };
	struct shared_service s;
	int status = cmd_config(o, CONFIG_OPTIONAL, &in.config);

	s = (struct shared_service){ cmd_shared_service(&in.config),
		in.config.postgresql.timeout };
	if (status == 0 && s.name != NULL)
		status = w->there(w->arg, &s);
	else if (status == 0 && (status = cmd_open_store(w->access, &in)) == 0)
		status = w->here(w->arg, &in);
	cmd_close(&in);
	return status;
}

void
cmd_close(struct opened *in)
{
	if (in->shared == NULL)
		store_close(in->store);
	shared_mirror_close(in->shared);
	config_free(&in->config);
}

int
cmd_failed(const struct fault *f)
{
	log_error("%s", f->text);
	return f->status;
}

void
cmd_note_status(int *status, int next)
{
	if (*status == 0)
		*status = next;
}

int
cmd_usage(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_error("%s", text);
	return EX_USAGE;
}

void
cmd_done(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (log_on(LOG_LEVEL_INFO))
		log_info("%s", text);
	else if (log_is_terminal())
		log_warn("%s", text);
}
