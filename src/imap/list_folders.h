#ifndef IMAP_LIST_FOLDERS_H
#define IMAP_LIST_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct fault;
struct imap;

/* A folder as the server lists it. */
struct folders_entry {
	const char *name;  /* by which commands call it: modified UTF-7 */
	bool selectable;   /* it can be opened */
	char separator;	   /* of the levels of a name; NUL when not told */
	struct span flags; /* such as "\\Junk \\HasNoChildren" */
};

/* What it points to is gone afterwards. */
typedef void folders_fn(void *arg, const struct folders_entry *);

/*
 * Ask by a command such as LIST "" "*", and hand over each folder that a
 * command could name.  77 when the server refuses.
 */
int folders_ask(struct imap *, const char *command, folders_fn *, void *arg,
    struct fault *);

/* A folder as the server lists it. */
struct imap_listed {
	char *name; /* in UTF-8; as the server has it when that is not */
	bool selectable;
};

/* All of them, in the server's order; imap_list_free() it. */
int imap_list(
    struct imap *, struct imap_listed **list, size_t *n, struct fault *);
void imap_list_free(struct imap_listed *, size_t n);

#endif
