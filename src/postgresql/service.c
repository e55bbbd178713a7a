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

/* Of a list "a,b" the host that begins at `host`. */
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

/*
 * What libpq makes of the section: options that it does not give are those of
 * the environment, else libpq's own.
 */
static PQconninfoOption *
read_options(const char *service)
{
	PQconninfoOption *list;
	const char *before = getenv("PGSERVICE");
	char *kept = before != NULL ? xstrdup(before) : NULL;

	setenv("PGSERVICE", service, 1);
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

/* Whether neither the section nor the environment says anything of sslmode. */
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
	PQconninfoOption *list = read_options(service);
	const char *hosts = option(list, "hostaddr"), *remote, *mode = "";

	if (hosts[0] == '\0')
		hosts = option(list, "host");
	remote = remote_host(hosts);
	if (remote[0] != '\0' && is_silent(service)) {
		mode = VERIFY;
	} else if (remote[0] != '\0' &&
		   strcmp(option(list, "sslmode"), VERIFY) != 0) {
		(void)fault(f, FAULT_HOST, EX_CONFIG,
		    "[postgresql] service %s: sslmode=%s towards %.*s, which "
		    "is another machine; write sslmode=" VERIFY
		    " in its section of the service file",
		    service, option(list, "sslmode"), (int)strcspn(remote, ","),
		    remote);
		mode = NULL;
	}
	PQconninfoFree(list);
	return mode;
}
