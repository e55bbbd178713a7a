#ifndef CONFIG_DOMAIN_LIST_H
#define CONFIG_DOMAIN_LIST_H

#include <stddef.h>

struct arena;
struct fault;

/*
 * Domain names as A-labels in lower case; "*.example.com" stands for all below
 * that one.  Once domain_list_sort() was called, each is there once, in order.
 */
struct domain_list {
	const char **name;
	size_t n, room;
	const char *file; /* that names were read from; NULL: none */
};

/* Add a name as people write it.  0, or -1 when it is no domain name. */
int domain_list_add(struct domain_list *, const char *name, struct arena *);

/*
 * Add the names of a file, whose path must live on, one a line; empty lines and
 * those that begin with "#" are passed over.  0, or -1 with a fault of exit
 * code 78 that names the line; also for a file without any name, such as one
 * that was cut.
 */
int domain_list_read(
    struct domain_list *, const char *path, struct arena *, struct fault *);

void domain_list_sort(struct domain_list *);

#endif
