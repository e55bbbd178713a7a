#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "config/config.h"
#include "config/shared_store.h"

const char *
shared_store_service(const char *store)
{
	static const char prefix[] = "postgresql:";
	size_t n = sizeof prefix - 1;

	return strncmp(store, prefix, n) == 0 ? store + n : NULL;
}

/* A service as part of a file's name: of a URI, what else means something is
 * written as in URIs. */
static const char *
name_of(struct arena *a, const char *service)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	char *name = arena_alloc(a, 3 * strlen(service) + 1), *at = name;

	for (; *service != '\0'; service++) {
		if (strchr(plain, *service) != NULL)
			*at++ = *service;
		else
			at += sprintf(at, "%%%02X", (unsigned char)*service);
	}
	*at = '\0';
	return name;
}

const char *
shared_store_told(const struct config *c, struct arena *a)
{
	const char *service = shared_store_service(c->store_path);

	if (service == NULL)
		return "";
	return arena_printf(
	    a, "%s.told-%s", c->own_store_path, name_of(a, service));
}
