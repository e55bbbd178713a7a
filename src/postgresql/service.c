#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "postgresql/service.h"

#define VERIFY "verify-full"

/* The value of an option; "" when it has none. */
static const char *
option(const PQconninfoOption *list, const char *name)
{
	for (; list->keyword != NULL; list++)
		if (strcmp(list->keyword, name) == 0)
			return list->val != NULL ? list->val : "";
	return "";
}

/* Whether a host, `n` bytes of a list "a,b", is a socket or loopback address.
 */
static bool
is_local(const char *host, size_t n)
{
	static const char *const names[] = { "localhost", "::1" };
	size_t i;

	if (n == 0 || host[0] == '/' || host[0] == '@' ||
	    strncmp(host, "127.", 4) == 0)
		return true;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == n &&
		    strncasecmp(host, names[i], n) == 0)
			return true;
	return false;
}

/* The first host of a list that is on another machine; "" for none. */
static const char *
remote_host(const char *hosts)
{
	size_t n;

	for (;;) {
		n = strcspn(hosts, ",");
		if (!is_local(hosts, n))
			return hosts;
		if (hosts[n] == '\0')
			return "";
		hosts += n + 1;
	}
}

char *
service_uri(const char *service)
{
	return strncmp(service, "//", 2) == 0
		   ? xasprintf("postgresql:%s", service)
		   : NULL;
}

/* What a URI says; NULL where it is none, or the service is a section. */
static PQconninfoOption *
read_uri(const char *service)
{
	PQconninfoOption *list = NULL;
	char *uri = service_uri(service), *error = NULL;

	if (uri != NULL)
		list = PQconninfoParse(uri, &error);
	PQfreemem(error); /* it may have the password in it */
	free(uri);
	return list;
}

/* Whether a URI is one, and has no secret in it: 0, or -1 with the fault. */
static int
check_uri(const char *service, struct fault *f)
{
	PQconninfoOption *list;
	int rc = 0;

	if (strncmp(service, "//", 2) != 0)
		return 0;
	if ((list = read_uri(service)) == NULL)
		return fault(f, FAULT_HOST, EX_USAGE,
		    "postgresql: what -d names is no URI: write it as "
		    "postgresql://USER@HOST:PORT/DATABASE");
	if (option(list, "password")[0] != '\0' ||
	    option(list, "sslpassword")[0] != '\0')
		rc = fault(f, FAULT_HOST, EX_USAGE,
		    "postgresql: there is a password in the URI, which "
		    "everybody on this machine can read in the list of "
		    "processes: take it out, and write it into ~/.pgpass");
	PQconninfoFree(list);
	return rc;
}

/* What libpq makes of a section, or of the environment for "". */
static PQconninfoOption *
read_section(const char *section)
{
	PQconninfoOption *list;
	const char *before = getenv("PGSERVICE");
	char *kept = before != NULL ? xstrdup(before) : NULL;

	if (section[0] != '\0')
		setenv("PGSERVICE", section, 1);
	list = PQconndefaults();
	if (kept != NULL)
		setenv("PGSERVICE", kept, 1);
	else
		unsetenv("PGSERVICE");
	free(kept);
	if (list == NULL)
		out_of_memory();
	return list;
}

/* Put what a URI says over the options of its section or the environment. */
static void
put_over(PQconninfoOption *list, const PQconninfoOption *uri)
{
	const char *value;

	for (; list->keyword != NULL; list++) {
		value = option(uri, list->keyword);
		if (value[0] == '\0')
			continue;
		free(list->val);
		list->val = xstrdup(value);
	}
}

/*
 * What libpq makes of the service: options that it does not give are those of
 * the environment, else libpq's own.
 */
static PQconninfoOption *
read_options(const char *service)
{
	PQconninfoOption *uri = read_uri(service), *list;

	if (uri == NULL)
		return read_section(service);
	list = read_section(option(uri, "service"));
	put_over(list, uri);
	PQconninfoFree(uri);
	return list;
}

/* Whether neither the service nor the environment says anything of sslmode. */
static bool
is_silent(const char *service)
{
	PQconninfoOption *list;
	bool silent;

	if (getenv("PGSSLMODE") != NULL)
		return false;
	/* what is silent takes any default */
	setenv("PGSSLMODE", "allow", 1);
	list = read_options(service);
	silent = strcmp(option(list, "sslmode"), "allow") == 0;
	PQconninfoFree(list);
	setenv("PGSSLMODE", "prefer", 1);
	list = read_options(service);
	silent = silent && strcmp(option(list, "sslmode"), "prefer") == 0;
	PQconninfoFree(list);
	unsetenv("PGSSLMODE");
	return silent;
}

const char *
service_sslmode(const char *service, struct fault *f)
{
	PQconninfoOption *list;
	const char *hosts, *remote, *mode = "";

	if (check_uri(service, f) == -1)
		return NULL;
	list = read_options(service);
	hosts = option(list, "hostaddr");
	if (hosts[0] == '\0')
		hosts = option(list, "host");
	remote = remote_host(hosts);
	if (remote[0] != '\0' && is_silent(service)) {
		mode = VERIFY;
	} else if (remote[0] != '\0' &&
		   strcmp(option(list, "sslmode"), VERIFY) != 0) {
		(void)fault(f, FAULT_HOST, EX_CONFIG,
		    "postgresql: service %s: sslmode=%s towards %.*s, which is "
		    "another machine; write sslmode=" VERIFY
		    " in its section of the service file, or in the URI",
		    service, option(list, "sslmode"), (int)strcspn(remote, ","),
		    remote);
		mode = NULL;
	}
	PQconninfoFree(list);
	return mode;
}
