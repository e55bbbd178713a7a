#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "config/config.h"
#include "export/csv_folder.h"
#include "receive/cgi_answer.h"
#include "receive/receive.h"
#include "store/store.h"

extern char **environ;

/*
 * The store is not made here, nor brought to a newer version: what is made
 * beside it would belong to the user of the web server, and a sender does not
 * wait for it.
 */
static int
check_store(const char *path, struct fault *f)
{
	struct store *st;

	if (access(path, F_OK) == -1)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "%s: cannot be reached, or is not there: see `man "
		    "tlsrua-receive`, \"The store\"",
		    path);
	st = store_open(path, STORE_READ, f);
	store_close(st);
	return st != NULL ? 0 : -1;
}

/* Store the report that was read; 0, or the exit code once it was logged. */
static int
store_report(struct receive *r)
{
	const char *path = r->config->store_path;
	struct store *st = NULL;
	struct fault f = { 0 };
	int rc = check_store(path, &f);

	if (rc == 0)
		rc = (st = store_open(path, STORE_WRITE, &f)) != NULL ? 0 : -1;
	if (rc == 0)
		rc = receive_store(r, st, &f);
	store_close(st);
	return rc == 0 ? 0 : cmd_failed(&f);
}

/* The web server waits until all three are closed. */
static void
let_go_of_server(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), fd;

	setsid();
	for (fd = STDIN_FILENO; null != -1 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
}

static void
refresh(const struct config *c)
{
	struct fault f = { 0 };
	struct store *st = store_open(c->store_path, STORE_WRITE, &f);

	if (st == NULL || csv_folder_refresh(st, c, &f) == -1)
		syslog(LOG_DAEMON | LOG_ERR, "tlsrua: receive: %s", f.text);
	store_close(st);
}

/*
 * Files that another user makes there could not be replaced by the next poll.
 */
static bool
is_own_folder(const char *dir)
{
	struct stat sb;

	if (stat(dir, &sb) == -1 || sb.st_uid == geteuid() || geteuid() == 0)
		return true;
	log_error("%s: belongs to another user than this CGI program runs as, "
		  "so it is not refreshed: take refresh out of [receive], or "
		  "see `man tlsrua-receive`, \"The CSV folder\"",
	    dir);
	return false;
}

/* Bring the CSV folder up to date, in a process that the request does not
 * wait for. */
static void
refresh_apart(const struct config *c)
{
	pid_t pid;

	if (!is_own_folder(c->export_dir))
		return;
	fflush(NULL);
	if ((pid = fork()) == -1)
		log_error("receive: the CSV folder is not refreshed: no new "
			  "process can be made");
	if (pid != 0)
		return;
	let_go_of_server();
	refresh(c);
	_exit(0);
}

/* The answer to a request; 0, or the exit code of trouble on this machine. */
static int
answer_request(struct receive *r)
{
	int status = 0;

	if (receive_read(r, environ, STDIN_FILENO))
		status = store_report(r);
	cgi_answer_print(&r->answer, stdout);
	fflush(stdout);
	return status;
}

static int
run(const struct options *o)
{
	struct receive r;
	struct config c;
	int status;

	if (o->n_args > 0)
		return cmd_usage("receive: takes no arguments: a report is "
				 "what comes on standard input");
	if (getenv("REQUEST_METHOD") == NULL)
		return cmd_usage("receive: is run by a web server, as a CGI "
				 "program; see `man tlsrua-receive`");
	status = cmd_config(o, CONFIG_OPTIONAL, &c);
	receive_init(&r, &c);
	if (status == 0)
		status = answer_request(&r);
	else
		cgi_answer_print(&r.answer, stdout);
	receive_free(&r);
	if (r.refresh)
		refresh_apart(&c);
	config_free(&c);
	return status;
}

const struct command cmd_receive = {
	.name = "receive",
	.arguments = "",
	.summary = "CGI program: a report POSTed over HTTPS",
	.needs_file = "reports are received into the store of a poller, which "
		      "is a file, and shipped from there: leave -d out, and "
		      "name the shared store in [postgresql]",
	.run = run,
};
