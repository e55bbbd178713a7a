#include <fcntl.h>
#include <locale.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/printable.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/version.h"
#include "config/shared_store.h"
#include "config/value_types.h"

static const struct command *const commands[] = { &cmd_poll, &cmd_import,
	&cmd_receive, &cmd_ship, &cmd_export, &cmd_summary, &cmd_html,
	&cmd_metrics, &cmd_mute, &cmd_notify, &cmd_prune, &cmd_drop,
	&cmd_status, &cmd_check, &cmd_record, &cmd_show, &cmd_quarantine,
	&cmd_explain };

enum {
	N_COMMANDS = sizeof commands / sizeof *commands
};

static void
help_all(void)
{
	size_t i;

	printf("tlsrua %s: SMTP TLS reports (RFC 8460) from a mailbox to "
	       "SQLite and CSV\n\n",
	    TLSRUA_VERSION);
	for (i = 0; i < N_COMMANDS; i++)
		printf("  tlsrua %-8s %-34s %s\n", commands[i]->name,
		    commands[i]->arguments, commands[i]->summary);
	printf("\nOptions before or after the command:\n");
	options_help(0);
	printf("\ntlsrua COMMAND --help lists a command's own; the manual is "
	       "tlsrua(1).\n");
}

static void
help_one(const struct command *c)
{
	printf("usage: tlsrua %s %s\n       %s\n\n", c->name, c->arguments,
	    c->summary);
	options_help(c->options);
}

static const struct command *
find(const char *name)
{
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int
no_such_command(const char *word)
{
	const char *names[N_COMMANDS], *near;
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		names[i] = commands[i]->name;
	if ((near = setting_nearest(word, names, N_COMMANDS)) == NULL)
		return cmd_usage(
		    "%s: no such command; see tlsrua --help", word);
	return cmd_usage("%s: no such command; did you mean %s?", word, near);
}

/* Output that could not be written makes the command fail. */
static int
finish(int status)
{
	if ((fflush(stdout) == EOF || ferror(stdout)) && status == 0) {
		log_error("standard output: cannot be written to");
		return EX_CANTCREAT;
	}
	return status;
}

static int
run(struct options *o, int argc, char **argv)
{
	const struct command *c = NULL;
	int next = 1;

	if (options_parse(o, argc, argv, 0, true, &next) == -1)
		return EX_USAGE;
	if (next < argc && (c = find(argv[next])) == NULL)
		return no_such_command(argv[next]);
	if (c != NULL) {
		argv += next;
		argc -= next;
		if (options_parse(o, argc, argv, c->options, false, &next) ==
		    -1)
			return EX_USAGE;
		o->args = argv + next;
		o->n_args = (size_t)(argc - next);
	}
	log_init(o->verbose, o->quiet);
	if (o->version)
		version_print();
	else if (o->help && c != NULL)
		help_one(c);
	else if (o->help)
		help_all();
	else if (c == NULL)
		return cmd_usage("which command? see tlsrua --help");
	else if (c->needs_file != NULL && o->store != NULL &&
		 shared_store_service(o->store) != NULL)
		return cmd_usage(
		    "%s: -d postgresql: %s", c->name, c->needs_file);
	else {
		if (c->prints)
			signal(SIGPIPE, SIG_DFL);
		return c->run(o);
	}
	return 0;
}

/*
 * No file that is opened later may get the number of a standard stream that was
 * closed.  What is read from or written to such a stream is to fail, so each is
 * opened the wrong way round.
 */
static void
open_standard_descriptors(void)
{
	static const int flags[] = { O_WRONLY, O_RDONLY, O_RDONLY };
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", flags[fd]) != fd)
			_exit(EX_OSERR);
}

/*
 * What OpenSSL allocates ends the program too when there is no memory left.
 * OpenSSL itself does not get over that everywhere: its first allocations, when
 * they fail, have 3.5 wait for itself for ever and 3.0 crash later.
 */
static void *
openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return xmalloc(size);
}

static void *
openssl_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size > 0)
		return xreallocarray(p, 1, size);
	free(p);
	return NULL;
}

static void
openssl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	int status;

	open_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* write() fails, and that is logged */
	/* characters must be of the same width for everybody, whatever LANG is
	 */
	setlocale(LC_CTYPE, "C.UTF-8");
	printable_init();
	CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
	log_init(0, false);
	status = run(&o, argc, argv);
	options_free(&o);
	return finish(status);
}
